import type { FastifyInstance, FastifyRequest, onRequestHookHandler } from 'fastify'

import type { Answer, Decision } from './decision.ts'
import type { Application } from './application.ts'
import { decideOptionsRequest } from './preflight/options-request.ts'
import type { Registration } from './registration.ts'
import { carryOut } from './respond.ts'
import { isWithin } from './routes/instances.ts'
import { routeOf } from './routes/route.ts'

/**
 * The `onRequest` hook of a registration, for the routes of its context and of
 * those within. Contexts that had a registration before keep their own.
 */
export function createRequestHook (
  application: Application,
  registration: Pick<Registration, 'sharedAnswer'>,
  alreadyHooked: readonly FastifyInstance[]
): onRequestHookHandler {
  const hook: onRequestHookHandler = (request, reply, done) => {
    const decision = decideRequest(application, request, registration.sharedAnswer)
    if (decision === undefined) done()
    else carryOut(decision, request, reply, done)
  }
  if (alreadyHooked.length === 0) return hook
  return function (request, reply, done) {
    if (alreadyHooked.some((hooked) => isWithin(hooked, request.server))) done()
    else hook.call(this, request, reply, done)
  }
}

/** What a request gets; `undefined` where it has no CORS. Nothing is done about it yet. */
export function decideRequest (application: Application, request: FastifyRequest, shared?: Answer): Decision | undefined {
  if (request.raw.method === 'OPTIONS') return decideOptionsRequest(application, request)
  const answer = shared ?? answerOf(application, request)
  return answer?.decide(request)
}

/** The answer to a request that is no OPTIONS one. */
function answerOf (application: Application, request: FastifyRequest): Answer | undefined {
  const { config } = request.routeOptions
  const route = routeOf(config)
  if (route?.isKnown === true) return route.answer
  return request.is404 ? application.registrationOf(request.server)?.answer : application.answerOfUnknownRoute(request)
}
