import type { FastifyRequest } from 'fastify'

import type { OriginFunction } from '../options/types.ts'

/** Stands for an error that was thrown as `undefined` or `null`. */
const FAILED = 'The origin function failed'

/** The same for the `key` of a live list. */
export const KEY_FAILED = 'The key function of a live list failed'

/**
 * Asks a user's function whether an origin is allowed. `settled` is called
 * once, with the first answer of whichever kind: what the function returned,
 * what its promise came to, or what it called back with. Only `true` allows.
 */
export function askOrigin (
  ask: OriginFunction,
  origin: string,
  request: FastifyRequest,
  settled: (error: Error | null, allowed: boolean) => void
): void {
  let isSettled = false

  function settle (error: unknown, allowed?: unknown): void {
    if (isSettled) return
    isSettled = true
    if (error === null || error === undefined) settled(null, allowed === true)
    else settled(toError(error, FAILED), false)
  }

  let returned: unknown
  try {
    // With the instance as `this`, as functions written for @fastify/cors expect.
    returned = ask.call(request.server, origin, settle, request)
  } catch (error) {
    settle(error ?? FAILED)
    return
  }
  if (isPromiseLike(returned)) {
    returned.then(
      (allowed) => { settle(null, allowed) },
      (error: unknown) => { settle(error ?? FAILED) }
    )
  } else if (isAnswer(returned, ask.length)) {
    settle(null, returned)
  }
}

/**
 * A function that takes a callback may return nothing, or whatever the call
 * returned that will lead to it: a timer, a query. All else is its answer.
 */
function isAnswer (returned: unknown, parameters: number): boolean {
  return parameters < 2 || (returned !== undefined && (typeof returned !== 'object' || returned === null))
}

/** Whether a function of the user's answers later. */
export function isPromiseLike (value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function'
}

/** What a function of the user's threw, as an error; with this message where it says nothing. */
export function toError (thrown: unknown, message: string): Error {
  if (thrown instanceof Error) return thrown
  return typeof thrown === 'string' ? new Error(thrown) : new Error(message, { cause: thrown })
}
