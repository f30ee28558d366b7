import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify'

import type { Policy } from '../compile.ts'
import { isObserved } from '../decisions/decision.ts'
import { reportPreflight, reportPreflightFailure } from '../decisions/report-decision.ts'
import { askOrigin } from '../origins/ask-origin.ts'
import type { OriginRule } from '../origins/origin-rule.ts'
import { createHeadGuard, guardHead, setRawHeaders, type HeadGuard } from '../response-head.ts'
import { reflectRequestHeaders } from './reflected-headers.ts'

/** The answer to preflights of one kind, ready but for what the request says. */
export interface PreflightAnswer {
  /** `undefined`: no origin is granted anything. */
  readonly rule: OriginRule | undefined
  readonly granted: HeadGuard
  readonly denied: HeadGuard
  /** Of an error that the origin function caused. */
  readonly failed: HeadGuard
  readonly reflectsHeaders: boolean
  readonly status: number
  /** Whether a handler of the user replies, with the headers set. */
  readonly continues: boolean
  readonly rawHeaders: boolean
}

const NO_CONTENT = { 'content-length': '0' }

/** For a method whose route has no CORS, on a URL where another one has. */
export const NO_CORS_ANSWER: PreflightAnswer = {
  rule: undefined,
  ...sameGuard(createHeadGuard({ headers: NO_CONTENT, vary: 'Access-Control-Request-Method' })),
  reflectsHeaders: false,
  status: 204,
  continues: false,
  rawHeaders: false
}

/** What a policy grants for the route that the actual request would reach. */
export function compileGrant (policy: Policy, methods: readonly string[]): PreflightAnswer {
  const { allowHeaders, maxAge, allowedHeaders } = policy
  return compile(policy, allowedHeaders === true, {
    ...allowMethods(methods),
    ...(allowHeaders !== undefined && { 'access-control-allow-headers': allowHeaders }),
    ...(maxAge !== undefined && { 'access-control-max-age': String(maxAge) })
  })
}

/** Lets the browser see that the method is what is missing, and cache nothing. */
export function compileNoSuchMethod (policy: Policy, methods: readonly string[]): PreflightAnswer {
  return compile(policy, false, allowMethods(methods))
}

function compile (policy: Policy, reflectsHeaders: boolean, grants: Record<string, string>): PreflightAnswer {
  const { origin: rule, credentials, cacheControl } = policy
  const isConstant = rule.kind === 'any' || rule.kind === 'one'
  const vary = [
    ...(isConstant ? [] : ['Origin']),
    'Access-Control-Request-Method',
    ...(reflectsHeaders ? ['Access-Control-Request-Headers'] : [])
  ].join(', ')
  const content = policy.preflightContinue ? {} : NO_CONTENT
  const granted = createHeadGuard({
    headers: {
      ...content,
      ...(rule.kind === 'any' && { 'access-control-allow-origin': '*' }),
      ...(rule.kind === 'one' && { 'access-control-allow-origin': rule.origin }),
      ...(credentials && { 'access-control-allow-credentials': 'true' }),
      ...grants,
      ...(cacheControl !== undefined && { 'cache-control': cacheControl })
    },
    vary
  })
  return {
    rule,
    granted,
    denied: isConstant ? granted : createHeadGuard({ headers: content, vary }),
    failed: createHeadGuard({ headers: {}, vary }),
    reflectsHeaders,
    status: policy.optionsSuccessStatus,
    continues: policy.preflightContinue,
    rawHeaders: policy.rawHeaders
  }
}

function allowMethods (methods: readonly string[]): Record<string, string> {
  return methods.length === 0 ? {} : { 'access-control-allow-methods': methods.join(', ') }
}

function sameGuard (guard: HeadGuard): Record<'granted' | 'denied' | 'failed', HeadGuard> {
  return { granted: guard, denied: guard, failed: guard }
}

/**
 * Sends the answer, or, with `preflightContinue`, sets its headers and lets
 * the handler reply.
 *
 * @see https://fetch.spec.whatwg.org/#cors-preflight-fetch-0
 */
export function answerPreflight (
  answer: PreflightAnswer,
  request: FastifyRequest,
  reply: FastifyReply,
  done: HookHandlerDoneFunction
): void {
  const { rule } = answer
  const origin = request.raw.headers.origin as string
  if (rule === undefined) {
    send(answer, answer.denied, reply, done)
  } else if (rule.kind === 'match') {
    if (rule.matches(origin)) grant(answer, request, reply, done, origin)
    else send(answer, answer.denied, reply, done)
  } else if (rule.kind === 'ask') {
    askOrigin(rule.ask, origin, request, (error, isAllowed) => {
      if (error !== null) {
        guardHead(reply.raw, answer.failed)
        if (isObserved(request)) reportPreflightFailure(request)
        done(error)
      } else if (isAllowed) {
        grant(answer, request, reply, done, origin)
      } else {
        send(answer, answer.denied, reply, done)
      }
    })
  } else {
    grant(answer, request, reply, done)
  }
}

function grant (
  answer: PreflightAnswer,
  request: FastifyRequest,
  reply: FastifyReply,
  done: HookHandlerDoneFunction,
  allowOrigin?: string
): void {
  const allowHeaders = answer.reflectsHeaders
    ? reflectRequestHeaders(request.raw.headers['access-control-request-headers'])
    : undefined
  send(answer, answer.granted, reply, done, allowOrigin, allowHeaders)
}

function send (
  answer: PreflightAnswer,
  guard: HeadGuard,
  reply: FastifyReply,
  done: HookHandlerDoneFunction,
  allowOrigin?: string,
  allowHeaders?: string
): void {
  guardHead(reply.raw, guard, allowOrigin, allowHeaders)
  if (isObserved(reply.request)) reportPreflight(answer, reply.request, guard === answer.granted, allowHeaders)
  if (!answer.continues) {
    reply.code(answer.status).send()
    return
  }
  if (answer.rawHeaders) setRawHeaders(reply.raw, guard, allowOrigin)
  done()
}
