import { isPotentiallyTrustworthy, siteRelation } from './fetch/sites.ts'
import { currentUrl } from './request.ts'
import type { SiteRelation } from './fetch/sites.ts'
import type { FetchRequest } from './request.ts'

const distance: Readonly<Record<SiteRelation, number>> = { 'same-origin': 0, 'same-site': 1, 'cross-site': 2 }

/**
 * The Sec-Fetch-* headers, sent over https and to loopback. Sec-Fetch-Site tells of the farthest
 * URL on the way here.
 *
 * @see https://w3c.github.io/webappsec-fetch-metadata/
 */
export function fetchMetadata (request: FetchRequest): Array<[name: string, value: string]> {
  if (!isPotentiallyTrustworthy(currentUrl(request))) return []
  let site: SiteRelation = 'same-origin'
  for (const url of request.urls) {
    const relation = siteRelation(request.origin, url)
    if (distance[relation] > distance[site]) site = relation
  }
  return [
    ['sec-fetch-dest', request.destination === '' ? 'empty' : request.destination],
    ['sec-fetch-mode', request.mode],
    ['sec-fetch-site', site]
  ]
}

/** Whether the request has just been redirected from one origin to another. */
export function hasCrossedOrigins ({ urls }: FetchRequest): boolean {
  const before = urls.at(-2)
  return before !== undefined && before.origin !== urls.at(-1)?.origin
}
