import type { FastifyInstance, FastifyRequest, onRequestHookHandler } from 'fastify'

import type { Application } from './application.ts'
import { compileGrant, compileNoCors, compileNoSuchMethod } from './decision/answer.ts'
import { carryOut } from './decision/carry-out.ts'
import { but, decision, type Answer, type Decision } from './decision/decision.ts'
import { choose, type Choice, type Choices } from './decision/select.ts'
import { isCorsPreflightRequest, isServableMethod } from './fetch/headers.ts'
import type { Policy } from './policy/policy.ts'
import { innermost } from './routes/instances.ts'
import { routeOf, type Route } from './routes/route.ts'
import type { UrlPolicies } from './routes/url-policies.ts'
import type { GoverningScope, Snapshot } from './snapshot.ts'

/**
 * The `onRequest` hook of a registration, for the routes of its context and of
 * those within. Contexts that had a registration before keep their own.
 */
export function createRequestHook (
  application: Application, instance: FastifyInstance, alreadyHooked: readonly FastifyInstance[]
): onRequestHookHandler {
  const hook: onRequestHookHandler = (request, reply, done) => {
    const decision = decideRequest(application.snapshot, request, instance)
    if (decision === undefined) done()
    else carryOut(decision, request, reply, done)
  }
  if (alreadyHooked.length === 0) return hook
  const hooked = new Map(alreadyHooked.map((instance) => [instance, true]))
  return function (request, reply, done) {
    // However many there are: contexts do not nest that deep.
    if (innermost(hooked, request.server) === true) done()
    else hook.call(this, request, reply, done)
  }
}

/** What a request gets; `undefined` where it has no CORS. Nothing is done about it yet. */
export function decideRequest (snapshot: Snapshot, request: FastifyRequest, hooked: FastifyInstance): Decision | undefined {
  if (request.raw.method === 'OPTIONS') return decideOptionsRequest(snapshot, request)
  const answer = snapshot.shared.get(hooked) ?? answerTo(snapshot, request)
  return answer?.decide(request)
}

/** The answer to a request that is no OPTIONS one. */
function answerTo (snapshot: Snapshot, request: FastifyRequest): Answer | undefined {
  const route = routeOf(request)
  if (route?.isKnown === true) return snapshot.governing(route).answer
  return (request.is404 ? snapshot.scopeAround(request.server) : snapshot.governingUnknown(request))?.answer
}

/** What is known of an OPTIONS request. */
interface OptionsRequest {
  /** The same from beginning to end, however long a function of the user's takes. */
  readonly snapshot: Snapshot
  readonly request: FastifyRequest
  /** The OPTIONS route that it reached, if any. */
  readonly route: Route | undefined
  readonly scope: GoverningScope | undefined
}

type Decided = Decision | undefined

const PASS_ON = decision('NO_CORS', undefined)

/** What an OPTIONS request gets, preflight or not; `undefined` leaves it alone. */
function decideOptionsRequest (snapshot: Snapshot, request: FastifyRequest): Decided {
  const route = routeOf(request)
  const isPreflight = isCorsPreflightRequest(request.raw)
  const settled = isPreflight && route !== undefined ? snapshot.settledPolicies(route)?.answers.get(requestedMethod(request)) : undefined
  if (settled !== undefined) return settled.decide(request)
  const options = { snapshot, request, route, scope: snapshot.scopeAround(request.server) }
  const proceed = isPreflight ? decidePreflight : decideOther
  const choices = snapshot.selects ? choicesFor(options, isPreflight) : undefined
  return choices === undefined ? proceed(options) : choose(choices, request, (choice) => proceed(options, choice) ?? PASS_ON)
}

/** What is to be selected from before the request can be answered here. */
function choicesFor (options: OptionsRequest, isPreflight: boolean): Choices | undefined {
  const { snapshot, request, route, scope } = options
  // The answer of a route of the user's asks by itself.
  if (!isPreflight) return isDeclared(request, route) ? undefined : scope?.choices
  const method = requestedMethod(request)
  const routes = [...snapshot.routesOf(request, route, method)].map((route) => snapshot.governing(route))
  if (routes.length === 0) return concernsDefault(options) ? scope?.choices : undefined
  // Whatever is selected, nothing is granted where one of them has no CORS.
  return routes.some(({ policy }) => policy === undefined) ? undefined : routes.find(({ choices }) => choices !== undefined)?.choices
}

/** Whether the default policy answers a preflight for a method that no route serves. */
function concernsDefault (options: OptionsRequest): boolean {
  const { byMethod, hasCors } = options.snapshot.urlPolicies(options.request, options.route)
  return byMethod.size === 0 || hasCors
}

function decidePreflight (options: OptionsRequest, choice?: Choice): Decided {
  return answerToPreflight(options, choice)?.decide(options.request)
}

/** `undefined` leaves a preflight to whichever handler it reaches. */
function answerToPreflight (options: OptionsRequest, choice: Choice | undefined): Answer | undefined {
  const { snapshot, request, route, scope } = options
  const method = requestedMethod(request)
  const urlPolicies = snapshot.urlPolicies(request, route, choice)
  const defaultPolicy = choice?.policy ?? scope?.policy
  if (urlPolicies.byMethod.size === 0) {
    return defaultPolicy && answerUnknownUrl(defaultPolicy, method, choice)
  }
  if (urlPolicies.hasCors) return urlPolicies.answers.get(method) ?? urlPolicies.answerNoSuchMethod(defaultPolicy)
  return route?.generated === true ? compileNoCors(choice?.selector.vary) : undefined
}

/**
 * The answer to a preflight for a URL that nothing serves: the page may
 * then read the 404. Of a method that Node.js does not know it could not.
 */
function answerUnknownUrl (policy: Policy, method: string, choice: Choice | undefined): Answer {
  const vary = choice?.selector.vary
  if (!isServableMethod(method)) return compileNoSuchMethod(policy, [], vary)
  return compileGrant(policy, policy.methods?.includes(method) === false ? [] : [method], vary)
}

/** The route of the user's gets it, or one of the plugin's that says what the URL serves. */
function decideOther ({ snapshot, request, route, scope }: OptionsRequest, choice?: Choice): Decided {
  if (isDeclared(request, route)) return answerTo(snapshot, request)?.decide(request)
  const urlPolicies = snapshot.urlPolicies(request, route, choice)
  const defaultPolicy = choice?.policy ?? scope?.policy
  if ([defaultPolicy, ...urlPolicies.byMethod.values()].some((policy) => policy?.strictPreflight)) {
    return decision('NO_CORS', choice && scope?.choices?.undecided.head, { status: 400, body: 'Invalid Preflight Request' })
  }
  const decided = (choice ?? scope)?.answer?.decide(request) ?? PASS_ON
  return route === undefined ? decided : withAllow(decided, allowedMethods(urlPolicies))
}

function withAllow (decided: Decision, allow: string): Decision {
  return but(decided, { allow, next: decided.next?.then((next) => withAllow(next, allow)) })
}

/** Whether a request reached a route of the application's, known or not. */
function isDeclared ({ is404 }: FastifyRequest, route: Route | undefined): boolean {
  return route === undefined ? !is404 : !route.generated
}

function requestedMethod ({ raw: { headers } }: FastifyRequest): string {
  return headers['access-control-request-method'] as string
}

/** @see https://www.rfc-editor.org/rfc/rfc9110#field.allow */
function allowedMethods ({ byMethod }: UrlPolicies): string {
  return [...new Set([...byMethod.keys(), 'OPTIONS'])].join(', ')
}
