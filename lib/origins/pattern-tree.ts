import { isSerializedOrigin, splitOrigin } from '../fetch/origins.ts'
import type { OriginParts } from '../fetch/origins.ts'

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
export function compilePatterns (patterns: readonly string[]): (origin: string) => boolean {
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
