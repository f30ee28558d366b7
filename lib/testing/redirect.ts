import { networkError } from './errors.ts'
import { getHeader } from './fetch/http.ts'
import { isClientHint } from './headers.ts'
import { currentUrl } from './request.ts'
import type { Answer } from './exchange.ts'
import type { HeaderLines } from './fetch/http.ts'
import type { Profile } from './profile.ts'
import type { FetchRequest } from './request.ts'

const longestChain = 20
const bodyHeaders = new Set(['content-encoding', 'content-language', 'content-location', 'content-type'])

/**
 * Where a redirect leads, or null without a Location.
 * @see https://fetch.spec.whatwg.org/#concept-response-location-url
 */
export function locationUrl (url: URL, { headers }: Answer): URL | null {
  const location = getHeader(headers, 'location')
  if (location === null) return null
  if (!URL.canParse(location, url.href)) throw networkError('REDIRECT_LOCATION_INVALID', { url: url.href, value: location })
  const next = new URL(location, url)
  if (next.hash === '') next.hash = url.hash
  return next
}

/**
 * Turns the request into the one that follows the redirect. Returns false where there is no Location,
 * and the response itself is the answer.
 *
 * @see https://fetch.spec.whatwg.org/#concept-http-redirect-fetch
 */
export function followRedirect (request: FetchRequest, answer: Answer, profile: Profile): boolean {
  const url = currentUrl(request)
  const next = locationUrl(url, answer)
  if (next === null) return false
  const value = next.href
  if (!/^https?:$/.test(next.protocol)) throw networkError('REDIRECT_NON_HTTP', { url: url.href, value })
  if (request.urls.length > longestChain) throw networkError('REDIRECT_TOO_MANY', { url: url.href })
  if (isRefusedForUserinfo(request, next, profile)) {
    request.refusal = networkError('REDIRECT_CREDENTIALS', { url: url.href, value })
    if (!profile.preflightsBeforeRefusal || request.tainting === 'cors') throw request.refusal
  }
  if (answer.status !== 303 && request.body?.isStream === true) throw networkError('REDIRECT_STREAM_BODY', { url: url.href })
  const isCrossOrigin = url.origin !== next.origin
  request.urls.push(next)
  request.headers = headersAfter(request, answer.status, isCrossOrigin, profile)
  request.taken = takenNames(request, answer.status, isCrossOrigin)
  if (isCrossOrigin) request.sentOrigin = null
  if (becomesGet(request.method, answer.status) || (isCrossOrigin && request.method === 'DELETE' && profile.redirectsDeleteAsGet)) {
    request.method = 'GET'
    request.body = undefined
  }
  return true
}

function headersAfter (request: FetchRequest, status: number, isCrossOrigin: boolean, profile: Profile): HeaderLines {
  const { given, urls, origin } = request
  const startsAnew = profile.headersAfterRedirect === 'restored' ||
    (profile.headersAfterRedirect !== 'as-left' && request.mode === 'cors' && urls.some((url) => url.origin !== origin))
  const hasCrossed = profile.headersAfterRedirect === 'restored' ? isCrossOrigin : urls.some((url) => url.origin !== urls[0]?.origin)
  const losesBody = becomesGet(profile.headersAfterRedirect === 'restored' ? given.method : request.method, status)
  const losesHints = profile.redirectDropsClientHints && currentUrl(request).origin !== origin
  const isBack = (line: HeaderLines[number]): boolean => line[0] !== 'content-type' || given.restoresType || request.headers.includes(line)
  const start = startsAnew ? given.headers.filter(isBack) : request.headers
  return start.filter(([name]) =>
    !(losesBody && bodyHeaders.has(name)) &&
    !(hasCrossed && name === 'authorization') &&
    !(profile.redirectDropsUserAgent && !startsAnew && name === 'user-agent') &&
    !(losesHints && name !== 'save-data' && isClientHint(name)))
}

function takenNames ({ method, given }: FetchRequest, status: number, isCrossOrigin: boolean): ReadonlySet<string> {
  const taken = new Set(becomesGet(method, status) ? bodyHeaders : [])
  if (given.asksForType) taken.delete('content-type')
  if (isCrossOrigin) taken.add('authorization')
  return taken
}

function isRefusedForUserinfo (request: FetchRequest, next: URL, profile: Profile): boolean {
  if (next.username === '' && next.password === '') return false
  return request.tainting === 'cors' ||
    (request.mode === 'cors' && (next.origin !== request.origin || (request.api === 'fetch' && profile.refusesUserinfoRedirect)))
}

function becomesGet (method: string, status: number): boolean {
  return status === 303
    ? method !== 'GET' && method !== 'HEAD'
    : method === 'POST' && (status === 301 || status === 302)
}
