// The longest host that DNS can hold, a port, and room for a scheme.
const MAX_HOST_LENGTH = 253
const MAX_ORIGIN_LENGTH = 32 + '://'.length + MAX_HOST_LENGTH + ':65535'.length

/** Where the parts of an origin are, found without a check of what they hold. */
export interface OriginParts {
  readonly scheme: string
  readonly host: string
  /** The digits after the colon; undefined without a colon. */
  readonly port: string | undefined
}

/**
 * What old Android WebViews and Electron send for a local file, where browsers send `null`. It is allowed only where it is
 * written out, for any other page that was opened from a disk, as an attachment is, sends it too.
 */
export const FILE_ORIGIN = 'file://'

/** Splits `scheme://host[:port]`; undefined for what cannot be an origin. */
export function splitOrigin (origin: string): OriginParts | undefined {
  if (origin.length > MAX_ORIGIN_LENGTH) return undefined
  const schemeEnd = origin.indexOf('://')
  if (schemeEnd === -1) return undefined
  const start = schemeEnd + 3
  const colon = origin.indexOf(':', origin[start] === '[' ? origin.indexOf(']', start) : start)
  const end = colon < start ? origin.length : colon
  return {
    scheme: origin.slice(0, schemeEnd),
    host: origin.slice(start, end),
    port: end === origin.length ? undefined : origin.slice(end + 1)
  }
}

/**
 * Whether `origin` is one as browsers serialise it, other than the opaque `null`.
 *
 * @see https://html.spec.whatwg.org/multipage/browsers.html#ascii-serialisation-of-an-origin
 */
export function isSerializedOrigin (origin: string): boolean {
  const parts = splitOrigin(origin)
  if (parts === undefined || !isScheme(parts.scheme)) return false
  const { scheme, host, port } = parts
  if (port !== undefined && !isPort(port, scheme)) return false
  // Applications made with Electron serve themselves from app://., which is no host that DNS knows.
  if (!isHost(host) && (host !== '.' || DEFAULT_PORTS.has(scheme))) return false
  // Addresses and Punycode have rules of their own, which the URL parser knows.
  return !needsUrlParser(host) || isParsedOrigin(scheme, host)
}

const DEFAULT_PORTS = new Map([['http', '80'], ['https', '443']])

// What runs for each request looks at character codes: it must stay linear and cheap.

const PLUS = 0x2b
const DASH = 0x2d
const DOT = 0x2e
const UNDERSCORE = 0x5f

/** Non-empty labels of lower-case letters, digits, `-` and `_`; or an IPv6 address. */
function isHost (host: string): boolean {
  if (host.startsWith('[')) return true
  if (host === '' || host.length > MAX_HOST_LENGTH) return false
  let previous = DOT
  for (let i = 0; i < host.length; i++) {
    const code = host.charCodeAt(i)
    if (code === DOT ? previous === DOT : !isLabelCode(code)) return false
    previous = code
  }
  return true
}

function isScheme (text: string): boolean {
  if (text === 'file' || !isLetter(text.charCodeAt(0))) return false
  for (let i = 1; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (!isLetter(code) && !isDigit(code) && code !== PLUS && code !== DASH && code !== DOT) return false
  }
  return true
}

function isPort (text: string, scheme: string): boolean {
  if (text === '' || text.length > 5 || (text.length > 1 && text[0] === '0')) return false
  for (let i = 0; i < text.length; i++) if (!isDigit(text.charCodeAt(i))) return false
  return Number(text) <= 65535 && DEFAULT_PORTS.get(scheme) !== text
}

function isLabelCode (code: number): boolean {
  return isLetter(code) || isDigit(code) || code === DASH || code === UNDERSCORE
}

function isLetter (code: number): boolean {
  return code >= 0x61 && code <= 0x7a
}

function isDigit (code: number): boolean {
  return code >= 0x30 && code <= 0x39
}

/** Whether the host is an IPv6 address, could be an IPv4 address, or holds Punycode. */
function needsUrlParser (host: string): boolean {
  if (host.startsWith('[') || host.includes('xn--')) return true
  const end = host.endsWith('.') ? host.length - 1 : host.length
  return isDigit(host.charCodeAt(host.lastIndexOf('.', end - 1) + 1))
}

function isParsedOrigin (scheme: string, host: string): boolean {
  // The host of an extension or an app is any text; only an address has a form to keep.
  if (!DEFAULT_PORTS.has(scheme) && !host.startsWith('[')) return true
  return parseUrl(`http://${host}`)?.host === host
}

/** Whether requests to and from this host never leave the machine. */
export function isLoopbackHost (host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' ||
    /^127\.\d+\.\d+\.\d+$/.test(host)
}

/**
 * The URL that `text` is, if it is one. `URL.canParse` would tell that sooner, and wrongly: once it is
 * optimised, Node.js 20 refuses what holds a character from U+0080 to U+00FF.
 */
export function parseUrl (text: string, base?: string): URL | undefined {
  try {
    return new URL(text, base)
  } catch {
    return undefined
  }
}

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
