import { channel } from 'node:diagnostics_channel'
import type { Channel } from 'node:diagnostics_channel'

import type { FastifyRequest } from 'fastify'

import { escapeText } from '../text/show.ts'

/** What the plugin decided, and why. */
export type CorsDecisionCode =
  | 'ALLOWED' | 'ORIGIN_NOT_ALLOWED' | 'ORIGIN_FUNCTION_FAILED' | 'SELECT_FAILED' | 'METHOD_NOT_ALLOWED' | 'HEADER_NOT_ALLOWED' | 'NO_CORS'

/** The message of the channel `fastify-route-cors:decision`: one for each request with an `Origin`. */
export interface CorsDecision {
  readonly kind: 'preflight' | 'request'
  readonly allowed: boolean
  readonly code: CorsDecisionCode
  /** As it came: it may hold anything. */
  readonly origin: string
  /** Of a preflight, the requested one. It may hold anything, too. */
  readonly method: string
  /** The request header that a preflight does not grant, in lower case. */
  readonly header?: string
  /** The policy that `select` named. */
  readonly policy?: string
  readonly request: FastifyRequest
}

/** @see https://nodejs.org/docs/latest/api/diagnostics_channel.html */
export const decisions: Channel = channel('fastify-route-cors:decision')

/** Requests that someone asks about and nobody made: their decisions are no news. */
const questions = new WeakSet<FastifyRequest>()

export function markQuestion (request: FastifyRequest): void {
  questions.add(request)
}

export function isQuestion (request: FastifyRequest): boolean {
  return questions.has(request)
}

/** Whether anybody wants to know of refusals; cheap enough to be asked each time. */
export function isObserved ({ log }: FastifyRequest): boolean {
  return decisions.hasSubscribers || isDebugEnabled(log)
}

/** Tells subscribers of a decision, and the log of a refusal. */
export function report (decision: CorsDecision): void {
  const { request, kind, allowed, code, origin, method, header, policy } = decision
  if (isQuestion(request)) return
  if (decisions.hasSubscribers) decisions.publish(decision)
  // What a function fails with is logged by Fastify's error handler.
  if (allowed || code === 'ORIGIN_FUNCTION_FAILED' || code === 'SELECT_FAILED') return
  request.log.debug({
    code,
    origin: escapeText(origin),
    method: escapeText(method),
    ...(header !== undefined && { header: escapeText(header) }),
    ...(policy !== undefined && { policy })
  }, `CORS ${kind} not allowed: ${code}`)
}

interface LevelLogger {
  isLevelEnabled? (level: string): boolean
}

/** A logger without levels that does nothing has one function for all of them. */
function isDebugEnabled (log: FastifyRequest['log']): boolean {
  return (log as LevelLogger).isLevelEnabled?.('debug') ?? log.debug !== log.fatal
}
