import { channel, type Channel } from 'node:diagnostics_channel'
import type { IncomingHttpHeaders } from 'node:http'

import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify'

import { OriginDeniedError } from '../errors.ts'
import { grantedNames, preflightCheck, type GrantedNames } from '../fetch/cors.ts'
import { isCorsPreflightRequest, listNames, reflectRequestHeaders } from '../fetch/headers.ts'
import type { LiveOriginsStatus } from '../options/live.ts'
import { escapeText } from '../text.ts'
import type { CorsDecisionCode, Decision } from './decision.ts'
import { isForeign } from './foreign.ts'
import { guardHead, setRawHeaders, showHead, type HeadGuard } from './head.ts'

/** The message of the channel `fastify-route-cors:decision`: one for each request with an `Origin`, and for each that is refused. */
export interface CorsDecision {
  readonly kind: 'preflight' | 'request'
  readonly allowed: boolean
  readonly code: CorsDecisionCode
  /** As it came: it may hold anything. Empty where a request was refused that has none. */
  readonly origin: string
  /** Of a preflight, the requested one. It may hold anything, too. */
  readonly method: string
  /** The request header that a preflight does not grant, in lower case. */
  readonly header?: string
  /** `Sec-Fetch-Site` of a request that was refused for it, having no `Origin`. */
  readonly site?: string
  /** The policy that `select` named. */
  readonly policy?: string
  /** The live lists that the origin is in none of. */
  readonly liveOrigins?: readonly LiveOriginsStatus[]
  readonly request: FastifyRequest
}

/** Carries out what was decided: here alone a reply is touched. */
export function carryOut (decision: Decision, request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction): void {
  const { head } = decision
  const allowOrigin = decision.reflectsOrigin ? request.raw.headers.origin : undefined
  const allowHeaders = decision.reflectsHeaders ? reflectRequestHeaders(request.raw.headers['access-control-request-headers']) : undefined
  if (head !== undefined) {
    guardHead(reply.raw, head, allowOrigin, allowHeaders)
    if (decision.next === undefined) showHead(reply)
  }
  if (isObserved(decision, request)) observe(decision, request, allowHeaders)
  if (decision.isPlain) done()
  else if (decision.isReply) reply.code(decision.status as number).send()
  else finish(decision, request, reply, done)
}

/** All that is out of the ordinary. */
function finish (decision: Decision, request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction): void {
  const { head, next, status, allow, body } = decision
  if (next !== undefined) {
    next.then((next) => {
      // Meanwhile a time limit may have passed, or the client have gone.
      if (!hasEnded(reply)) carryOut(next, request, reply, done)
    })
    return
  }
  if (decision.setsRawHeaders && head !== undefined) setRawHeaders(reply.raw, head, decision.reflectsOrigin ? request.raw.headers.origin : undefined)
  if (allow !== undefined) reply.header('allow', allow)
  if (status !== undefined) {
    reply.code(status).type('text/plain').send(body)
    return
  }
  if (decision.refuses) closeUpgrade(request, reply)
  done(errorOf(decision))
}

/** Whether nothing is left to be done. */
function hasEnded ({ sent, raw }: FastifyReply): boolean {
  return sent || raw.headersSent || raw.destroyed || raw.writable === false
}

/** What a request fails with: the error of a function of the user's, or the refusal of `enforce`. */
export function errorOf ({ refuses, error }: Decision): Error | undefined {
  return refuses ? new OriginDeniedError() : error
}

/** The server has let go of the socket of an upgrade: left open, it stays so for ever. */
function closeUpgrade ({ raw: { headers, socket } }: FastifyRequest, reply: FastifyReply): void {
  if (headers.upgrade !== undefined) reply.raw.once('finish', () => { socket.destroySoon() })
}

/** @see https://nodejs.org/docs/latest/api/diagnostics_channel.html */
const decisions: Channel = channel('fastify-route-cors:decision')

