import { isSerializedOrigin, splitOrigin, type OriginParts } from '../fetch/origins.ts'
import type { OriginFunction, PolicyOptions } from '../options/types.ts'

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
  if (patterns.length === 0 && regExps.length === 0) return rememberLast(isExact)
  const matchesPattern = compilePatterns(patterns)
  if (regExps.length === 0) return rememberLast(remember(origin => exact.has(origin) || matchesPattern(origin)))
  return rememberLast(remember(origin => exact.has(origin) || matchesPattern(origin) ||
    (isSerializedOrigin(origin) && regExps.some(regExp => regExp.test(origin)))))
}

/** A label of a host; its children are the labels to its left. */
interface Label {
  readonly children: Map<string, Label>
  /** Whether a pattern ends here: the host itself, or every name below it. */
  host: boolean
  subdomains: boolean
}

/** By scheme, then by port: the top of a host's labels. */
type PatternTree = Map<string, Map<string | undefined, Label>>

const ANY_PORT = '*'

/**
 * Compiles patterns to a function that tells whether one of them matches an
 * origin. It walks the labels of the host from the right, so that its work grows
 * with the origin's length and not with the number of patterns.
 */
function compilePatterns (patterns: readonly string[]): (origin: string) => boolean {
  const tree: PatternTree = new Map()
  for (const pattern of patterns) addPattern(tree, pattern)
  return origin => matchesTree(tree, origin) && isSerializedOrigin(origin)
}

function addPattern (tree: PatternTree, pattern: string): void {
  // A pattern that passed validation has the parts of an origin.
  const { scheme, host, port } = splitOrigin(pattern) as OriginParts
  const hasSubdomains = host.startsWith('*.')
  let label = entry(entry(tree, scheme, newPorts), port, newLabel)
  for (const text of host.slice(hasSubdomains ? 2 : 0).split('.').reverse()) {
    label = entry(label.children, text, newLabel)
  }
  if (hasSubdomains) label.subdomains = true
  else label.host = true
}

function matchesTree (tree: PatternTree, origin: string): boolean {
  const parts = splitOrigin(origin)
  if (parts === undefined) return false
  const ports = tree.get(parts.scheme)
  if (ports === undefined) return false
  return matchesLabels(ports.get(parts.port), parts.host) || matchesLabels(ports.get(ANY_PORT), parts.host)
}

function matchesLabels (top: Label | undefined, host: string): boolean {
  let label = top
  let end = host.length
  while (label !== undefined) {
    const dot = end === 0 ? -1 : host.lastIndexOf('.', end - 1)
    label = label.children.get(host.slice(dot + 1, end))
    if (dot === -1) return label !== undefined && label.host
    if (label !== undefined && label.subdomains) return true
    end = dot
  }
  return false
}

function entry<Key, Value> (map: Map<Key, Value>, key: Key, create: () => Value): Value {
  let value = map.get(key)
  if (value === undefined) map.set(key, value = create())
  return value
}

const newPorts = (): Map<string | undefined, Label> => new Map()
const newLabel = (): Label => ({ children: new Map(), host: false, subdomains: false })

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
