import { getHeader } from '../fetch/headers.ts'
import { elements, isElementKind, type Api } from './elements.ts'
import type { FetchResponse } from './fetch.ts'
import { filterHeaders, isOkStatus, withoutEmptyLines } from './headers.ts'
import type { Network } from './network.ts'
import type { Profile } from './profiles.ts'
import { reasonFor, type ReasonCode, type RequestFailure } from './reasons.ts'
import { currentUrl, type FetchRequest } from './request.ts'
import type { Answer, Seen } from './types.ts'

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
