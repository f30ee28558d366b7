import { AssertionError } from 'node:assert'

import { getHeader, type HeaderLines } from '../fetch/headers.ts'
import { elements, isElementKind, type Api } from './elements.ts'
import type { FetchResponse } from './fetch.ts'
import { filterHeaders, isOkStatus, withoutEmptyLines } from './headers.ts'
import type { Network } from './network.ts'
import type { Profile } from './profiles.ts'
import { reasonFor, type ReasonCode, type RequestFailure } from './reasons.ts'
import { currentUrl, type FetchRequest } from './request.ts'
import type { Answer, Seen, TraceEntry } from './types.ts'

const readBackKinds: ReadonlySet<Api> = new Set<Api>(['image', 'script', 'stylesheet', 'audio', 'video'])
const nothingSeen = { status: 0, url: '', redirected: false, headers: {} } as const

/** What a page sees of a response that it gets. */
export function seenResponse (
  request: FetchRequest, { answer, type }: FetchResponse, { trace, notes, profile }: Network, text: () => Promise<string>
): Seen {
  const events = eventsOf(request.api, answer, type)
  const url = new URL(currentUrl(request))
  url.hash = ''
  const visible = { url: url.href, redirected: request.urls.length > 1 }
  if (type === 'opaque' || type === 'opaqueredirect') {
    const { hiddenHeaders } = filterHeaders(answer.headers, 'opaque', request.credentials)
    const shown = type === 'opaque'
      ? { verdict: 'opaque' as const, ...nothingSeen }
      : { verdict: 'opaque-redirect' as const, ...nothingSeen, ...visible }
    return { ...shown, type, hiddenHeaders, trace, notes, ...events, text: noText }
  }
  return {
    verdict: 'readable',
    status: answer.status,
    type,
    ...visible,
    ...filterHeaders(profile.skipsEmptyLines ? withoutEmptyLines(answer.headers) : answer.headers, type, request.credentials),
    trace,
    notes,
    ...events,
    text
  }
}

/** What a page sees where the API or the browser refuses. */
export function seenFailure (
  api: Api, failure: RequestFailure, request: FetchRequest | undefined,
  { trace, notes, profile }: Pick<Network, 'trace' | 'notes' | 'profile'>
): Seen {
  const reason = reasonFor(failure.code, failure.detail, request === undefined ? 0 : request.urls.length - 1)
  const blocked = failure.verdict === 'blocked'
  const message = blocked ? profile.networkErrorMessage : reason.message
  return {
    verdict: failure.verdict,
    reason,
    ...nothingSeen,
    ...(request !== undefined && profile.tellsWhoRedirects && isRefusedTarget(request, failure) ? { url: currentUrl(request).href } : {}),
    type: 'error',
    hiddenHeaders: [],
    trace,
    notes,
    ...(blocked && api !== 'fetch' ? {} : { error: { name: exceptionName(api, failure.code), message } }),
    ...(blocked ? failureEvent(api, profile) : {}),
    text: noText
  }
}

function isRefusedTarget ({ api, tainting }: FetchRequest, { code }: RequestFailure): boolean {
  return api === 'xhr' && tainting === 'basic' && /^REDIRECT_(?:LOCATION_INVALID|NON_HTTP|CREDENTIALS)$/.test(code)
}

async function noText (): Promise<string> {
  throw new TypeError('the page can not read this response')
}

function exceptionName (api: Api, code: ReasonCode): string {
  if (code === 'STREAM_NOT_SUPPORTED') return 'NotSupportedError'
  if (api !== 'xhr') return 'TypeError'
  return code === 'METHOD_FORBIDDEN' ? 'SecurityError' : 'SyntaxError'
}

function eventsOf (api: Api, answer: Answer, type: FetchResponse['type']): Pick<Seen, 'event' | 'readBack'> {
  if (api === 'fetch' || api === 'beacon') return {}
  if (api === 'eventsource') return { event: isEventStream(answer) ? 'open' : 'error' }
  if (isElementKind(api) && elements[api].needsOkStatus && !isOkStatus(answer.status)) return { event: 'error' }
  if (!readBackKinds.has(api)) return { event: 'load' }
  return { event: 'load', readBack: type === 'opaque' ? 'refused' : 'allowed' }
}

function isEventStream ({ status, headers }: Answer): boolean {
  return status === 200 && /^text\/event-stream *(?:;|$)/i.test(getHeader(headers, 'content-type') ?? '')
}

function failureEvent (api: Api, profile: Profile): Pick<Seen, 'event'> {
  if (api === 'fetch' || api === 'beacon') return {}
  return { event: api === 'font-preload' && profile.refusedPreloadFiresLoad ? 'load' : 'error' }
}

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
