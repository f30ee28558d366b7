import type { FastifyRequest } from 'fastify'

import { appendVary } from '../fetch/headers.ts'
import { FILE_ORIGIN, isLoopbackHost, isSerializedOrigin, splitOrigin, type OriginParts } from '../fetch/origins.ts'
import { isLiveOrigins, sourceOf, type LiveSource, type RiskyKinds } from '../options/live.ts'
import type { MergedPolicyOptions, OriginFunction } from '../options/types.ts'
import { PatternTree } from './pattern-tree.ts'

/** Whether an origin is allowed; it throws what the `key` of a live list throws, which alone looks at the request. */
export type OriginMatch = (origin: string, request: FastifyRequest) => boolean

/** Which origins a policy allows. */
export type OriginRule =
  /** `'*'`, whatever the request says. */
  | { readonly kind: 'any' }
  /** One exact origin, which the browser compares. */
  | { readonly kind: 'one', readonly origin: string }
  /** What a look at the request's origin tells. */
  | {
    readonly kind: 'match'
    readonly matches: OriginMatch
    /** The live lists that are looked into, which may hold something else each time. */
    readonly live: readonly LiveSource[]
    /** The request headers that it depends on besides the origin, joined with `', '`. */
    readonly vary: string
  }
  /** What a function of the user's tells. */
  | { readonly kind: 'ask', readonly ask: OriginFunction }

/** What a policy with these options refuses of a live list: the origins that boot would refuse of a fixed one. */
export function riskyKinds (
  { credentials, dangerouslyAllowInsecureOrigins, dangerouslyAllowPublicSuffixes }: Omit<MergedPolicyOptions, 'origin'>
): RiskyKinds {
  return { insecure: credentials && !dangerouslyAllowInsecureOrigins, publicSuffix: credentials && !dangerouslyAllowPublicSuffixes }
}

/** The rule of an `origin` that passed validation; `refuses` is for live lists, which did not. */
export function compileOriginRule (origin: MergedPolicyOptions['origin'], refuses: RiskyKinds): OriginRule {
  if (origin === '*') return { kind: 'any' }
  if (origin === true) return matchRule(isSerializedOrigin)
  if (origin === false) return matchRule(() => false)
  if (typeof origin === 'function') return { kind: 'ask', ask: origin }
  const items = Array.isArray(origin) ? origin : [origin]
  const texts = items.filter(item => typeof item === 'string')
  const regExps = items.filter(item => item instanceof RegExp)
  const live = items.filter(isLiveOrigins).map(sourceOf)
  const patterns = texts.filter(text => text.includes('*'))
  const exact = new Set(texts.filter(text => !text.includes('*')))
  const [first] = exact
  if (first !== undefined && exact.size === 1 && texts.length === items.length && patterns.length === 0) {
    return { kind: 'one', origin: first }
  }
  const lists = [...new Set(live)].map((source) => compileLive(source, refuses))
  const [only] = lists
  if (only !== undefined && live.length === items.length && lists.length === 1) return matchRule(only, live)
  const matches = compileMatch(exact, patterns, regExps)
  if (lists.length === 0) return matchRule(matches)
  return matchRule((origin, request) => matches(origin) || lists.some((matches) => matches(origin, request)), live)
}

/** The rule that a look tells, with what it depends on. */
export function matchRule (matches: OriginMatch, live: readonly LiveSource[] = []): OriginRule & { kind: 'match' } {
  return { kind: 'match', matches, live, vary: live.reduce((names, { vary }) => appendVary(names, vary), '') }
}

/** A look into a live list. As of a fixed one, the last answer is known, for as long as the list is the same. */
function compileLive (source: LiveSource, { insecure, publicSuffix }: RiskyKinds): OriginMatch {
  const { key: keyOf } = source
  const look = (origin: string, key: string | undefined): boolean =>
    source.entries.matches(origin, key, !publicSuffix) && !(insecure && isInsecure(origin))
  // Not the entries themselves, which would be kept for as long as nobody asks.
  let version = -1
  let last = ''
  let isMatch = false
  if (keyOf === undefined) {
    return (origin) => {
      if (origin !== last || source.version !== version) {
        isMatch = look(origin, undefined)
        last = origin
        version = source.version
      }
      return isMatch
    }
  }
  let lastKey: string | undefined
  return (origin, request) => {
    const key = keyOf(request)
    if (origin !== last || key !== lastKey || source.version !== version) {
      isMatch = look(origin, key)
      last = origin
      lastKey = key
      version = source.version
    }
    return isMatch
  }
}

/** Whether an origin, in its right form, is one whose pages anybody on the network can write. */
export function isInsecure (origin: string): boolean {
  return origin === FILE_ORIGIN || (origin.startsWith('http:') && !isLoopbackHost((splitOrigin(origin) as OriginParts).host))
}

/** The cheapest look first; a RegExp is asked about real origins only. */
function compileMatch (
  exact: ReadonlySet<string>,
  patterns: readonly string[],
  regExps: readonly RegExp[]
): (origin: string) => boolean {
  const isExact = (origin: string): boolean => exact.has(origin)
  if (patterns.length === 0 && regExps.length === 0) return rememberLast(isExact)
  const tree = new PatternTree(patterns)
  const matchesPattern = (origin: string): boolean => tree.matches(origin)
  if (regExps.length === 0) return rememberLast(remember(origin => exact.has(origin) || matchesPattern(origin)))
  const ofFiles = regExps.filter(({ source }) => source.includes('file:'))
  return rememberLast(remember(origin => exact.has(origin) || matchesPattern(origin) ||
    (isSerializedOrigin(origin) ? regExps : origin === FILE_ORIGIN ? ofFiles : []).some(regExp => regExp.test(origin))))
}

/**
 * The same function, which knows its last answer: pages of one origin often ask several times in a row. To compare with
 * one text is cheaper than to look for it among others, which reads all of it first.
 */
export function rememberLast (matches: (origin: string) => boolean): (origin: string) => boolean {
  let last = ''
  let isMatch = matches(last)
  return (origin) => {
    if (origin !== last) {
      isMatch = matches(origin)
      last = origin
    }
    return isMatch
  }
}

/** So many origins use an application at a time, few being the rule. */
const MAX_ORIGINS = 256

/** The longest that a browser sends for a host that DNS can hold. */
const MAX_LENGTH = 300

/**
 * The same function, which knows the answers that it gave last: an application
 * is used from few origins, and to find one again is cheaper than to match it.
 * What strangers send cannot make it hold more than 256 short strings.
 */
export function remember (matches: (origin: string) => boolean): (origin: string) => boolean {
  const known = new Map<string, boolean>()
  return (origin) => {
    const before = known.get(origin)
    if (before !== undefined) return before
    const isMatch = matches(origin)
    if (origin.length <= MAX_LENGTH) {
      if (known.size === MAX_ORIGINS) known.clear()
      known.set(origin, isMatch)
    }
    return isMatch
  }
}
