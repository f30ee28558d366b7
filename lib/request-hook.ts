import type { FastifyInstance, FastifyRequest, onRequestHookHandler } from 'fastify'

import type { Application } from './application.ts'
import type { CorsCheck } from './cors-check.ts'
import { runCheck } from './decisions/report-decision.ts'
import { onOptionsRequest } from './preflight/options-request.ts'
import type { Registration } from './registration.ts'
import { isWithin } from './routes/recorder.ts'
import { routeOf } from './routes/route.ts'

/**
 * The `onRequest` hook of a registration, for the routes of its context and of
 * those within. Contexts that had a registration before keep their own.
 */
export function createRequestHook (
  application: Application,
  registration: Pick<Registration, 'sharedCheck'>,
  alreadyHooked: readonly FastifyInstance[]
): onRequestHookHandler {
  const hook: onRequestHookHandler = (request, reply, done) => {
    if (request.raw.method === 'OPTIONS') {
      onOptionsRequest(application, request, reply, done)
      return
    }
    const check = registration.sharedCheck ?? checkOf(application, request)
    if (check === undefined) done()
    else runCheck(check, request, reply, done)
  }
  if (alreadyHooked.length === 0) return hook
  return function (request, reply, done) {
    if (alreadyHooked.some((hooked) => isWithin(hooked, request.server))) done()
    else hook.call(this, request, reply, done)
  }
}

/** How a request that is no preflight is checked; `undefined` where it has no CORS. */
function checkOf (application: Application, request: FastifyRequest): CorsCheck | undefined {
  const { config } = request.routeOptions
  const route = routeOf(config)
  if (route !== undefined) return route.check
  return request.is404 ? application.registrationOf(request.server)?.check : application.checkOfUnknownRoute(request)
}
