import { createRequire } from 'node:module'
import { domainToASCII } from 'node:url'

/** How tldts keeps the list: a trie of labels, the last one of a name first, in flat arrays. */
interface Trie {
  readonly nodeFlags: ArrayLike<number>
  /** The first edge of each node; the edges of a node stand side by side. */
  readonly edgeStart: ArrayLike<number>
  readonly edgeChild: ArrayLike<number>
  readonly edgeLength: ArrayLike<number>
  /** The labels of all edges, one after the other. */
  readonly labelText: string
  readonly rulesRoot: number
  readonly exceptionsRoot: number
}

/**
 * The Public Suffix List, a rule a line: `com`, `*.ck`, `!www.ck`, between two line ends each. It is read from tldts when
 * the package is run from source, and by the build, which writes down what comes out.
 *
 * @see https://github.com/publicsuffix/list/wiki/Format
 */
export const publicSuffixes: string = readList()

function readList (): string {
  const trie = createRequire(import.meta.url)('tldts/dist/cjs/src/data/trie.js') as Trie
  const rules = new Set([...rulesBelow(trie, trie.rulesRoot, ''), ...rulesBelow(trie, trie.exceptionsRoot, '!')])
  return `\n${[...rules].join('\n')}\n`
}

function rulesBelow (trie: Trie, root: number, mark: string): string[] {
  const starts = startsOf(trie.edgeLength)
  const rules: string[] = []
  const walk = (node: number, name: string): void => {
    // The list has names in Unicode too, and browsers send none.
    if (trie.nodeFlags[node] !== 0) rules.push(mark + toAscii(name))
    for (let edge = trie.edgeStart[node] as number; edge < (trie.edgeStart[node + 1] as number); edge++) {
      const start = starts[edge] as number
      const label = trie.labelText.slice(start, start + (trie.edgeLength[edge] as number))
      walk(trie.edgeChild[edge] as number, name === '' ? label : `${label}.${name}`)
    }
  }
  walk(root, '')
  return rules
}

function startsOf (lengths: ArrayLike<number>): number[] {
  const starts: number[] = []
  for (let edge = 0, start = 0; edge < lengths.length; edge++) {
    starts.push(start)
    start += lengths[edge] as number
  }
  return starts
}

function toAscii (name: string): string {
  return name.startsWith('*.') ? `*.${domainToASCII(name.slice(2))}` : domainToASCII(name)
}
