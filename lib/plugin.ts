import type { FastifyPluginCallback } from 'fastify'
import fastifyPlugin from 'fastify-plugin'

import { Application } from './application.ts'
import type { CorsPluginOptions } from './options/cors-options.ts'
import { createRequestHook } from './request-hook.ts'

const plugin: FastifyPluginCallback<CorsPluginOptions> = (instance, options, done) => {
  try {
    const application = Application.of(instance)
    const registration = application.register(instance, options)
    if (application.registrationsAround(instance).length === 1) {
      const within = application.registrationsWithin(instance).filter((other) => other !== registration)
      instance.addHook('onRequest', createRequestHook(application, registration, within.map((other) => other.instance)))
    }
    done()
  } catch (error) {
    done(error as Error)
  }
}

/** CORS for Fastify, declared on the route. */
export const fastifyRouteCors: FastifyPluginCallback<CorsPluginOptions> = fastifyPlugin(plugin, {
  fastify: '5.x',
  name: 'fastify-route-cors'
})
