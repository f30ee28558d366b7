import { isLoopbackHost } from '../../fetch/origins.ts'

/** What tells origins apart: two URLs, or an origin and a URL, of one or of several sites. */
export type SiteRelation = 'same-origin' | 'same-site' | 'cross-site'

const ipAddress = /^\[|^\d+(?:\.\d+){3}$/

export function isIpAddress (host: string): boolean {
  return ipAddress.test(host)
}

/**
 * Equal hosts, or names that share their last two labels. That is the registrable domain
 * except under a public suffix of several labels (`co.uk`, `github.io`), which would need a list.
 *
 * @see https://html.spec.whatwg.org/#schemelessly-same-site
 */
export function isSchemelesslySameSite (host: string, other: string): boolean {
  if (host === other) return true
  if (isIpAddress(host) || isIpAddress(other)) return false
  const domain = registrableDomain(host)
  return domain !== undefined && domain === registrableDomain(other)
}

/** How `url` relates to `origin`; the opaque origin `'null'` is of no site at all. */
export function siteRelation (origin: string, url: URL): SiteRelation {
  if (url.origin === origin) return 'same-origin'
  if (origin === 'null') return 'cross-site'
  const from = new URL(origin)
  return from.protocol === url.protocol && isSchemelesslySameSite(from.hostname, url.hostname)
    ? 'same-site'
    : 'cross-site'
}

/** @see https://w3c.github.io/webappsec-secure-contexts/#is-url-trustworthy */
export function isPotentiallyTrustworthy (url: URL): boolean {
  return url.protocol === 'https:' || isLoopbackHost(url.hostname)
}

function registrableDomain (host: string): string | undefined {
  const labels = host.split('.')
  return labels.length < 2 ? undefined : labels.slice(-2).join('.')
}
