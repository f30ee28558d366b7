import { isSerializedOrigin, splitOrigin, type OriginParts } from '../fetch/origins.ts'

/** A label of a host; its children are the labels to its left. */
interface Label {
  readonly children: Map<string, Label>
  /** Those of its children that hold a `*`. */
  parts: LabelParts | undefined
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
  /** Schemes of which any host will do. */
  readonly #anyHost = new Set<string>()

  constructor (patterns: Iterable<string> = []) {
    for (const pattern of patterns) this.add(pattern)
  }

  /** Adds a pattern that passed validation. */
  add (pattern: string): void {
    // It has the parts of an origin.
    const { scheme, host, port } = splitOrigin(pattern) as OriginParts
    if (host === '*') {
      this.#anyHost.add(scheme)
      return
    }
    const hasSubdomains = host.startsWith('*.')
    let label = entry(entry(this.#schemes, scheme, newPorts), port, newLabel)
    for (const text of host.slice(hasSubdomains ? 2 : 0).split('.').reverse()) {
      label = text.includes('*') ? (label.parts ??= new LabelParts()).entry(text) : entry(label.children, text, newLabel)
    }
    if (hasSubdomains) label.subdomains = true
    else label.host = true
  }

  /** Whether one of the patterns matches an origin. */
  matches (origin: string): boolean {
    const parts = splitOrigin(origin)
    if (parts === undefined) return false
    return this.#matchesParts(parts) && isSerializedOrigin(origin)
  }

  #matchesParts ({ scheme, host, port }: OriginParts): boolean {
    if (port === undefined && this.#anyHost.has(scheme)) return true
    const ports = this.#schemes.get(scheme)
    return ports !== undefined && (matchesBelow(ports.get(port), host, host.length) || matchesBelow(ports.get(ANY_PORT), host, host.length))
  }
}

/** Whether the labels of a host that end before an index match those below a label. */
function matchesBelow (top: Label | undefined, host: string, end: number): boolean {
  if (top === undefined) return false
  const dot = end === 0 ? -1 : host.lastIndexOf('.', end - 1)
  const text = host.slice(dot + 1, end)
  if (matchesFrom(top.children.get(text), host, dot)) return true
  return top.parts !== undefined && top.parts.some(text, (label) => matchesFrom(label, host, dot))
}

/** Whether a label is one where a pattern ends, or those to its left match; the dot is the one before it. */
function matchesFrom (label: Label | undefined, host: string, dot: number): boolean {
  if (label === undefined) return false
  if (dot === -1) return label.host
  return label.subdomains || matchesBelow(label, host, dot)
}

/**
 * Labels with a `*` in them, by what is before it and then by what is behind it. To look for one takes as many
 * steps as there are lengths of those, which a label cannot have many of, however many there are.
 */
class LabelParts {
  readonly #starts = new Lengths<Lengths<Label>>()

  entry (text: string): Label {
    const star = text.indexOf('*')
    return this.#starts.entry(text.slice(0, star), newEnds).entry(text.slice(star + 1), newLabel)
  }

  /** Whether it holds for one of those that a label matches: with one letter or more in the place of the `*`. */
  some (text: string, holds: (label: Label | undefined) => boolean): boolean {
    for (const start of this.#starts.lengths) {
      const ends = this.#starts.get(text.slice(0, start))
      if (ends === undefined) continue
      for (const end of ends.lengths) {
        if (start + end >= text.length) continue
        if (holds(ends.get(text.slice(text.length - end)))) return true
      }
    }
    return false
  }
}

/** A map that knows how long its keys are. */
class Lengths<Value> {
  readonly #values = new Map<string, Value>()
  readonly lengths = new Set<number>()

  get (key: string): Value | undefined {
    return this.#values.get(key)
  }

  entry (key: string, create: () => Value): Value {
    this.lengths.add(key.length)
    return entry(this.#values, key, create)
  }
}

function entry<Key, Value> (map: Map<Key, Value>, key: Key, create: () => Value): Value {
  let value = map.get(key)
  if (value === undefined) map.set(key, value = create())
  return value
}

const newPorts = (): Map<string | undefined, Label> => new Map()
const newLabel = (): Label => ({ children: new Map(), parts: undefined, host: false, subdomains: false })
const newEnds = (): Lengths<Label> => new Lengths()
