import type { FastifyRequest } from 'fastify'

/**
 * How an {@link OriginFunction} may answer: an error goes to Fastify's error
 * handler, `true` allows the origin, anything else does not.
 */
export type OriginCallback = (error: Error | null, allowed?: unknown) => void

/**
 * Decides about one origin. It may return a boolean or a promise of one, or
 * call back; whichever settles first counts, once. It is called only for
 * requests that carry an `Origin`.
 */
export type OriginFunction = (
  origin: string,
  callback: OriginCallback,
  request: FastifyRequest
) => unknown
