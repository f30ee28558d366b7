import type { FastifyRequest } from 'fastify'

import type { LiveSource } from '../options/live.ts'
import type { HeadGuard } from './head.ts'

/** What the plugin decided, and why. */
export type CorsDecisionCode =
  | 'ALLOWED' | 'ORIGIN_NOT_ALLOWED' | 'ORIGIN_FUNCTION_FAILED' | 'SELECT_FAILED' | 'METHOD_NOT_ALLOWED' | 'HEADER_NOT_ALLOWED' | 'NO_CORS'

/** What a request gets: one of a few that are made beforehand, for nearly all that depends on no request. */
export interface Decision {
  readonly code: CorsDecisionCode
  /** The headers of the policy; none where nothing is said about the response. */
  readonly head: HeadGuard | undefined
  /** `Access-Control-Allow-Origin` is the request's origin. */
  readonly reflectsOrigin: boolean
  /** `Access-Control-Allow-Headers` is what the request asks for. */
  readonly reflectsHeaders: boolean
  /** Sent at once; `undefined` lets the request go on. */
  readonly status: number | undefined
  /** The request ends with 403. */
  readonly refuses: boolean
  readonly setsRawHeaders: boolean
  /** What a function of the user's failed with. */
  readonly error: Error | undefined
  /** The policy that `select` named. */
  readonly selected: string | undefined
  /** `Allow`, for an OPTIONS request that is no preflight. */
  readonly allow: string | undefined
  readonly body: string | undefined
  /** The live lists that the origin is in none of. */
  readonly live: readonly LiveSource[]
  /** What follows where a function of the user's takes its time; until then this holds, whoever replies. */
  readonly next: Promise<Decision> | undefined
  /** Nothing but headers, and the request goes on. */
  readonly isPlain: boolean
  /** Nothing but headers and a status. */
  readonly isReply: boolean
}

/** What requests of one kind get under a policy. */
export interface Answer {
  /** Pure but for a function of the user's: nothing is done about the request yet. */
  readonly decide: (request: FastifyRequest) => Decision
  /** The best that it can be. */
  readonly granted: Decision
}

const NONE: readonly LiveSource[] = []

type Details = Partial<Omit<Decision, 'code' | 'head' | 'isPlain' | 'isReply'>>

/** In one place, so that all decisions have one shape. */
export function decision (code: CorsDecisionCode, head: HeadGuard | undefined, details: Details = {}): Decision {
  const { reflectsOrigin = false, reflectsHeaders = false, status, refuses = false, setsRawHeaders = false, error, selected, allow, body, live = NONE, next } = details
  const isHeadersOnly = !setsRawHeaders && error === undefined && allow === undefined && body === undefined && next === undefined
  const isPlain = isHeadersOnly && status === undefined && !refuses
  const isReply = isHeadersOnly && status !== undefined
  return { code, head, reflectsOrigin, reflectsHeaders, status, refuses, setsRawHeaders, error, selected, allow, body, live, next, isPlain, isReply }
}

/** Another decision, but for these details. */
export function but ({ code, head, ...details }: Decision, others: Details): Decision {
  return decision(code, head, { ...details, ...others })
}

/** The headers that a decision puts on a response, for a request that says this. */
export function render (
  { head, reflectsOrigin, reflectsHeaders, allow }: Decision, origin: string | undefined, requestedHeaders: string | undefined
): Record<string, string> {
  const { 'content-length': _, ...headers } = head?.headers ?? {}
  const allowOrigin = reflectsOrigin ? origin : headers['access-control-allow-origin']
  return {
    ...headers,
    ...(allowOrigin !== undefined && { 'access-control-allow-origin': allowOrigin }),
    ...(head?.allowsTiming === true && allowOrigin !== undefined && { 'timing-allow-origin': allowOrigin }),
    ...(reflectsHeaders && requestedHeaders !== undefined && { 'access-control-allow-headers': requestedHeaders }),
    ...(head?.vary !== undefined && { vary: head.vary }),
    ...(allow !== undefined && { allow })
  }
}
