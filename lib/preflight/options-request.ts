import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction, HTTPMethods } from 'fastify'

import type { Application } from '../application.ts'
import { runCheck } from '../decisions/report-decision.ts'
import type { Registration } from '../registration.ts'
import { routeOf, type Route } from '../routes/route.ts'
import { answerPreflight, NO_CORS_ANSWER, type PreflightAnswer } from './answer.ts'
import { isCorsPreflightRequest } from './is-cors-preflight-request.ts'
import type { UrlPolicies } from './url-policies.ts'

/** What is known of an OPTIONS request. */
interface OptionsRequest {
  readonly request: FastifyRequest
  /** The OPTIONS route that it reached, if any. */
  readonly route: Route | undefined
  readonly urlPolicies: UrlPolicies
  readonly registration: Registration | undefined
  /** Routes may exist that nothing is known of. */
  readonly mayMissRoutes: boolean
}

/** Answers a preflight; sees to the headers of any other OPTIONS request. */
export function onOptionsRequest (
  application: Application,
  request: FastifyRequest,
  reply: FastifyReply,
  done: HookHandlerDoneFunction
): void {
  const route = routeOf(request.routeOptions.config)
  const isPreflight = isCorsPreflightRequest(request.raw)
  const method = request.raw.headers['access-control-request-method'] as string
  const known = isPreflight ? route?.urlPolicies?.answers.get(method) : undefined
  if (known !== undefined) {
    answerPreflight(known, request, reply, done)
    return
  }
  const options: OptionsRequest = {
    request,
    route,
    urlPolicies: application.urlPoliciesOf(request, route),
    registration: application.registrationOf(request.server),
    mayMissRoutes: !application.recording.complete
  }
  if (!isPreflight) {
    onOtherOptionsRequest(options, reply, done)
    return
  }
  const answer = answerTo(options, method)
  if (answer === undefined) done()
  else answerPreflight(answer, request, reply, done)
}

/** `undefined` leaves a preflight to whichever handler it reaches. */
function answerTo (options: OptionsRequest, method: string): PreflightAnswer | undefined {
  const { route, urlPolicies, registration } = options
  if (urlPolicies.byMethod.size === 0) return answerForUnknownUrl(options, method)
  if (urlPolicies.hasCors) return urlPolicies.answers.get(method) ?? urlPolicies.answerNoSuchMethod(registration?.defaultPolicy)
  return route?.generated === true ? NO_CORS_ANSWER : undefined
}

function answerForUnknownUrl ({ request, registration, mayMissRoutes }: OptionsRequest, method: string): PreflightAnswer | undefined {
  const policy = registration?.defaultPolicy
  if (registration === undefined || policy === undefined) return undefined
  const { server, raw } = request
  if (mayMissRoutes && server.findRoute({ method: method as HTTPMethods, url: raw.url as string }) !== null) return undefined
  return registration.answerUnknownUrl(policy, method)
}

/** The route of the user's gets it, or one of the plugin's that says what the URL serves. */
function onOtherOptionsRequest (options: OptionsRequest, reply: FastifyReply, done: HookHandlerDoneFunction): void {
  const { request, route, urlPolicies, registration } = options
  const isDeclared = route !== undefined && !route.generated
  if (!isDeclared) {
    const policies = [registration?.defaultPolicy, ...urlPolicies.byMethod.values()]
    if (policies.some((policy) => policy?.strictPreflight)) {
      reply.code(400).type('text/plain').send('Invalid Preflight Request')
      return
    }
    if (route !== undefined) reply.header('allow', allowedMethods(urlPolicies))
  }
  const check = isDeclared ? route.check : registration?.check
  if (check === undefined) done()
  else runCheck(check, request, reply, done)
}

/** @see https://www.rfc-editor.org/rfc/rfc9110#field.allow */
function allowedMethods ({ byMethod }: UrlPolicies): string {
  return [...new Set([...byMethod.keys(), 'OPTIONS'])].join(', ')
}
