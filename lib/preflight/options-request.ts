import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction, HTTPMethods } from 'fastify'

import type { Application } from '../application.ts'
import { askSelect } from '../ask-select.ts'
import type { Choice, Choices } from '../choices.ts'
import type { CorsCheck } from '../cors-check.ts'
import { runCheck } from '../decisions/report-decision.ts'
import type { Registration } from '../registration.ts'
import { guardHead } from '../response-head.ts'
import { routeOf, type Route } from '../routes/route.ts'
import { answerPreflight, NO_CORS_ANSWER, type PreflightAnswer } from './answer.ts'
import { isCorsPreflightRequest } from './is-cors-preflight-request.ts'
import type { UrlPolicies } from './url-policies.ts'
import { withVary } from './varied-answer.ts'

/** What is known of an OPTIONS request. */
interface OptionsRequest {
  readonly application: Application
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly done: HookHandlerDoneFunction
  /** The OPTIONS route that it reached, if any. */
  readonly route: Route | undefined
  readonly registration: Registration | undefined
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
  const known = isPreflight ? route?.urlPolicies?.answers.get(requestedMethod(request)) : undefined
  if (known !== undefined) {
    answerPreflight(known, request, reply, done)
    return
  }
  const options = { application, request, reply, done, route, registration: application.registrationOf(request.server) }
  const proceed = isPreflight ? onPreflight : onOtherOptionsRequest
  const choices = application.selects ? choicesFor(options, isPreflight) : undefined
  if (choices === undefined) {
    proceed(options)
    return
  }
  askSelect(choices, request, reply, done, (choice) => { proceed(options, choice) })
}

/** What is to be selected from before the request can be answered here. */
function choicesFor (options: OptionsRequest, isPreflight: boolean): Choices | undefined {
  const { application, request, route, registration } = options
  // The check of a route of the user's asks by itself.
  if (!isPreflight) return isDeclared(route) ? undefined : registration?.choices
  const method = requestedMethod(request)
  const routes = [...application.routesOf(request, route, method)]
  if (routes.length === 0) return concernsDefault(options, method) ? registration?.choices : undefined
  // Whatever is selected, nothing is granted where one of them has no CORS.
  return routes.some(({ policy }) => policy === undefined) ? undefined : routes.find(({ choices }) => choices !== undefined)?.choices
}

/** Whether the default policy answers a preflight for a method that no route serves. */
function concernsDefault (options: OptionsRequest, method: string): boolean {
  const { byMethod, hasCors } = options.application.urlPoliciesOf(options.request, options.route)
  return byMethod.size === 0 ? !isRouteMissed(options, method) : hasCors
}

function onPreflight (options: OptionsRequest, choice?: Choice): void {
  const { request, reply, done } = options
  const answer = answerTo(options, choice)
  if (answer === undefined) done()
  else answerPreflight(withVary(answer, choice?.selector.vary), request, reply, done)
}

/** `undefined` leaves a preflight to whichever handler it reaches. */
function answerTo (options: OptionsRequest, choice: Choice | undefined): PreflightAnswer | undefined {
  const { application, request, route, registration } = options
  const method = requestedMethod(request)
  const urlPolicies = application.urlPoliciesOf(request, route, choice)
  const defaultPolicy = choice?.policy ?? registration?.defaultPolicy
  if (urlPolicies.byMethod.size === 0) {
    if (registration === undefined || defaultPolicy === undefined || isRouteMissed(options, method)) return undefined
    return registration.answerUnknownUrl(defaultPolicy, method)
  }
  if (urlPolicies.hasCors) return urlPolicies.answers.get(method) ?? urlPolicies.answerNoSuchMethod(defaultPolicy)
  return route?.generated === true ? NO_CORS_ANSWER : undefined
}

/** Whether the URL has a route that nothing is known of. */
function isRouteMissed ({ application, request: { server, raw } }: OptionsRequest, method: string): boolean {
  return !application.recording.complete && server.findRoute({ method: method as HTTPMethods, url: raw.url as string }) !== null
}

/** The route of the user's gets it, or one of the plugin's that says what the URL serves. */
function onOtherOptionsRequest ({ application, request, reply, done, route, registration }: OptionsRequest, choice?: Choice): void {
  if (isDeclared(route)) {
    runIfAny(route.check, request, reply, done)
    return
  }
  const urlPolicies = application.urlPoliciesOf(request, route, choice)
  const defaultPolicy = choice?.policy ?? registration?.defaultPolicy
  if ([defaultPolicy, ...urlPolicies.byMethod.values()].some((policy) => policy?.strictPreflight)) {
    if (choice !== undefined) guardHead(reply.raw, (registration?.choices as Choices).undecided)
    reply.code(400).type('text/plain').send('Invalid Preflight Request')
    return
  }
  if (route !== undefined) reply.header('allow', allowedMethods(urlPolicies))
  runIfAny((choice ?? registration)?.check, request, reply, done)
}

function runIfAny (check: CorsCheck | undefined, request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction): void {
  if (check === undefined) done()
  else runCheck(check, request, reply, done)
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
