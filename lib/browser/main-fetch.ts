import { corsCheck } from '../fetch/cors.ts'
import { networkError } from './errors.ts'
import { fetchMetadata } from './fetch-metadata.ts'
import { getHeader, headerValues } from '../fetch/headers.ts'
import { combineHeaders, isRedirectStatus } from './fetch/http.ts'
import { sendOverNetwork } from './network.ts'
import { originHeader, serializeRequestOrigin } from './origin-header.ts'
import { askedFor, ensurePreflight, preflightNeed } from './preflight.ts'
import { followRedirect, locationUrl } from './redirect.ts'
import { countsHomeCredentials, currentUrl } from './request.ts'
import { blockingResourcePolicy } from './resource-policy.ts'
import type { Answer } from './exchange.ts'
import type { Network } from './network.ts'
import type { Profile } from './profile.ts'
import type { FetchRequest } from './request.ts'

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
