import { isPotentiallyTrustworthy, siteRelation } from './fetch/sites.ts'
import { serializeRequestOrigin } from './origin-header.ts'
import { currentUrl } from './request.ts'
import type { SiteRelation } from './fetch/sites.ts'
import type { Profile } from './profile.ts'
import type { FetchRequest } from './request.ts'

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
