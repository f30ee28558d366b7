import type { AskedOfPreflight, GrantedNames } from '../fetch/cors.ts'
import { isPotentiallyTrustworthy, siteRelation } from '../fetch/origins.ts'
import type { Profile } from './profiles.ts'

/** What a request needs that a preflight could have granted before. */
export interface PreflightNeed extends AskedOfPreflight {
  readonly origin: string
  /** The full URL: query and fragment count. */
  readonly url: string
  /** A method needs a grant even if it is safelisted: the use-CORS-preflight flag. */
  readonly methodAlways: boolean
}

/** What the answer to a preflight granted. */
export interface PreflightGrant extends GrantedNames {
  /** In seconds. */
  readonly maxAge: number
}

interface Entry {
  readonly kind: 'method' | 'header'
  /** Header names in lower case. */
  readonly name: string
  readonly credentials: boolean
  /** In milliseconds of the cache's clock. */
  readonly expires: number
}

/**
 * What preflights have granted, kept from one `simulate` to the next, in the shape that the profile's
 * engine keeps it. Pass the same object along; use one profile with it.
 *
 * @see https://fetch.spec.whatwg.org/#cors-preflight-cache
 */
export class PreflightCache {
  readonly #entries = new Map<string, Entry[]>()
  readonly #now: () => number

  /**
   * @param options.now the clock, in milliseconds, so that a test can let time pass
   */
  constructor ({ now = Date.now }: { readonly now?: () => number } = {}) {
    this.#now = now
  }

  /** Whether everything the request needs has been granted, and not expired. */
  covers (need: PreflightNeed, profile: Profile): boolean {
    const entries = this.#current(need)
    const usable = entries.filter(({ credentials }) => profile.cacheSplitsCredentials
      ? credentials === need.includesCredentials
      : credentials || !need.includesCredentials)
    const needsMethod = need.methodAlways || !profile.methodsWithoutCacheEntry.has(need.method)
    const covered = usable.length > 0 &&
      (!needsMethod || hasEntry(usable, 'method', need.method, profile)) &&
      need.headerNames.every((name) => hasEntry(usable, 'header', name, profile))
    if (!covered && profile.cacheDropsInsufficient) this.clear(need.origin, need.url)
    return covered
  }

  /** Keeps what a preflight has granted, for `grant.maxAge` seconds. */
  store (need: PreflightNeed, grant: PreflightGrant, profile: Profile): void {
    if (need.url.length > profile.longestCachedUrl) return
    const { includesCredentials: credentials } = need
    const expires = this.#now() + grant.maxAge * 1000
    const added: Entry[] = [
      ...Array.from(grant.methods, (name) => ({ kind: 'method', name, credentials, expires } as const)),
      ...Array.from(grant.headerNames, (name) => ({ kind: 'header', name, credentials, expires } as const))
    ]
    const kept = profile.cacheShape === 'record'
      ? []
      : this.#current(need).filter((old) => !added.some((fresh) => isSameEntry(old, fresh)))
    this.#entries.set(keyOf(need.origin, need.url), [...kept, ...added])
  }

  /** Forgets what was granted to that origin for that URL. */
  clear (origin: string, url: string): void {
    this.#entries.delete(keyOf(origin, url))
  }

  #current (need: PreflightNeed): Entry[] {
    const now = this.#now()
    return (this.#entries.get(keyOf(need.origin, need.url)) ?? []).filter(({ expires }) => expires > now)
  }
}

function keyOf (origin: string, url: string): string {
  return `${origin} ${url}`
}

function isSameEntry (a: Entry, b: Entry): boolean {
  return a.kind === b.kind && a.name === b.name && a.credentials === b.credentials
}

function hasEntry (entries: readonly Entry[], kind: Entry['kind'], name: string, profile: Profile): boolean {
  return entries.some((entry) => entry.kind === kind && (entry.name === name || isWildcard(entry, name, profile)))
}

function isWildcard (entry: Entry, name: string, profile: Profile): boolean {
  return entry.name === '*' && profile.cachedWildcardMatches &&
    (name !== 'authorization' || profile.wildcardCoversAuthorization)
}

interface Cookie {
  readonly name: string
  readonly value: string
  readonly host: string
  readonly path: string
  readonly secure: boolean
  readonly sameSite: string | undefined
}

/**
 * Cookies, kept from one `simulate` to the next. A cookie belongs to the host that set it (Domain is
 * not looked at); Path, Secure and SameSite count, and a lifetime that is over removes it.
 */
export class CookieJar {
  readonly #cookies = new Map<string, Cookie>()

  /** Keeps one Set-Cookie line from that URL. */
  set (url: string | URL, line: string): void {
    const { hostname: host, pathname } = new URL(url)
    const [pair = '', ...attributes] = line.split(';')
    const { name, value } = splitPair(pair)
    const given = new Map(attributes.map((text) => {
      const attribute = splitPair(text)
      return [attribute.name.toLowerCase(), attribute.value] as const
    }))
    const path = given.get('path') ?? defaultPath(pathname)
    const key = JSON.stringify([host, path, name])
    if (isOver(given)) {
      this.#cookies.delete(key)
    } else {
      this.#cookies.set(key, {
        name, value, host, path, secure: given.has('secure'), sameSite: given.get('samesite')?.toLowerCase()
      })
    }
  }

  /** The Cookie header of a request that a page of `origin` makes, or null without cookies. */
  header (url: URL, origin: string, profile: Profile, isRedirected: boolean): string | null {
    const sent = [...this.#cookies.values()].filter((cookie) =>
      cookie.host === url.hostname && isPathMatch(cookie.path, url.pathname) &&
      (!cookie.secure || isPotentiallyTrustworthy(url)) && isSentAcrossSites(cookie, url, origin, profile, isRedirected))
    sent.sort((a, b) => b.path.length - a.path.length)
    return sent.length === 0 ? null : sent.map(({ name, value }) => `${name}=${value}`).join('; ')
  }
}

function isSentAcrossSites (cookie: Cookie, url: URL, origin: string, profile: Profile, isRedirected: boolean): boolean {
  if (cookie.sameSite === 'none') return true
  if (origin === 'null') return profile.opaqueOriginSendsCookies
  if (siteRelation(origin, url) !== 'cross-site') return true
  const sendsUnmarked = profile.sendsUnmarkedCookiesCrossSite || (isRedirected && profile.redirectSendsUnmarkedCookies)
  return cookie.sameSite === undefined && sendsUnmarked
}

/** @see https://www.rfc-editor.org/rfc/rfc6265#section-5.1.4 */
function defaultPath (pathname: string): string {
  return pathname.slice(0, pathname.lastIndexOf('/')) || '/'
}

function isPathMatch (cookiePath: string, path: string): boolean {
  return path === cookiePath || path.startsWith(cookiePath.endsWith('/') ? cookiePath : `${cookiePath}/`)
}

function isOver (attributes: ReadonlyMap<string, string>): boolean {
  const maxAge = attributes.get('max-age')
  if (maxAge !== undefined) return Number(maxAge) <= 0
  return Date.parse(attributes.get('expires') ?? '') <= Date.now()
}

function splitPair (text: string): { name: string, value: string } {
  const equals = text.indexOf('=')
  return equals < 0
    ? { name: text.trim(), value: '' }
    : { name: text.slice(0, equals).trim(), value: text.slice(equals + 1).trim() }
}
