import type { FastifyInstance } from 'fastify'

import { Application } from './application.ts'
import { provideQuestions } from './questions/provide-questions.ts'
import { createRequestHook } from './request-hook.ts'
import { warnAtBoot } from './warnings/boot-warnings.ts'

const prepared = new WeakSet<Application>()

/**
 * Registers the plugin in a context.
 *
 * @throws CorsConfigError where the options are wrong on their own
 */
export function register (instance: FastifyInstance, options: unknown): void {
  const application = Application.of(instance)
  const registration = application.register(instance, options)
  if (application.registrationsAround(instance).length === 1) {
    const within = application.registrationsWithin(instance).filter((other) => other !== registration)
    const hook = createRequestHook(application, registration, within.map((other) => other.instance))
    application.hooks.add(hook)
    instance.addHook('onRequest', hook)
  }
  if (!prepared.has(application)) prepare(application, instance)
}

/** Adds what is done when the policies of all routes are known. */
function prepare (application: Application, instance: FastifyInstance): void {
  prepared.add(application)
  instance.addHook('onReady', (done) => {
    warnAtBoot(application, instance)
    provideQuestions(application, instance)
    done()
  })
}
