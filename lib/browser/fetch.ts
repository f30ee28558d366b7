import { corsCheck } from '../fetch/cors.ts'
import { getHeader, headerValues, type HeaderLines } from '../fetch/headers.ts'
import { isIpAddress, isSchemelesslySameSite, parseUrl } from '../fetch/origins.ts'
import { combineHeaders, isClientHint, isRedirectStatus } from './headers.ts'
import { sendOverNetwork, type Network } from './network.ts'
import { fetchMetadata, originHeader, serializeRequestOrigin } from './origin.ts'
import { askedFor, ensurePreflight, preflightNeed } from './preflight.ts'
import type { Profile } from './profiles.ts'
import { networkError } from './reasons.ts'
import { countsHomeCredentials, currentUrl, type FetchRequest } from './request.ts'
import type { Answer } from './types.ts'

export interface FetchResponse {
  readonly answer: Answer
  readonly type: 'basic' | 'cors' | 'opaque' | 'opaqueredirect'
}

/**
 * The request and every redirect: each hop is judged anew, with the preflight it needs.
 * @see https://fetch.spec.whatwg.org/#concept-main-fetch
 */
export async function mainFetch (request: FetchRequest, network: Network): Promise<FetchResponse> {
  const { profile, cache } = network
  const asked = askedFor(request, network)
  let hadPreflight = false
  let why = 'the request itself'
  if (profile.limitsKeepaliveFirst) checkKeepalive(request)
  try {
    for (;;) {
      request.tainting = responseTainting(request)
      const need = preflightNeed(request, asked, hadPreflight, network)
      if (need !== undefined) {
        hadPreflight = true
        await ensurePreflight(request, need, network)
      }
      if (request.refusal !== undefined) throw request.refusal
      const answer = await httpFetch(request, why, hadPreflight, network)
      if (!isRedirectStatus(answer.status)) return { answer, type: request.tainting }
      const needsNoFollowing = !profile.refusesEveryRedirect && getHeader(answer.headers, 'location') === null
      if (request.redirect === 'error' && !needsNoFollowing) throw networkError('REDIRECT_ERROR_MODE', { url: currentUrl(request).href })
      if (request.redirect === 'manual') {
        if (profile.readsEveryLocation) locationUrl(currentUrl(request), answer)
        return { answer, type: 'opaqueredirect' }
      }
      why = `redirected by ${currentUrl(request).href} with status ${answer.status}`
      if (!followRedirect(request, answer, profile)) return { answer, type: request.tainting }
    }
  } catch (error) {
    if (hadPreflight && profile.clearsCacheOnFailure) cache.clear(request.origin, currentUrl(request).href)
    throw error
  }
}

/** How many bytes the body of a request has at most that may outlive its page. */
const MAX_KEEPALIVE = 64 * 1024

function checkKeepalive (request: FetchRequest): void {
  if (request.keepalive && (request.body?.bytes.length ?? 0) > MAX_KEEPALIVE) throw networkError('KEEPALIVE_TOO_LONG', { url: currentUrl(request).href })
}

function responseTainting (request: FetchRequest): 'basic' | 'cors' | 'opaque' {
  const url = currentUrl(request)
  const isHttp = /^https?:$/.test(url.protocol)
  if (isHttp && url.origin === request.origin && request.tainting === 'basic') return 'basic'
  if (request.mode === 'same-origin') throw networkError('CROSS_ORIGIN_SAME_ORIGIN_MODE', { url: url.href })
  if (request.mode === 'no-cors' && request.redirect !== 'follow') throw networkError('NO_CORS_REDIRECT_MODE')
  if (!isHttp) throw networkError('SCHEME_NOT_HTTP', { url: url.href })
  return request.mode === 'no-cors' ? 'opaque' : 'cors'
}

/** @see https://fetch.spec.whatwg.org/#http-network-or-cache-fetch */
async function httpFetch (request: FetchRequest, why: string, hadPreflight: boolean, network: Network): Promise<Answer> {
  const { profile, cookies, notes } = network
  const url = currentUrl(request)
  checkKeepalive(request)
  const credentials = includesCredentials(request, profile)
  const headers = combineHeaders(request.headers).map(([name, value]): [string, string] =>
    [name, profile.sendsUtf8 ? Buffer.from(value).toString('latin1') : value])
  headers.push(...fetchMetadata(request, profile))
  const origin = originHeader(request, profile)
  if (origin !== null) headers.push(['origin', origin])
  request.sentOrigin = origin
  const cookie = credentials ? cookies?.header(url, request.origin, profile, request.urls.length > 1) : undefined
  if (cookie != null) headers.push(['cookie', cookie])
  const answer = await sendOverNetwork(request, {
    method: request.method, headers, body: request.body?.bytes, why, preflight: false, credentials
  }, network)
  if (credentials) for (const line of headerValues(answer.headers, 'set-cookie')) cookies?.set(url, line)
  if (credentials && answer.status === 401 && profile.promptsForPassword &&
    getHeader(answer.headers, 'www-authenticate') !== null) {
    notes.push('the browser asks its user for a password here, and the page waits for the answer')
  }
  checkShareable(request, answer, hadPreflight, network)
  return answer
}

function includesCredentials ({ credentials, tainting, urls, origin }: FetchRequest, profile: Profile): boolean {
  if (credentials !== 'same-origin') return credentials === 'include'
  const isFromHome = profile.noCorsRedirectKeepsCredentials && tainting === 'opaque' && urls[0]?.origin === origin
  return tainting === 'basic' || isFromHome
}

