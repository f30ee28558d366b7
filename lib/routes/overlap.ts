import type { Segment } from './url-pattern.ts'

interface Node<T> {
  readonly statics: Map<string, Node<T>>
  dynamic: Node<T> | undefined
  /** Patterns that end here. */
  readonly ends: Set<T>
  /** Patterns whose wildcard stands here. */
  readonly wildcards: Set<T>
}

/**
 * Which patterns may match one and the same URL. It errs on the side of too
 * many: parameters are taken to match anything, whatever their expression.
 */
export class OverlapIndex<T> {
  readonly #root: Node<T> = createNode()

  add (segments: readonly Segment[], value: T): void {
    let node = this.#root
    for (const segment of segments) {
      if (segment.kind === 'wildcard') {
        node.wildcards.add(value)
        return
      }
      node = segment.kind === 'dynamic' ? (node.dynamic ??= createNode()) : staticChild(node, segment.text)
    }
    node.ends.add(value)
  }

  /** All that may match a URL which these segments match. */
  overlapping (segments: readonly Segment[]): Set<T> {
    const found = new Set<T>()
    collect(this.#root, segments, 0, found)
    return found
  }
}

function collect<T> (node: Node<T>, segments: readonly Segment[], depth: number, found: Set<T>): void {
  const segment = segments[depth]
  if (segment === undefined) {
    addAll(found, node.ends)
    return
  }
  addAll(found, node.wildcards)
  if (segment.kind === 'wildcard') {
    for (const child of children(node)) collectBelow(child, found)
  } else if (segment.kind === 'dynamic') {
    for (const child of children(node)) collect(child, segments, depth + 1, found)
  } else {
    const child = node.statics.get(segment.text)
    if (child !== undefined) collect(child, segments, depth + 1, found)
    if (node.dynamic !== undefined) collect(node.dynamic, segments, depth + 1, found)
  }
}

function collectBelow<T> (node: Node<T>, found: Set<T>): void {
  addAll(found, node.ends)
  addAll(found, node.wildcards)
  for (const child of children(node)) collectBelow(child, found)
}

function addAll<T> (target: Set<T>, source: Set<T>): void {
  for (const value of source) target.add(value)
}

function * children<T> (node: Node<T>): Generator<Node<T>> {
  yield * node.statics.values()
  if (node.dynamic !== undefined) yield node.dynamic
}

function staticChild<T> (node: Node<T>, text: string): Node<T> {
  const known = node.statics.get(text)
  if (known !== undefined) return known
  const child = createNode<T>()
  node.statics.set(text, child)
  return child
}

function createNode<T> (): Node<T> {
  return { statics: new Map(), dynamic: undefined, ends: new Set(), wildcards: new Set() }
}