/** Whether anybody wants to know; cheap enough to be asked each time. */
function isObserved ({ code, isPlain, refuses, next }: Decision, { raw, log }: FastifyRequest): boolean {
  return next === undefined && (decisions.hasSubscribers || (!(isPlain && code === 'ALLOWED') && (refuses || Boolean(raw.headers.origin)) && isDebugEnabled(log)))
}

/** Tells subscribers of a decision, and the log of one that allows nothing. */
function observe (decision: Decision, request: FastifyRequest, allowHeaders: string | undefined): void {
  const { method, headers } = request.raw
  const { origin = '', 'sec-fetch-site': site } = headers
  if (origin === '' && !decision.refuses) return
  const isPreflight = isCorsPreflightRequest(request.raw)
  const { code, header } = isPreflight ? preflightVerdict(decision, headers, allowHeaders) : { code: verdict(decision, request), header: undefined }
  const isRefusedBySite = decision.refuses && headers.origin === undefined
  const message: CorsDecision = {
    kind: isPreflight ? 'preflight' : 'request',
    allowed: code === 'ALLOWED',
    code,
    origin,
    method: (isPreflight ? headers['access-control-request-method'] : method) as string,
    ...(isRefusedBySite && { site: site as string }),
    ...(decision.selected !== undefined && { policy: decision.selected }),
    ...(code === 'ORIGIN_NOT_ALLOWED' && decision.live.length > 0 && { liveOrigins: decision.live.map(({ status }) => status) }),
    request,
    ...(header !== undefined && { header })
  }
  if (decisions.hasSubscribers) decisions.publish(message)
  // What a function fails with is logged by Fastify's error handler.
  if (message.allowed || code === 'ORIGIN_FUNCTION_FAILED' || code === 'SELECT_FAILED') return
  request.log.debug({
    code,
    origin: escapeText(origin),
    method: escapeText(message.method),
    ...(isRefusedBySite && { site }),
    ...(header !== undefined && { header: escapeText(header) }),
    ...(decision.selected !== undefined && { policy: decision.selected }),
    ...(message.liveOrigins !== undefined && { liveOrigins: message.liveOrigins })
  }, `CORS ${message.kind} not allowed: ${code}`)
}

/** What the browser will make of the answer to a preflight. */
function preflightVerdict (
  { code, head }: Decision, preflight: IncomingHttpHeaders, allowHeaders: string | undefined
): { readonly code: CorsDecisionCode, readonly header?: string } {
  if (code !== 'ALLOWED' || head === undefined) return { code }
  const failure = preflightCheck({
    method: preflight['access-control-request-method'] as string,
    headerNames: listNames(preflight['access-control-request-headers']).map((name) => name.toLowerCase()),
    // No preflight tells, and a policy with credentials has no '*' that it would matter to.
    includesCredentials: false
  }, allowHeaders === undefined ? grantOf(head) : { ...grantedNames([], listNames(allowHeaders)), methods: grantOf(head).methods })
  if (failure === undefined) return { code }
  return failure.header === undefined ? { code: failure.code } : { code: 'HEADER_NOT_ALLOWED', header: failure.header }
}

const grants = new WeakMap<HeadGuard, GrantedNames>()

/** What the headers of a policy list, however long: it is read once and not for each request. */
function grantOf (head: HeadGuard): GrantedNames {
  let granted = grants.get(head)
  if (granted === undefined) {
    granted = grantedNames(listNames(head.headers['access-control-allow-methods']), listNames(head.headers['access-control-allow-headers']))
    grants.set(head, granted)
  }
  return granted
}

function verdict ({ code }: Decision, request: FastifyRequest): CorsDecisionCode {
  return code === 'ORIGIN_NOT_ALLOWED' && !isForeign(request) ? 'ALLOWED' : code
}

interface LevelLogger {
  isLevelEnabled? (level: string): boolean
}

/** A logger without levels that does nothing has one function for all of them. */
function isDebugEnabled (log: FastifyRequest['log']): boolean {
  return (log as LevelLogger).isLevelEnabled?.('debug') ?? log.debug !== log.fatal
}
