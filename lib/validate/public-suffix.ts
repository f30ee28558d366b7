import { types } from 'node:util'

import { isUnusable } from '../options/copy.ts'

/** The rules of the Public Suffix List, between two line ends each; without them no question is answered. */
let rules: string | undefined

/** So many questions are answered from the text: to sort it takes as long as a few hundred of them. */
const FEW = 200

let questions = 0

/** The same, sorted out: for live lists, which may have a hundred thousand patterns. */
interface Index {
  readonly rules: ReadonlySet<string>
  /** The first rule below each host. */
  readonly below: ReadonlyMap<string, string>
}

let index: Index | undefined

/**
 * Whether a copy of options mentions a pattern that {@link isPublicSuffix} may be asked about. The list is long,
 * and few applications need it.
 */
export function needsPublicSuffixes (options: unknown): boolean {
  if (typeof options === 'string') return options.includes('://*.')
  if (types.isRegExp(options)) return true
  // What could not be copied is refused anyway, and going through it may throw, or never end.
  return typeof options === 'object' && options !== null && !isUnusable(options) && Object.values(options).some(needsPublicSuffixes)
}

/** Has the list at hand: before options are checked that may need it. */
export async function loadPublicSuffixes (): Promise<void> {
  rules ??= (await import('./suffix-list.ts')).publicSuffixes
}

/** Whether anyone can register a name directly below `host`, as with `github.io` or `co.uk`. */
export function isPublicSuffix (host: string): boolean {
  // The list also says that each child of some hosts is a suffix: those are no better.
  if (hasRule(host) || hasRule(`*.${host}`)) return true
  return hasRule(host.replace(/^[^.]*/, '*')) && !hasRule(`!${host}`)
}

/** A public suffix below `host`, if there is one: anyone gets a name below that, and so below `host`. */
export function publicSuffixBelow (host: string): string | undefined {
  const index = indexed()
  return (index === undefined ? ruleBelow(host) : index.below.get(host))?.replace(/^\*\./, 'x.')
}

function ruleBelow (host: string): string | undefined {
  const list = rules as string
  const end = list.indexOf(`.${host}\n`)
  return end === -1 ? undefined : list.slice(list.lastIndexOf('\n', end) + 1, end + host.length + 1)
}

function hasRule (rule: string): boolean {
  return indexed()?.rules.has(rule) ?? (rules as string).includes(`\n${rule}\n`)
}

function indexed (): Index | undefined {
  if (index === undefined && ++questions > FEW) index = createIndex((rules as string).trim().split('\n'))
  return index
}

function createIndex (rules: readonly string[]): Index {
  const below = new Map<string, string>()
  for (const rule of rules) {
    for (let dot = rule.indexOf('.'); dot !== -1; dot = rule.indexOf('.', dot + 1)) {
      const host = rule.slice(dot + 1)
      if (!below.has(host)) below.set(host, rule)
    }
  }
  return { rules: new Set(rules), below }
}
