import { corsCheck, grantedNames, preflightCheck } from '../fetch/cors.ts'
import { extractTokens, getHeader, headerValues, isCorsSafelistedMethod, type HeaderLines } from '../fetch/headers.ts'
import { corsUnsafeRequestHeaderNames, isOkStatus, isRedirectStatus } from './headers.ts'
import { sendOverNetwork, type Network } from './network.ts'
import { preflightMetadata, serializeRequestOrigin } from './origin.ts'
import type { Profile } from './profiles.ts'
import { networkError, type ReasonCode, type ReasonDetail, type RequestFailure } from './reasons.ts'
import { countsHomeCredentials, currentUrl, type FetchRequest } from './request.ts'
import type { PreflightGrant, PreflightNeed } from './stores.ts'
import type { Answer } from './types.ts'

/** What a preflight would have to ask for: engines keep to what it was before any redirect in different degrees. */
export interface Asked {
  readonly isUnsafe: boolean
  readonly headerNames: readonly string[]
}

export function askedFor (request: FetchRequest, { profile }: Network): Asked {
  const headerNames = corsUnsafeRequestHeaderNames(request.headers, profile)
  return { headerNames, isUnsafe: needsPreflight(request, headerNames) }
}

/**
 * What has to be granted before the request may be sent, or undefined where nothing has.
 * @param asked what the page asked for
 * @param hadPreflight whether there was a preflight before a redirect
 * @see https://fetch.spec.whatwg.org/#concept-main-fetch
 */
export function preflightNeed (
  request: FetchRequest, asked: Asked, hadPreflight: boolean, network: Network
): PreflightNeed | undefined {
  if (request.tainting !== 'cors') return undefined
  const { preflightAfterRedirect } = network.profile
  const current = askedFor(request, network)
  const wasUnsafe = hadPreflight || (request.unsafeRequest && asked.headerNames.length > 0)
  if (!current.isUnsafe && (preflightAfterRedirect === 'current' || !wasUnsafe)) return undefined
  return {
    origin: request.origin,
    url: currentUrl(request).href,
    includesCredentials: request.credentials === 'include' || (hadPreflight && countsHomeCredentials(request, network.profile)),
    method: request.method,
    methodAlways: request.useCorsPreflight,
    headerNames: namesAfterRedirect(request, asked, current, network.profile)
  }
}

function namesAfterRedirect (request: FetchRequest, asked: Asked, current: Asked, { preflightAfterRedirect }: Profile): readonly string[] {
  switch (preflightAfterRedirect) {
    case 'current':
      return current.headerNames
    case 'as-asked':
      return asked.headerNames.filter((name) => !request.taken.has(name))
    case 'as-asked-with-headers':
      return asked.headerNames
  }
}

/**
 * Makes a preflight where the cache does not hold what is needed.
 * @see https://fetch.spec.whatwg.org/#concept-http-fetch
 */
export async function ensurePreflight (request: FetchRequest, need: PreflightNeed, network: Network): Promise<void> {
  const { profile, cache, notes } = network
  const bypasses = profile.cacheModeBypassesPreflightCache && /^(?:no-store|reload)$/.test(request.cache)
  if (!bypasses && cache.covers(need, profile)) {
    notes.push(`an earlier preflight of ${need.url} still grants ${need.method}, so there is none`)
  } else {
    await corsPreflightFetch(request, need, network)
  }
}

/** @see https://fetch.spec.whatwg.org/#cors-preflight-fetch-0 */
async function corsPreflightFetch (request: FetchRequest, need: PreflightNeed, network: Network): Promise<void> {
  const { profile } = network
  const origin = profile.preflightKeepsOrigin ? request.origin : serializeRequestOrigin(request)
  const headers: Array<[string, string]> = [
    ['accept', '*/*'],
    ['access-control-request-method', need.method],
    ['origin', origin],
    ...preflightMetadata(request, profile)
  ]
  const userAgent = getHeader(request.headers, 'user-agent')
  if (profile.preflightSendsUserAgent && userAgent !== null) headers.push(['user-agent', userAgent])
  if (need.headerNames.length > 0) headers.splice(2, 0, ['access-control-request-headers', need.headerNames.join(',')])
  const answer = await sendOverNetwork(request, {
    method: 'OPTIONS', headers, body: undefined, why: whyPreflight(need), preflight: true, credentials: false
  }, network)
  checkPreflightResponse(answer, need, origin, network)
}

function needsPreflight (request: FetchRequest, headerNames: readonly string[]): boolean {
  return request.useCorsPreflight ||
    (request.unsafeRequest && (!isCorsSafelistedMethod(request.method) || headerNames.length > 0))
}

