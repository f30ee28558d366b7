import { corsCheck } from './cors-check.ts'
import { networkError } from './errors.ts'
import { getHeader, isOkStatus, isRedirectStatus } from './fetch/http.ts'
import { isCorsSafelistedMethod } from './fetch/methods.ts'
import { extractTokens } from './lists.ts'
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
  checkMethod(answer, need, grant)
  checkHeaders(answer, need, grant, profile, notes)
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

function checkMethod (
  answer: Answer, { method, url, includesCredentials }: PreflightNeed, { methods }: PreflightGrant
): void {
  const isAllowed = methods.includes(method) || isCorsSafelistedMethod(method) ||
    (!includesCredentials && methods.includes('*'))
  if (!isAllowed) throw networkError('METHOD_NOT_ALLOWED', { url, method, ...allowedMethods(answer) })
}

function checkHeaders (
  answer: Answer, need: PreflightNeed, { headerNames }: PreflightGrant, profile: Profile, notes: string[]
): void {
  const { url, includesCredentials } = need
  const allowed = new Set(headerNames.map((name) => name.toLowerCase()))
  const refused = need.headerNames.filter((name) => !allowed.has(name))
  if (refused.includes('authorization') && !profile.wildcardCoversAuthorization) {
    throw networkError('AUTHORIZATION_NEEDS_EXPLICIT', { url, header: 'authorization', ...allowedHeaders(answer) })
  }
  const [header] = refused
  if (header !== undefined && (includesCredentials || !allowed.has('*'))) {
    throw networkError('HEADER_NOT_ALLOWED', { url, header, ...allowedHeaders(answer) })
  }
  if (refused.includes('authorization')) {
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
