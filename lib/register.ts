import type { FastifyInstance } from 'fastify'

import { Application } from './application.ts'
import { createRequestHook } from './on-request.ts'
import { provideQuestions } from './questions/provide-questions.ts'
import { createWarner } from './warnings.ts'

const prepared = new WeakSet<Application>()

/**
 * Registers the plugin in a context.
 *
 * @throws CorsConfigError where the options are wrong on their own
 */
export function register (instance: FastifyInstance, options: unknown): void {
  const application = Application.of(instance)
  application.register(instance, options)
  if (application.registrationsAround(instance).length === 1) {
    const within = application.registeredWithin(instance).filter((registered) => registered !== instance)
    const hook = createRequestHook(application, instance, within)
    application.hooks.add(hook)
    instance.addHook('onRequest', hook)
  }
  if (!prepared.has(application)) prepare(application, instance)
}

/** Adds what is done when the policies of all routes are known. */
function prepare (application: Application, instance: FastifyInstance): void {
  prepared.add(application)
  const warn = createWarner(application, instance)
  instance.addHook('onReady', (done) => {
    warn()
    provideQuestions(application, instance, warn)
    done()
  })
}
