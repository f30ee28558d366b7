import { getHeader, type HeaderLines } from '../fetch/headers.ts'
import { isIpAddress, isSchemelesslySameSite } from './fetch/sites.ts'
import { currentUrl } from './request.ts'
import type { Profile } from './profile.ts'
import type { FetchRequest } from './request.ts'

/**
 * The policy that keeps an opaque response from the page, or undefined where none does.
 * @see https://fetch.spec.whatwg.org/#cross-origin-resource-policy-check
 */
export function blockingResourcePolicy (
  request: FetchRequest, lines: HeaderLines, profile: Profile
): string | undefined {
  const policy = getHeader(lines, 'cross-origin-resource-policy')
  const url = currentUrl(request)
  if (url.origin === request.origin) return undefined
  if (policy === 'same-origin') return policy
  return policy === 'same-site' && !isOfSameSite(request.origin, url, profile) ? policy : undefined
}

function isOfSameSite (origin: string, url: URL, profile: Profile): boolean {
  if (origin === 'null') return false
  const from = new URL(origin)
  if (isIpAddress(from.hostname) && !profile.ipAddressIsSite) return false
  return isSchemelesslySameSite(from.hostname, url.hostname) &&
    (from.protocol === 'https:' || url.protocol !== 'https:')
}
