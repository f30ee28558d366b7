import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import fastifyPlugin from 'fastify-plugin'

import { checkVersion, servingCopy, VERSION, type Copy } from './copies.ts'
import type { CorsPlugin, CorsPluginOptions } from './options/types.ts'
import { questionsOf } from './questions/cors-of.ts'
import type { CorsQuestions } from './questions/types.ts'
import { register } from './register.ts'
import { startRecording } from './routes/recording.ts'

const own: Copy = {
  version: VERSION,
  register,
  corsOf: questionsOf
}

const serving = servingCopy(own)
if (serving === own) startRecording()

const plugin: FastifyPluginAsync<CorsPluginOptions> = async (instance, options) => {
  checkVersion(serving)
  await serving.register(instance, options)
}

/**
 * The questions that the plugin answers about an application, of which any
 * instance may be given. The same as `app.cors`, but for applications that have
 * a `cors` decorator of another kind.
 *
 * @throws FST_ERR_CORS_NOT_REGISTERED without the plugin, and before `ready()`
 */
export function corsOf (instance: FastifyInstance): CorsQuestions {
  return serving.corsOf(instance) as CorsQuestions
}

/** CORS for Fastify, declared on the route. */
export const fastifyRouteCors: CorsPlugin = fastifyPlugin(plugin, {
  fastify: '5.x',
  name: 'fastify-route-cors'
}) as CorsPlugin
