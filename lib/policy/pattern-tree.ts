import { isSerializedOrigin, splitOrigin, type OriginParts } from '../fetch/origins.ts'

/** A label of a host; its children are the labels to its left. */
interface Label {
  readonly children: Map<string, Label>
  /** Whether a pattern ends here: the host itself, or every name below it. */
  host: boolean
  subdomains: boolean
}

const ANY_PORT = '*'

/**
 * Patterns, and which origins they match. It walks the labels of the host from the right, so that its work grows
 * with the origin's length and not with the number of patterns.
 */
export class PatternTree {
  /** By scheme, then by port: the top of a host's labels. */
  readonly #schemes = new Map<string, Map<string | undefined, Label>>()

  constructor (patterns: Iterable<string> = []) {
    for (const pattern of patterns) this.add(pattern)
  }

  /** Adds a pattern that passed validation. */
  add (pattern: string): void {
    // It has the parts of an origin.
    const { scheme, host, port } = splitOrigin(pattern) as OriginParts
    const hasSubdomains = host.startsWith('*.')
    let label = entry(entry(this.#schemes, scheme, newPorts), port, newLabel)
    for (const text of host.slice(hasSubdomains ? 2 : 0).split('.').reverse()) {
      label = entry(label.children, text, newLabel)
    }
    if (hasSubdomains) label.subdomains = true
    else label.host = true
  }

  /** Whether one of the patterns matches an origin. */
  matches (origin: string): boolean {
    const parts = splitOrigin(origin)
    if (parts === undefined) return false
    const ports = this.#schemes.get(parts.scheme)
    if (ports === undefined) return false
    return (matchesLabels(ports.get(parts.port), parts.host) || matchesLabels(ports.get(ANY_PORT), parts.host)) && isSerializedOrigin(origin)
  }
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