function whyPreflight ({ method, methodAlways, headerNames }: PreflightNeed): string {
  const reasons: string[] = []
  if (!isCorsSafelistedMethod(method)) reasons.push(`the method ${method} is not safelisted`)
  if (headerNames.length > 0) reasons.push(`not safelisted headers: ${headerNames.join(', ')}`)
  if (methodAlways) reasons.push('an upload listener or a stream as body')
  return `preflight: ${reasons.join('; ') || 'what the page asked for before the redirect needed one'}`
}

/**
 * Judges the answer to a preflight, and keeps what it grants. A redirect is reported as one whatever
 * else is wrong, since it is the most telling.
 *
 * @see https://fetch.spec.whatwg.org/#cors-preflight-fetch-0
 */
function checkPreflightResponse (
  answer: Answer, need: PreflightNeed, origin: string, { profile, cache, notes }: Network
): void {
  if (isRedirectStatus(answer.status)) {
    const location = getHeader(answer.headers, 'location')
    throw networkError('PREFLIGHT_REDIRECT', { url: need.url, value: `${answer.status} to ${location}` })
  }
  if (profile.reportsPreflightStatusFirst) checkStatus(answer, need)
  const isTrusted = profile.trustsPreflightOfOwnOrigin && new URL(need.url).origin === need.origin
  const failure = isTrusted ? undefined : corsCheck(origin, need.includesCredentials ? 'include' : 'omit', answer.headers)
  if (failure !== undefined) {
    const { code, ...found } = failure
    throw networkError(`PREFLIGHT_${code}`, { ...found, origin, url: need.url })
  }
  checkStatus(answer, need)
  const grant = grantOf(answer, need, profile)
  if (profile.cacheKeepsRefusals) cache.store(need, grant, profile)
  checkGrant(answer, need, grant, profile, notes)
  if (!profile.cacheKeepsRefusals) cache.store(need, grant, profile)
}

function checkStatus ({ status }: Answer, { url }: PreflightNeed): void {
  if (!isOkStatus(status)) throw networkError('PREFLIGHT_STATUS', { url, value: String(status) })
}

function grantOf (answer: Answer, { url, method, methodAlways }: PreflightNeed, profile: Profile): PreflightGrant {
  const methods = extractTokens(answer.headers, 'access-control-allow-methods')
  if (methods === 'failure') throw refusal('ALLOW_METHODS_INVALID', answer, 'methods', { url })
  const headerNames = extractTokens(answer.headers, 'access-control-allow-headers')
  if (headerNames === 'failure') throw refusal('ALLOW_HEADERS_INVALID', answer, 'headers', { url })
  const isGrantedByUpload = methodAlways && (profile.uploadGrantsMethod || isCorsSafelistedMethod(method))
  return {
    ...grantedNames(methods ?? (isGrantedByUpload ? [method] : []), headerNames ?? []),
    maxAge: maxAgeOf(answer.headers, profile)
  }
}

function checkGrant (answer: Answer, need: PreflightNeed, grant: PreflightGrant, profile: Profile, notes: string[]): void {
  const { url, method } = need
  const failure = preflightCheck(need, grant, profile.wildcardCoversAuthorization)
  if (failure?.header !== undefined) throw refusal(failure.code, answer, 'headers', { url, header: failure.header })
  if (failure !== undefined) throw refusal(failure.code, answer, 'methods', { url, method })
  if (preflightCheck(need, grant)?.code === 'AUTHORIZATION_NEEDS_EXPLICIT') {
    notes.push("the standard does not let '*' in Access-Control-Allow-Headers stand for authorization: name it")
  }
}

/** A refusal for what the answer says about methods or headers. */
function refusal (code: ReasonCode, { headers }: Answer, about: 'methods' | 'headers', detail: ReasonDetail): RequestFailure {
  const value = getHeader(headers, `access-control-allow-${about}`)
  return networkError(code, { ...detail, ...(value !== null && { value }) })
}

/** How long, in seconds, a preflight is kept that does not say how long. */
const defaultMaxAge = 5

/**
 * How long, in seconds, the result of a preflight may be kept.
 * @see https://fetch.spec.whatwg.org/#http-access-control-max-age
 */
export function maxAgeOf (lines: HeaderLines, { maxAge }: Profile): number {
  const values = headerValues(lines, 'access-control-max-age')
  const [value] = values
  if (value === undefined || (value === '' && values.length === 1)) return defaultMaxAge
  if (values.length > 1) return maxAge.malformed
  if (/^-\d+$/.test(value)) return maxAge.negative
  const seconds = maxAge.allowsPlusSign ? /^\+?\d+$/ : /^\d+$/
  return seconds.test(value) ? Math.min(Number(value), maxAge.cap) : maxAge.malformed
}
