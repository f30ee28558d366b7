import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify'

import type { CorsCheck } from '../cors-check.ts'
import type { PreflightAnswer } from '../preflight/answer.ts'
import { isCorsPreflightRequest } from '../preflight/is-cors-preflight-request.ts'
import { choiceNoteOf } from './choice-notes.ts'
import { decisions, report, type CorsDecisionCode } from './decision.ts'
import { preflightRefusal } from './preflight-refusal.ts'

/** Requests whose refusal was reported, or the failure of what decides. */
const refused = new WeakSet<FastifyRequest>()

/** Tells that a request which is no preflight came from an origin that is not allowed. */
export function reportRefusal (request: FastifyRequest): void {
  refused.add(request)
  reportRequest(request, 'ORIGIN_NOT_ALLOWED')
}

/** Tells that no policy could be selected for a request. */
export function reportFailedSelect (request: FastifyRequest): void {
  refused.add(request)
  if (isCorsPreflightRequest(request.raw)) reportPreflightFailure(request, 'SELECT_FAILED')
  else if (request.raw.headers.origin) reportRequest(request, 'SELECT_FAILED')
}

/** Runs the check of a request; where somebody listens, tells when it allows it. */
export function runCheck (check: CorsCheck, request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction): void {
  check(request, reply, decisions.hasSubscribers ? reporting(request, done) : done)
}

function reporting (request: FastifyRequest, done: HookHandlerDoneFunction): HookHandlerDoneFunction {
  return (error) => {
    if (!refused.has(request) && Boolean(request.raw.headers.origin)) {
      reportRequest(request, error === undefined ? 'ALLOWED' : 'ORIGIN_FUNCTION_FAILED')
    }
    done(error)
  }
}

function reportRequest (request: FastifyRequest, code: CorsDecisionCode): void {
  report({
    kind: 'request',
    allowed: code === 'ALLOWED',
    code,
    origin: request.raw.headers.origin as string,
    method: request.raw.method as string,
    ...selectedPolicy(request),
    request
  })
}

/** Tells how a preflight is answered. */
export function reportPreflight (
  answer: PreflightAnswer,
  request: FastifyRequest,
  isOriginAllowed: boolean,
  reflected: string | undefined
): void {
  const preflight = preflightOf(request)
  const refusal = preflightRefusal(answer, preflight, { isOriginAllowed, reflected })
  const { origin, method } = preflight
  report({ kind: 'preflight', allowed: refusal === undefined, code: 'ALLOWED', origin, method, ...selectedPolicy(request), request, ...refusal })
}

/** Tells that a function of the user's threw that was to decide about a preflight. */
export function reportPreflightFailure (request: FastifyRequest, code: CorsDecisionCode = 'ORIGIN_FUNCTION_FAILED'): void {
  const { origin, method } = preflightOf(request)
  report({ kind: 'preflight', allowed: false, code, origin, method, ...selectedPolicy(request), request })
}

function selectedPolicy (request: FastifyRequest): { policy?: string } {
  const name = choiceNoteOf(request)?.name
  return name === undefined ? {} : { policy: name }
}

function preflightOf ({ raw: { headers } }: FastifyRequest): { origin: string, method: string, headers: string | undefined } {
  return {
    origin: headers.origin as string,
    method: headers['access-control-request-method'] as string,
    headers: headers['access-control-request-headers']
  }
}
