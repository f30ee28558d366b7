import { preflightMetadata } from './fetch-metadata.ts'
import { getHeader, isCorsSafelistedMethod } from '../fetch/headers.ts'
import { corsUnsafeRequestHeaderNames } from './headers.ts'
import { sendOverNetwork } from './network.ts'
import { serializeRequestOrigin } from './origin-header.ts'
import { checkPreflightResponse } from './preflight-response.ts'
import { countsHomeCredentials, currentUrl } from './request.ts'
import type { Network } from './network.ts'
import type { PreflightNeed } from './preflight-cache.ts'
import type { Profile } from './profile.ts'
import type { FetchRequest } from './request.ts'

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
