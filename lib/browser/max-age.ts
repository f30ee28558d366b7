import { headerValues, type HeaderLines } from '../fetch/headers.ts'
import type { Profile } from './profile.ts'

/** How long, in seconds, a preflight is kept that does not say how long. */
const defaultMaxAge = 5

/**
 * How long, in seconds, the result of a preflight may be kept.
 * @see https://fetch.spec.whatwg.org/#http-access-control-max-age
 */
export function maxAgeOf (lines: HeaderLines, { maxAge }: Profile): number {
  const values = headerValues(lines, 'access-control-max-age')
  const [value] = values
  if (value === undefined || (value === '' && values.length === 1)) return defaultMaxAge
  if (values.length > 1) return maxAge.malformed
  if (/^-\d+$/.test(value)) return maxAge.negative
  const seconds = maxAge.allowsPlusSign ? /^\+?\d+$/ : /^\d+$/
  return seconds.test(value) ? Math.min(Number(value), maxAge.cap) : maxAge.malformed
}
