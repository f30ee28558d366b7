import { corsCheck, preflightCheck } from '../fetch/cors.ts'
import { extractTokens, getHeader, isCorsSafelistedMethod } from '../fetch/headers.ts'
import { networkError } from './errors.ts'
import { isOkStatus, isRedirectStatus } from './fetch/http.ts'
import { maxAgeOf } from './max-age.ts'
import type { Answer } from './exchange.ts'
import type { Network } from './network.ts'
import type { PreflightGrant, PreflightNeed } from './preflight-cache.ts'
import type { Profile } from './profile.ts'

/**
 * Judges the answer to a preflight, and keeps what it grants. A redirect is reported as one whatever
 * else is wrong, since it is the most telling.
 *
 * @see https://fetch.spec.whatwg.org/#cors-preflight-fetch-0
 */
export function checkPreflightResponse (
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

function grantOf (answer: Answer, need: PreflightNeed, profile: Profile): PreflightGrant {
  const methods = extractTokens(answer.headers, 'access-control-allow-methods')
  if (methods === 'failure') throw networkError('ALLOW_METHODS_INVALID', { url: need.url, ...allowedMethods(answer) })
  const headerNames = extractTokens(answer.headers, 'access-control-allow-headers')
  if (headerNames === 'failure') throw networkError('ALLOW_HEADERS_INVALID', { url: need.url, ...allowedHeaders(answer) })
  return {
    methods: methods ?? (need.methodAlways && (profile.uploadGrantsMethod || isCorsSafelistedMethod(need.method)) ? [need.method] : []),
    headerNames: headerNames ?? [],
    maxAge: maxAgeOf(answer.headers, profile)
  }
}

function checkGrant (answer: Answer, need: PreflightNeed, grant: PreflightGrant, profile: Profile, notes: string[]): void {
  const { url, method } = need
  const failure = preflightCheck(need, grant, profile.wildcardCoversAuthorization)
  if (failure?.header !== undefined) throw networkError(failure.code, { url, header: failure.header, ...allowedHeaders(answer) })
  if (failure !== undefined) throw networkError(failure.code, { url, method, ...allowedMethods(answer) })
  if (preflightCheck(need, grant)?.code === 'AUTHORIZATION_NEEDS_EXPLICIT') {
    notes.push("the standard does not let '*' in Access-Control-Allow-Headers stand for authorization: name it")
  }
}

function allowedMethods (answer: Answer): { value?: string } {
  return valueOf(answer, 'access-control-allow-methods')
}

function allowedHeaders (answer: Answer): { value?: string } {
  return valueOf(answer, 'access-control-allow-headers')
}

function valueOf ({ headers }: Answer, name: string): { value?: string } {
  const value = getHeader(headers, name)
  return value === null ? {} : { value }
}
