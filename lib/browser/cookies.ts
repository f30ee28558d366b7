import { isPotentiallyTrustworthy, siteRelation } from './fetch/sites.ts'
import type { Profile } from './profile.ts'

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
