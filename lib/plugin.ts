import type { FastifyPluginAsync } from 'fastify'
import fastifyPlugin from 'fastify-plugin'

import type { CorsPluginOptions } from './options/types.ts'
import { register } from './register.ts'
import { startRecording } from './routes/recording.ts'

startRecording()

const plugin: FastifyPluginAsync<CorsPluginOptions> = async (instance, options) => {
  register(instance, options)
}

/** CORS for Fastify, declared on the route. */
export const fastifyRouteCors: FastifyPluginAsync<CorsPluginOptions> = fastifyPlugin(plugin, {
  fastify: '5.x',
  name: 'fastify-route-cors'
})
