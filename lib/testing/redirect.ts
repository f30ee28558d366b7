import { networkError } from './errors.ts'
import { getHeader } from './fetch/http.ts'
import { currentUrl } from './request.ts'
import type { Answer } from './exchange.ts'
import type { Profile } from './profile.ts'
import type { FetchRequest } from './request.ts'

const longestChain = 20
const bodyHeaders = new Set(['content-encoding', 'content-language', 'content-location', 'content-type'])

/**
 * Turns the request into the one that follows the redirect. Returns false where there is no Location,
 * and the response itself is the answer.
 *
 * @see https://fetch.spec.whatwg.org/#concept-http-redirect-fetch
 */
export function followRedirect (request: FetchRequest, answer: Answer, profile: Profile): boolean {
  const url = currentUrl(request)
  const location = getHeader(answer.headers, 'location')
  if (location === null) return false
  if (!URL.canParse(location, url.href)) throw networkError('REDIRECT_LOCATION_INVALID', { url: url.href, value: location })
  const next = new URL(location, url)
  if (next.hash === '') next.hash = url.hash
  if (!/^https?:$/.test(next.protocol)) throw networkError('REDIRECT_NON_HTTP', { url: url.href, value: location })
  if (request.urls.length > longestChain) throw networkError('REDIRECT_TOO_MANY', { url: url.href })
  if (isRefusedForUserinfo(request, next, profile)) {
    throw networkError('REDIRECT_CREDENTIALS', { url: url.href, value: location })
  }
  if (answer.status !== 303 && request.body?.isStream === true) throw networkError('REDIRECT_STREAM_BODY', { url: url.href })
  if (becomesGet(request.method, answer.status)) {
    request.method = 'GET'
    request.body = undefined
    request.headers = request.headers.filter(([name]) => !bodyHeaders.has(name))
  }
  if (url.origin !== next.origin) request.headers = request.headers.filter(([name]) => name !== 'authorization')
  request.urls.push(next)
  return true
}

function isRefusedForUserinfo (request: FetchRequest, next: URL, profile: Profile): boolean {
  if (next.username === '' && next.password === '') return false
  return request.tainting === 'cors' ||
    (request.mode === 'cors' && (next.origin !== request.origin || profile.refusesUserinfoRedirect))
}

function becomesGet (method: string, status: number): boolean {
  return status === 303
    ? method !== 'GET' && method !== 'HEAD'
    : method === 'POST' && (status === 301 || status === 302)
}
