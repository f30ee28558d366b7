import { SimulateError, throws } from './errors.ts'
import { isToken, normalizeHeaderValue } from '../fetch/headers.ts'
import { isForbiddenRequestHeader, isNoCorsSafelistedRequestHeader } from './headers.ts'
import type { Profile } from './profile.ts'
import type { Mode, SimulateRequest } from './types.ts'

const invalidInValue = /[\0\n\r\u0100-\uffff]/

/**
 * The headers that remain of what a script sets: names in lower case, values stripped. Forbidden
 * ones are dropped, and in mode no-cors all but the safelisted ones.
 *
 * @see https://fetch.spec.whatwg.org/#concept-headers-append
 */
export function fillHeaders (
  given: NonNullable<SimulateRequest['headers']>, mode: Mode, profile: Profile, notes: string[]
): Array<[name: string, value: string]> {
  const headers: Array<[string, string]> = []
  for (const [givenName, givenValue] of pairs(given)) {
    const value = normalizeHeaderValue(givenValue)
    const name = givenName.toLowerCase()
    if (!isToken(name) || invalidInValue.test(value)) throw throws('HEADER_INVALID', { header: name })
    if (isForbiddenRequestHeader(name, value, profile)) {
      notes.push(`the browser drops the header ${name}, which scripts may not set`)
    } else if (mode === 'no-cors' && !isNoCorsSafelistedRequestHeader(name, joined(headers, name, value), profile)) {
      notes.push(`mode 'no-cors' drops the header ${name}`)
    } else {
      headers.push([name, value])
    }
  }
  return headers
}

function pairs (given: NonNullable<SimulateRequest['headers']>): Array<[string, string]> {
  const all: unknown[] = Symbol.iterator in Object(given)
    ? [...given as Iterable<unknown>]
    : Object.entries(given)
  if (!all.every(isPairOfStrings)) {
    throw new SimulateError('REQUEST_INVALID', 'headers have to be a record of strings, pairs of two strings, or Headers')
  }
  return all
}

function isPairOfStrings (pair: unknown): pair is [string, string] {
  return Array.isArray(pair) && pair.length === 2 && pair.every((part) => typeof part === 'string')
}

function joined (headers: ReadonlyArray<readonly [string, string]>, name: string, value: string): string {
  return [...headers.filter(([other]) => other === name).map(([, before]) => before), value].join(', ')
}
