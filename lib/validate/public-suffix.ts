import { publicSuffixes } from './suffix-list.ts'

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

let rules: Rules = new RulesText(publicSuffixes)
let questions = 0

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
  if (++questions === FEW) rules = new RulesIndex(publicSuffixes)
  return rules
}

/** A public suffix below which a pattern has a name that anyone can get. */
export function sharedSuffix (host: string): string | undefined {
  const dot = host.indexOf('.', host.indexOf('*'))
  // Of one label alone it is the top of all names.
  const parent = dot === -1 ? '.' : host.slice(dot + 1)
  if (parent === '.' || isPublicSuffix(parent)) return parent
  // Without labels to the left of the star a name below such a suffix is no match; with `*.` there may be any.
  return host.startsWith('*.') || host.lastIndexOf('.', host.indexOf('*')) !== -1 ? publicSuffixBelow(parent) : undefined
}
