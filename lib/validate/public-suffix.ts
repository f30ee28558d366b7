import { types } from 'node:util'

import { isUnusable } from '../options/copy.ts'

/** The rules of the Public Suffix List. */
interface Rules {
  has (rule: string): boolean
  /** The first rule below a host. */
  below (host: string): string | undefined
}

/** As one text, which is at hand at once: rules between two line ends each. */
export class RulesText implements Rules {
  readonly #text: string

  constructor (text: string) {
    this.#text = text
  }

  has (rule: string): boolean {
    return this.#text.includes(`\n${rule}\n`)
  }

  below (host: string): string | undefined {
    const end = this.#text.indexOf(`.${host}\n`)
    return end === -1 ? undefined : this.#text.slice(this.#text.lastIndexOf('\n', end) + 1, end + host.length + 1)
  }
}

/** Sorted out, which takes as long as a few hundred questions to the text: for live lists, which may have a hundred thousand patterns. */
export class RulesIndex implements Rules {
  readonly #rules: ReadonlySet<string>
  readonly #below = new Map<string, string>()

  constructor (text: string) {
    const rules = text.trim().split('\n')
    this.#rules = new Set(rules)
    for (const rule of rules) {
      for (let dot = rule.indexOf('.'); dot !== -1; dot = rule.indexOf('.', dot + 1)) {
        const host = rule.slice(dot + 1)
        if (!this.#below.has(host)) this.#below.set(host, rule)
      }
    }
  }

  has (rule: string): boolean {
    return this.#rules.has(rule)
  }

  below (host: string): string | undefined {
    return this.#below.get(host)
  }
}

/** So many questions the text answers. */
const FEW = 200

/** Without them no question is answered. */
let rules: Rules | undefined
let text = ''
let questions = 0

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
  if (rules !== undefined) return
  text = (await import('./suffix-list.ts')).publicSuffixes
  rules ??= new RulesText(text)
}

/** Whether anyone can register a name directly below `host`, as with `github.io` or `co.uk`. */
export function isPublicSuffix (host: string): boolean {
  const rules = rulesAtHand()
  // The list also says that each child of some hosts is a suffix: those are no better.
  if (rules.has(host) || rules.has(`*.${host}`)) return true
  return rules.has(host.replace(/^[^.]*/, '*')) && !rules.has(`!${host}`)
}

/** A public suffix below `host`, if there is one: anyone gets a name below that, and so below `host`. */
export function publicSuffixBelow (host: string): string | undefined {
  return rulesAtHand().below(host)?.replace(/^\*\./, 'x.')
}

function rulesAtHand (): Rules {
  if (++questions === FEW) rules = new RulesIndex(text)
  return rules as Rules
}
