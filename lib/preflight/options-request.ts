import type { FastifyRequest } from 'fastify'

import { compileNoCors } from '../answer.ts'
import { but, decision, type Answer, type Decision } from '../decision.ts'
import type { Application } from '../application.ts'
import type { Choice, Choices } from '../choices.ts'
import { choose } from '../decide.ts'
import type { Registration } from '../registration.ts'
import { routeOf, type Route } from '../routes/route.ts'
import { isCorsPreflightRequest } from './is-cors-preflight-request.ts'
import type { UrlPolicies } from './url-policies.ts'

/** What is known of an OPTIONS request. */
interface OptionsRequest {
  readonly application: Application
  readonly request: FastifyRequest
  /** The OPTIONS route that it reached, if any. */
  readonly route: Route | undefined
  readonly registration: Registration | undefined
}

type Decided = Decision | undefined

const PASS_ON = decision('NO_CORS', undefined)

/** What an OPTIONS request gets, preflight or not; `undefined` leaves it alone. */
export function decideOptionsRequest (application: Application, request: FastifyRequest): Decided {
  const route = routeOf(request.routeOptions.config)
  const isPreflight = isCorsPreflightRequest(request.raw)
  const known = isPreflight ? route?.urlPolicies?.answers.get(requestedMethod(request)) : undefined
  if (known !== undefined) return known.decide(request)
  const options = { application, request, route, registration: application.registrationOf(request.server) }
  const proceed = isPreflight ? decidePreflight : decideOther
  const choices = application.selects ? choicesFor(options, isPreflight) : undefined
  return choices === undefined ? proceed(options) : choose(choices, request, (choice) => proceed(options, choice) ?? PASS_ON)
}

/** What is to be selected from before the request can be answered here. */
function choicesFor (options: OptionsRequest, isPreflight: boolean): Choices | undefined {
  const { application, request, route, registration } = options
  // The answer of a route of the user's asks by itself.
  if (!isPreflight) return isDeclared(route) ? undefined : registration?.choices
  const method = requestedMethod(request)
  const routes = [...application.routesOf(request, route, method)]
  if (routes.length === 0) return concernsDefault(options) ? registration?.choices : undefined
  // Whatever is selected, nothing is granted where one of them has no CORS.
  return routes.some(({ policy }) => policy === undefined) ? undefined : routes.find(({ choices }) => choices !== undefined)?.choices
}

/** Whether the default policy answers a preflight for a method that no route serves. */
function concernsDefault (options: OptionsRequest): boolean {
  const { byMethod, hasCors } = options.application.urlPoliciesOf(options.request, options.route)
  return byMethod.size === 0 || hasCors
}

function decidePreflight (options: OptionsRequest, choice?: Choice): Decided {
  const answer = answerTo(options, choice)
  return answer?.decide(options.request)
}

/** `undefined` leaves a preflight to whichever handler it reaches. */
function answerTo (options: OptionsRequest, choice: Choice | undefined): Answer | undefined {
  const { application, request, route, registration } = options
  const method = requestedMethod(request)
  const urlPolicies = application.urlPoliciesOf(request, route, choice)
  const defaultPolicy = choice?.policy ?? registration?.defaultPolicy
  if (urlPolicies.byMethod.size === 0) {
    if (registration === undefined || defaultPolicy === undefined) return undefined
    return registration.answerUnknownUrl(defaultPolicy, method, choice?.selector.vary)
  }
  if (urlPolicies.hasCors) return urlPolicies.answers.get(method) ?? urlPolicies.answerNoSuchMethod(defaultPolicy)
  return route?.generated === true ? compileNoCors(choice?.selector.vary) : undefined
}

/** The route of the user's gets it, or one of the plugin's that says what the URL serves. */
function decideOther ({ application, request, route, registration }: OptionsRequest, choice?: Choice): Decided {
  if (isDeclared(route)) return route.answer?.decide(request)
  const urlPolicies = application.urlPoliciesOf(request, route, choice)
  const defaultPolicy = choice?.policy ?? registration?.defaultPolicy
  if ([defaultPolicy, ...urlPolicies.byMethod.values()].some((policy) => policy?.strictPreflight)) {
    return decision('NO_CORS', choice && registration?.choices?.undecided.head, { status: 400, body: 'Invalid Preflight Request' })
  }
  const answer = (choice ?? registration)?.answer
  const decided = answer?.decide(request) ?? PASS_ON
  return route === undefined ? decided : withAllow(decided, allowedMethods(urlPolicies))
}

function withAllow (decided: Decision, allow: string): Decision {
  return but(decided, { allow, next: decided.next?.then((next) => withAllow(next, allow)) })
}

function isDeclared (route: Route | undefined): route is Route {
  return route !== undefined && !route.generated
}

function requestedMethod ({ raw: { headers } }: FastifyRequest): string {
  return headers['access-control-request-method'] as string
}

/** @see https://www.rfc-editor.org/rfc/rfc9110#field.allow */
function allowedMethods ({ byMethod }: UrlPolicies): string {
  return [...new Set([...byMethod.keys(), 'OPTIONS'])].join(', ')
}
