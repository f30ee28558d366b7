import type { FastifyInstance, FastifyPluginCallback } from 'fastify'
import fastifyPlugin from 'fastify-plugin'

import { Application } from './application.ts'
import type { CorsPluginOptions } from './options/cors-options.ts'
import { provideQuestions } from './questions/provide-questions.ts'
import { createRequestHook } from './request-hook.ts'
import { warnAtBoot } from './warnings/boot-warnings.ts'

const plugin: FastifyPluginCallback<CorsPluginOptions> = (instance, options, done) => {
  try {
    const application = Application.of(instance)
    const registration = application.register(instance, options)
    if (application.registrationsAround(instance).length === 1) {
      const within = application.registrationsWithin(instance).filter((other) => other !== registration)
      const hook = createRequestHook(application, registration, within.map((other) => other.instance))
      application.hooks.add(hook)
      instance.addHook('onRequest', hook)
    }
    if (!prepared.has(application)) prepare(application, instance)
    done()
  } catch (error) {
    done(error as Error)
  }
}

const prepared = new WeakSet<Application>()

/** Adds what is done when the policies of all routes are known. */
function prepare (application: Application, instance: FastifyInstance): void {
  prepared.add(application)
  instance.addHook('onReady', (done) => {
    warnAtBoot(application, instance)
    provideQuestions(application, instance)
    done()
  })
}

/** CORS for Fastify, declared on the route. */
export const fastifyRouteCors: FastifyPluginCallback<CorsPluginOptions> = fastifyPlugin(plugin, {
  fastify: '5.x',
  name: 'fastify-route-cors'
})
