import { networkError } from './errors.ts'
import { getHeader } from '../fetch/headers.ts'
import { parseUrl } from '../fetch/origins.ts'
import { becomesGet, headersAfterRedirect, namesTakenByRedirect } from './redirect-headers.ts'
import { currentUrl } from './request.ts'
import type { Answer } from './exchange.ts'
import type { Profile } from './profile.ts'
import type { FetchRequest } from './request.ts'

const longestChain = 20

/**
 * Where a redirect leads, or null without a Location.
 * @see https://fetch.spec.whatwg.org/#concept-response-location-url
 */
export function locationUrl (url: URL, { headers }: Answer): URL | null {
  const location = getHeader(headers, 'location')
  if (location === null) return null
  const next = parseUrl(location, url.href)
  if (next === undefined) throw networkError('REDIRECT_LOCATION_INVALID', { url: url.href, value: location })
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
  const step = { status: answer.status, isCrossOrigin }
  request.headers = headersAfterRedirect(request, step, profile)
  request.taken = namesTakenByRedirect(request, step)
  if (isCrossOrigin) request.sentOrigin = null
  if (becomesGet(request.method, answer.status) || (isCrossOrigin && request.method === 'DELETE' && profile.redirectsDeleteAsGet)) {
    request.method = 'GET'
    request.body = undefined
  }
  return true
}

function isRefusedForUserinfo (request: FetchRequest, next: URL, profile: Profile): boolean {
  if (next.username === '' && next.password === '') return false
  return request.tainting === 'cors' ||
    (request.mode === 'cors' && next.origin !== request.origin) ||
    (request.api === 'fetch' && profile.refusesUserinfoRedirect)
}
