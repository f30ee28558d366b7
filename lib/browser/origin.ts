import { isPotentiallyTrustworthy, siteRelation, type SiteRelation } from '../fetch/origins.ts'
import { elements, isElementKind } from './elements.ts'
import type { Profile } from './profiles.ts'
import { currentUrl, type FetchRequest } from './request.ts'

/**
 * The request's origin, or `null` once a redirect led from one foreign origin to another.
 * @see https://fetch.spec.whatwg.org/#serializing-a-request-origin
 */
export function serializeRequestOrigin (request: FetchRequest): string {
  const isTainted = request.urls.some((url, index) => {
    const before = request.urls[index - 1]
    return before !== undefined && url.origin !== before.origin && request.origin !== before.origin
  })
  return isTainted ? 'null' : request.origin
}

/**
 * The Origin header of an actual request, or null without one.
 * @see https://fetch.spec.whatwg.org/#append-a-request-origin-header
 */
export function originHeader (request: FetchRequest, profile: Profile): string | null {
  const origin = serializeRequestOrigin(request)
  if (request.tainting === 'cors') return origin
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return request.mode !== 'cors' && isHidden(request, profile) ? 'null' : origin
  }
  if (profile.redirectKeepsOriginHeader && request.sentOrigin !== null) return request.sentOrigin
  const isMarkup = isElementKind(request.api) && elements[request.api].markup
  return isMarkup && request.mode === 'cors' && profile.elementsSendOriginToSelf ? origin : null
}

function isHidden (request: FetchRequest, profile: Profile): boolean {
  return (profile.noCorsRedirectHidesOrigin && request.urls.some(({ origin }) => origin !== request.urls[0]?.origin)) ||
    (profile.referrerPolicyHidesOrigin && isHiddenByPolicy(request))
}

function isHiddenByPolicy (request: FetchRequest): boolean {
  const url = currentUrl(request)
  switch (request.referrerPolicy) {
    case 'no-referrer':
      return true
    case 'same-origin':
      return url.origin !== request.origin
    case '':
    case 'no-referrer-when-downgrade':
    case 'strict-origin':
    case 'strict-origin-when-cross-origin':
      return request.origin.startsWith('https:') && url.protocol !== 'https:'
    default:
      return false
  }
}

type Lines = Array<[name: string, value: string]>

const distance: Readonly<Record<SiteRelation, number>> = { 'same-origin': 0, 'same-site': 1, 'cross-site': 2 }

/**
 * The Sec-Fetch-* headers, sent over https and to loopback. In the standard Sec-Fetch-Site tells of the
 * farthest URL on the way here; each engine has a mind of its own about that.
 *
 * @see https://w3c.github.io/webappsec-fetch-metadata/
 */
export function fetchMetadata (request: FetchRequest, profile: Profile): Lines {
  const isDropped = !profile.keepsMetadataAcrossOrigins && request.tainting === 'cors' && hasCrossedOrigins(request)
  return isDropped ? [] : metadata(request, siteOf(request, profile))
}

/** Those of a preflight, which engines send as a request of its own. */
export function preflightMetadata (request: FetchRequest, profile: Profile): Lines {
  return metadata(request, siteOfPreflight(request, profile))
}

function siteOfPreflight (request: FetchRequest, profile: Profile): SiteRelation {
  if (profile.siteOfPreflight === 'of-request') return siteOf(request, profile)
  const origin = profile.siteOfPreflight === 'from-page' ? request.origin : serializeRequestOrigin(request)
  return siteRelation(origin, currentUrl(request))
}

function metadata (request: FetchRequest, site: SiteRelation): Lines {
  if (!isPotentiallyTrustworthy(currentUrl(request))) return []
  return [
    ['sec-fetch-dest', request.destination === '' ? 'empty' : request.destination],
    ['sec-fetch-mode', request.mode],
    ['sec-fetch-site', site]
  ]
}

function siteOf ({ urls, origin }: FetchRequest, { siteAfterRedirect }: Profile): SiteRelation {
  const site = farthestSite(origin, urls)
  const isOneOrigin = urls.length === 1 || site === 'same-origin'
  return siteAfterRedirect === 'same-origin-or-cross-site' && !isOneOrigin ? 'cross-site' : site
}

function farthestSite (origin: string, urls: readonly URL[]): SiteRelation {
  return urls.map((url) => siteRelation(origin, url)).reduce((farthest, site) => distance[site] > distance[farthest] ? site : farthest)
}

/** Whether the request has just been redirected from one origin to another. */
function hasCrossedOrigins ({ urls }: FetchRequest): boolean {
  const before = urls.at(-2)
  return before !== undefined && before.origin !== urls.at(-1)?.origin
}
