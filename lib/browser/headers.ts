import type { Credentials } from '../fetch/cors.ts'
import {
  extractTokens, headerValues, isForbiddenRequestHeader as isForbiddenInStandard, isForbiddenResponseHeader, normalizeHeaderValue, type HeaderLines
} from '../fetch/headers.ts'
import type { Profile } from './profiles.ts'

const clientHints = new Set([
  'device-memory', 'downlink', 'dpr', 'ect', 'rtt', 'save-data', 'viewport-width', 'width'
])
const noCorsSafelistedNames = new Set(['accept', 'accept-language', 'content-language', 'content-type'])

const unsafeByte = /[\x00-\x08\x0a-\x1f"():<>?@[\\\]{}\x7f]/ // eslint-disable-line no-control-regex
const nonAscii = /[^\x00-\x7f]/ // eslint-disable-line no-control-regex
const languageBytes = /^[0-9A-Za-z *,\-.;=]*$/
const simpleEssences = new Set(['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain'])
const mimeEssence = /^([!#$%&'*+\-.^_`|~0-9a-z]+\/[!#$%&'*+\-.^_`|~0-9a-z]+)[\t\n\r ]*(?:;|$)/i
const rangeValue = /^(bytes)=(\d+)-(\d*)$/i

/** The longest value of one safelisted header, and of all together, in bytes. */
const longestValue = 128
const longestTotal = 1024

/**
 * Headers that a script may not set: they are dropped without a word.
 * @see https://fetch.spec.whatwg.org/#forbidden-request-header
 */
export function isForbiddenRequestHeader (name: string, value: string, profile: Profile): boolean {
  return isForbiddenInStandard(name, value) || (profile.dropsUserAgent && name.toLowerCase() === 'user-agent')
}

export function isClientHint (lowerCaseName: string): boolean {
  return clientHints.has(lowerCaseName)
}

/** @see https://fetch.spec.whatwg.org/#no-cors-safelisted-request-header */
export function isNoCorsSafelistedRequestHeader (name: string, value: string, profile: Profile): boolean {
  return noCorsSafelistedNames.has(name.toLowerCase()) && isCorsSafelistedRequestHeader(name, value, profile)
}

/**
 * Whether a header goes to another origin without a preflight: five names, with conditions on the value.
 * @see https://fetch.spec.whatwg.org/#cors-safelisted-request-header
 */
export function isCorsSafelistedRequestHeader (name: string, value: string, profile: Profile): boolean {
  if (value.length > longestValue) return false
  const lowerCase = name.toLowerCase()
  switch (lowerCase) {
    case 'accept':
      return !hasUnsafeByte(value, profile)
    case 'accept-language':
    case 'content-language':
      return languageBytes.test(value)
    case 'content-type':
      return !hasUnsafeByte(value, profile) && simpleEssences.has(essenceOf(value))
    case 'range':
      return isSimpleRange(value, profile)
    default:
      return profile.safelistsClientHints && isClientHint(lowerCase) && (lowerCase !== 'save-data' || value === 'on')
  }
}

/**
 * The names that a preflight has to ask for: in lower case, sorted, and in the standard each once.
 * @see https://fetch.spec.whatwg.org/#cors-unsafe-request-header-names
 */
export function corsUnsafeRequestHeaderNames (lines: HeaderLines, profile: Profile): string[] {
  const unsafe: string[] = []
  const safelisted = new Set<string>()
  let total = 0
  for (const [name, value] of lines) {
    if (isCorsSafelistedRequestHeader(name, value, profile)) {
      safelisted.add(name.toLowerCase())
      total += value.length
    } else {
      unsafe.push(name.toLowerCase())
    }
  }
  if (total > longestTotal) unsafe.push(...safelisted)
  return (profile.repeatsHeaderNames ? unsafe : [...new Set(unsafe)]).sort()
}

function hasUnsafeByte (value: string, profile: Profile): boolean {
  return unsafeByte.test(value) || (profile.nonAsciiIsUnsafe && nonAscii.test(value))
}

/** @see https://mimesniff.spec.whatwg.org/#parse-a-mime-type */
function essenceOf (value: string): string {
  return mimeEssence.exec(value)?.[1]?.toLowerCase() ?? ''
}

/** @see https://fetch.spec.whatwg.org/#simple-range-header-value */
function isSimpleRange (value: string, profile: Profile): boolean {
  const match = rangeValue.exec(value)
  if (match === null) return false
  const [, unit, start, end] = match
  return (unit === 'bytes' || profile.rangeUnitInAnyCase) &&
    (end === '' || BigInt(start as string) <= BigInt(end as string))
}

/**
 * The list as a script, or `Headers`, shows it: names in lower case and sorted,
 * the values of one name joined.
 * @see https://fetch.spec.whatwg.org/#concept-header-list-sort-and-combine
 */
export function combineHeaders (lines: HeaderLines): Array<[name: string, value: string]> {
  const combined = new Map<string, string>()
  for (const [name, value] of lines) {
    const lowerCase = name.toLowerCase()
    const before = combined.get(lowerCase)
    const normalized = normalizeHeaderValue(value)
    combined.set(lowerCase, before === undefined ? normalized : `${before}, ${normalized}`)
  }
  return [...combined].sort(([a], [b]) => a < b ? -1 : 1)
}

/** The lines without the empty ones that stand beside another of their name, unless it is `kept`. */
export function withoutEmptyLines (lines: HeaderLines, kept?: string): HeaderLines {
  return lines.filter(([name, value], index) => {
    const lowerCase = name.toLowerCase()
    if (lowerCase === kept || normalizeHeaderValue(value) !== '') return true
    return headerValues(lines, lowerCase).every((other) => other === '') &&
      lines.findIndex(([other]) => other.toLowerCase() === lowerCase) === index
  })
}

/** @see https://fetch.spec.whatwg.org/#ok-status */
export function isOkStatus (status: number): boolean {
  return status >= 200 && status <= 299
}

/** @see https://fetch.spec.whatwg.org/#redirect-status */
export function isRedirectStatus (status: number): boolean {
  return status === 301 || status === 302 || status === 303 || status === 307 || status === 308
}

const safelistedNames = [
  'cache-control', 'content-language', 'content-length', 'content-type', 'expires', 'last-modified', 'pragma'
]

interface FilteredHeaders {
  readonly headers: Readonly<Record<string, string>>
  readonly hiddenHeaders: readonly string[]
}

/**
 * What of a response's headers a script can see.
 * @see https://fetch.spec.whatwg.org/#concept-filtered-response
 */
export function filterHeaders (
  lines: HeaderLines, type: 'basic' | 'cors' | 'opaque', credentials: Credentials
): FilteredHeaders {
  const isExposed = type === 'cors' ? corsExposedNames(lines, credentials) : () => type === 'basic'
  const headers: Record<string, string> = {}
  const hiddenHeaders: string[] = []
  for (const [name, value] of combineHeaders(lines)) {
    if (isExposed(name) && !isForbiddenResponseHeader(name)) headers[name] = value
    else hiddenHeaders.push(name)
  }
  return { headers, hiddenHeaders }
}

/** @see https://fetch.spec.whatwg.org/#cors-exposed-header-name-list */
function corsExposedNames (lines: HeaderLines, credentials: Credentials): (name: string) => boolean {
  const listed = extractTokens(lines, 'access-control-expose-headers')
  if (listed === null || listed === 'failure') return (name) => safelistedNames.includes(name)
  if (credentials !== 'include' && listed.includes('*')) return () => true
  const exposed = new Set([...safelistedNames, ...listed.map((name) => name.toLowerCase())])
  return (name) => exposed.has(name)
}