/** Whether the page may have this response: the CORS check, or for an opaque one the server's policy. */
function checkShareable (request: FetchRequest, { status, headers }: Answer, hadPreflight: boolean, { profile }: Network): void {
  const url = currentUrl(request).href
  if (request.tainting === 'cors') {
    const origin = serializeRequestOrigin(request)
    const isJudgedAsIncluding = isRedirectStatus(status) && !hadPreflight && countsHomeCredentials(request, profile)
    const failure = corsCheck(origin, isJudgedAsIncluding ? 'include' : request.credentials, headers)
    if (failure === undefined) return
    const { code, ...found } = failure
    throw networkError(code, { ...found, origin, url })
  }
  if (request.tainting === 'opaque') {
    const policy = blockingResourcePolicy(request, headers, profile)
    if (policy !== undefined) throw networkError('CORP', { url, value: policy })
  }
}

const longestChain = 20

/**
 * Where a redirect leads, or null without a Location.
 * @see https://fetch.spec.whatwg.org/#concept-response-location-url
 */
function locationUrl (url: URL, { headers }: Answer): URL | null {
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
function followRedirect (request: FetchRequest, answer: Answer, profile: Profile): boolean {
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
  request.headers = headersAfterRedirect(request, answer.status, isCrossOrigin, profile)
  request.taken = namesTakenByRedirect(request, answer.status, isCrossOrigin)
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

const bodyHeaders = new Set(['content-encoding', 'content-language', 'content-location', 'content-type'])

/** Whether the redirect turns the method into GET. */
function becomesGet (method: string, status: number): boolean {
  return status === 303
    ? method !== 'GET' && method !== 'HEAD'
    : method === 'POST' && (status === 301 || status === 302)
}

/** The headers of a request that already has the new URL and still the old method. */
function headersAfterRedirect (request: FetchRequest, status: number, isCrossOrigin: boolean, profile: Profile): HeaderLines {
  const losesHints = profile.redirectDropsClientHints && currentUrl(request).origin !== request.origin
  const lines = linesAfterRedirect(request, status, isCrossOrigin, profile)
  return losesHints ? lines.filter(([name]) => name === 'save-data' || !isClientHint(name)) : lines
}

/** The names of what is lost on the way to the new URL. */
function namesTakenByRedirect ({ method, given }: FetchRequest, status: number, isCrossOrigin: boolean): ReadonlySet<string> {
  const taken = new Set(becomesGet(method, status) ? bodyHeaders : [])
  if (given.asksForType) taken.delete('content-type')
  if (isCrossOrigin) taken.add('authorization')
  return taken
}

function linesAfterRedirect (request: FetchRequest, status: number, isCrossOrigin: boolean, profile: Profile): HeaderLines {
  const { given, headers, method } = request
  switch (profile.headersAfterRedirect) {
    case 'as-left':
      return remaining(headers, becomesGet(method, status), isCrossOrigin)
    case 'restored':
      return remaining(givenBack(request), becomesGet(given.method, status), isCrossOrigin)
    case 'restored-without-authorization':
      return linesInWebkit(request, status)
  }
}

/** In mode cors all is given back that was given, otherwise the type with the two statuses that keep the body. */
function linesInWebkit ({ given, headers, method, mode, origin, urls }: FetchRequest, status: number): HeaderLines {
  const losesBody = becomesGet(method, status)
  const hasCrossed = urls.some((url) => url.origin !== urls[0]?.origin)
  if (mode === 'cors' && urls.some((url) => url.origin !== origin)) return remaining(given.headers, losesBody, hasCrossed)
  const keepsBody = status === 307 || status === 308
  const type = keepsBody ? given.headers.filter((line) => line[0] === 'content-type' && !headers.includes(line)) : []
  return remaining([...headers, ...type], losesBody, hasCrossed).filter(([name]) => name !== 'user-agent')
}

function givenBack ({ given, headers }: FetchRequest): HeaderLines {
  return given.headers.filter((line) => line[0] !== 'content-type' || given.restoresType || headers.includes(line))
}

function remaining (lines: HeaderLines, losesBody: boolean, losesAuthorization: boolean): HeaderLines {
  return lines.filter(([name]) => !(losesBody && bodyHeaders.has(name)) && !(losesAuthorization && name === 'authorization'))
}

/**
 * The policy that keeps an opaque response from the page, or undefined where none does.
 * @see https://fetch.spec.whatwg.org/#cross-origin-resource-policy-check
 */
function blockingResourcePolicy (
  request: FetchRequest, lines: HeaderLines, profile: Profile
): string | undefined {
  const policy = getHeader(lines, 'cross-origin-resource-policy')
  const url = currentUrl(request)
  if (url.origin === request.origin) return undefined
  if (policy === 'same-origin') return policy
  return policy === 'same-site' && !isOfSameSite(request.origin, url, profile) ? policy : undefined
}

function isOfSameSite (origin: string, url: URL, profile: Profile): boolean {
  if (origin === 'null') return false
  const from = new URL(origin)
  if (isIpAddress(from.hostname) && !profile.ipAddressIsSite) return false
  return isSchemelesslySameSite(from.hostname, url.hostname) &&
    (from.protocol === 'https:' || url.protocol !== 'https:')
}
