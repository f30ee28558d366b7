import { AssertionError } from 'node:assert'
import { formatSeen } from './format.ts'
import type { ReasonCode } from './reasons.ts'
import type { Seen } from './types.ts'

/**
 * Fails with the trace unless the page can read the response.
 *
 * @throws AssertionError
 */
export function assertReadable (seen: Seen): void {
  checkSeen(seen, 'assertReadable')
  if (seen.verdict !== 'readable') fail(seen, 'readable', 'the page can not read the response', assertReadable)
}

/**
 * Fails with the trace unless the browser refuses, or the API throws, and for that reason where one is given.
 *
 * @throws AssertionError
 */
export function assertBlocked (seen: Seen, reason?: ReasonCode): void {
  checkSeen(seen, 'assertBlocked')
  if (seen.reason === undefined) {
    fail(seen, reason ?? 'blocked', 'the browser does not refuse the response', assertBlocked)
  }
  if (reason !== undefined && seen.reason.code !== reason) {
    fail(seen, reason, `the browser refuses for another reason than ${reason}`, assertBlocked)
  }
}

function fail (seen: Seen, expected: string, problem: string, caller: (...args: never[]) => void): never {
  throw new AssertionError({
    message: `${problem}\n${formatSeen(seen)}`,
    actual: seen.reason?.code ?? seen.verdict,
    expected,
    operator: caller.name,
    stackStartFn: caller
  })
}

function checkSeen (seen: unknown, name: string): void {
  if (typeof (Object(seen) as Partial<Seen>).verdict !== 'string') {
    throw new TypeError(`${name} needs what simulate resolves to: await it first`)
  }
}
