import type { FastifyPluginAsync } from 'fastify'
import fastifyPlugin from 'fastify-plugin'

import type { CorsPluginOptions } from './options/types.ts'
import { startRecording } from './routes/recording.ts'

startRecording()

const plugin: FastifyPluginAsync<CorsPluginOptions> = async (instance, options) => {
  // Loaded here: what checks and compiles policies is needed at boot only.
  const { register } = await import('./register.ts')
  register(instance, options)
}

/** CORS for Fastify, declared on the route. */
export const fastifyRouteCors: FastifyPluginAsync<CorsPluginOptions> = fastifyPlugin(plugin, {
  fastify: '5.x',
  name: 'fastify-route-cors'
})
