import { AssertionError } from 'node:assert'

import type { HeaderLines } from '../fetch/headers.ts'
import type { ReasonCode } from './reasons.ts'
import type { Seen, TraceEntry } from './types.ts'

/** What happened, for a person to read: the verdict, the reason, every exchange. */
export function formatSeen ({ verdict, reason, trace, notes }: Seen): string {
  const lines = [reason === undefined ? verdict : `${verdict}: ${reason.code}`]
  if (reason !== undefined) lines.push(`  ${reason.message}`)
  for (const entry of trace) lines.push(...formatEntry(entry))
  for (const note of notes) lines.push(`note: ${note}`)
  return lines.join('\n')
}

function formatEntry ({ method, url, why, headers, answer }: TraceEntry): string[] {
  return [
    `${method} ${url} (${why})`,
    ...formatHeaders(headers, '  > '),
    answer === undefined ? '  < no answer' : `  < ${answer.status}`,
    ...formatHeaders(answer?.headers ?? [], '  < ')
  ]
}

function formatHeaders (headers: HeaderLines, prefix: string): string[] {
  return headers.map(([name, value]) => `${prefix}${name}: ${value}`)
}

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
