import { isSerializedOrigin } from '../fetch/origins.ts'
import type { OriginFunction } from '../options/origin-function.ts'
import type { PolicyOptions } from '../options/policy-options.ts'
import { compilePatterns } from './pattern-tree.ts'
import { remember } from './remember.ts'

export type { OriginCallback, OriginFunction } from '../options/origin-function.ts'

/** Which origins a policy allows. */
export type OriginRule =
  /** `'*'`, whatever the request says. */
  | { readonly kind: 'any' }
  /** One exact origin, which the browser compares. */
  | { readonly kind: 'one', readonly origin: string }
  /** What a look at the request's origin tells. */
  | { readonly kind: 'match', readonly matches: (origin: string) => boolean }
  /** What a function of the user's tells. */
  | { readonly kind: 'ask', readonly ask: OriginFunction }

/** The rule of an `origin` that passed validation. */
export function compileOriginRule (origin: NonNullable<PolicyOptions['origin']>): OriginRule {
  if (origin === '*') return { kind: 'any' }
  if (origin === true) return { kind: 'match', matches: isSerializedOrigin }
  if (origin === false) return { kind: 'match', matches: () => false }
  if (typeof origin === 'function') return { kind: 'ask', ask: origin }
  const items = Array.isArray(origin) ? origin : [origin]
  const texts = items.filter(item => typeof item === 'string')
  const regExps = items.filter(item => item instanceof RegExp)
  const patterns = texts.filter(text => text.includes('*'))
  const exact = new Set(texts.filter(text => !text.includes('*')))
  const [first] = exact
  if (first !== undefined && exact.size === 1 && texts.length === items.length && patterns.length === 0) {
    return { kind: 'one', origin: first }
  }
  return { kind: 'match', matches: compileMatch(exact, patterns, regExps) }
}

/** The cheapest look first; a RegExp is asked about real origins only. */
function compileMatch (
  exact: ReadonlySet<string>,
  patterns: readonly string[],
  regExps: readonly RegExp[]
): (origin: string) => boolean {
  const isExact = (origin: string): boolean => exact.has(origin)
  if (patterns.length === 0 && regExps.length === 0) return isExact
  const matchesPattern = compilePatterns(patterns)
  if (regExps.length === 0) return remember(origin => exact.has(origin) || matchesPattern(origin))
  return remember(origin => exact.has(origin) || matchesPattern(origin) ||
    (isSerializedOrigin(origin) && regExps.some(regExp => regExp.test(origin))))
}
