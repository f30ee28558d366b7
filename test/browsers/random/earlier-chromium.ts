import type { Seen, TraceEntry } from 'fastify-route-cors/testing'

import { siteRelation, type SiteRelation } from '../../../lib/fetch/origins.ts'
import type { PageCase } from '../page/observed.ts'

// What the Chromium that npm installs, the last that runs on Node.js 20, does otherwise than the later one that the model knows.

const FARTHEST: readonly SiteRelation[] = ['same-origin', 'same-site', 'cross-site']

/** In mode no-cors it decides once, by the first URL, whether cookies go along. */
export function askedInEarlier (each: PageCase, page: string): PageCase {
  const { url, request } = each
  const decidesAtHome = request.mode === 'no-cors' && request.credentials === 'same-origin' && new URL(url).origin === page
  return decidesAtHome ? { ...each, request: { ...request, credentials: 'include' } } : each
}

/** Where CORS begins, with a preflight and where the method changes, it forgets for Sec-Fetch-Site where it has been. */
export function sentByEarlier (trace: readonly TraceEntry[], page: string): TraceEntry[] {
  const urls: URL[] = []
  let before: TraceEntry | undefined
  let wasCors = false
  return trace.map((entry, index) => {
    const isCors = sentHeader(entry, 'sec-fetch-mode') === 'cors' && (wasCors || new URL(entry.url).origin !== page)
    if (entry.preflight) return entry
    if (isCors && (!wasCors || trace[index - 1]?.preflight === true || before?.method !== entry.method)) urls.length = 0
    wasCors = isCors
    before = entry
    urls.push(new URL(entry.url))
    const site = FARTHEST.findLast((relation) => urls.some((url) => siteRelation(page, url) === relation)) as SiteRelation
    return { ...entry, headers: entry.headers.map(([name, value]) => [name, name === 'sec-fetch-site' ? site : value] as const) }
  })
}

/** A redirect that is not followed is refused where it leads away from HTTP. */
export function seenByEarlier (seen: Seen): Seen {
  const location = seen.trace.at(-1)?.answer?.headers.find(([name]) => name.toLowerCase() === 'location')?.[1] ?? ''
  if (seen.verdict !== 'opaque-redirect' || !location.startsWith('data:')) return seen
  return { ...seen, verdict: 'blocked', type: 'error', url: '', status: 0 }
}

function sentHeader ({ headers }: TraceEntry, name: string): string | undefined {
  return headers.find(([other]) => other === name)?.[1]
}
