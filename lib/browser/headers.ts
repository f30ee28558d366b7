import { isForbiddenRequestHeader as isForbiddenInStandard, type HeaderLines } from '../fetch/headers.ts'
import type { Profile } from './profile.ts'

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
