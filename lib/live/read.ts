import { setImmediate as turn } from 'node:timers/promises'

import type { CorsProblemCode } from '../errors.ts'
import { FILE_ORIGIN, isSerializedOrigin } from '../fetch/origins.ts'
import type { RiskyKinds } from '../options/live.ts'
import { quote, show } from '../text.ts'
import { originTextProblem } from '../validate/origins.ts'
import { loadRareChecks, needsRareChecks } from '../validate/rare-checks.ts'
import { risksOf } from '../validate/rules.ts'
import { Entries } from './entries.ts'
import type { LiveOriginsProblem } from './types.ts'

export { turn }

/** An item of a list, with the key that it is under; of what type either is, is not known. */
export type Item = readonly [item: unknown, key: unknown]

/** What a list may hold, and what is known of it beforehand. */
export interface Reading {
  readonly isKeyed: boolean
  readonly max: number
  /** Those that hold now: what they have in common with the new ones needs no check. */
  readonly before: Entries
  /** What policies that use the list leave out of it. */
  readonly refuses: RiskyKinds
  /** What was left out before, and told of. */
  readonly told: ReadonlySet<string>
}

/** What a list comes to. */
export interface Read {
  /** Those of before where nothing has changed. */
  readonly entries: Entries
  readonly refused: ReadonlySet<string>
  /** What was left out and had not been told of. */
  readonly problems: readonly LiveOriginsProblem[]
}

export const NOTHING_REFUSED: RiskyKinds = Object.freeze({ insecure: false, publicSuffix: false })

/** What `load` gave is no list that could hold. */
export class NoListError extends Error {
  override readonly name: string = 'NoListError'
}

/** So far is looked for a text of before among those that come next. */
const AHEAD = 100

/** After so much work the event loop has a turn: an origin in its right form counts one, all else more. */
const SLICE = 500
const MORE = 25

/** Goes through a list piece by piece. */
export async function readItems (items: Iterable<Item>, reading: Reading, signal: AbortSignal): Promise<Read> {
  const reader = new Reader(reading)
  let knowsSuffixes = false
  let work = 0
  for (const [item, key] of items) {
    if (!knowsSuffixes && typeof item === 'string' && needsRareChecks(item)) {
      await loadRareChecks()
      knowsSuffixes = true
    }
    work += reader.take(item, key) ? 1 : MORE
    if (work < SLICE) continue
    work = 0
    await turn()
    signal.throwIfAborted()
  }
  return reader.result()
}

/** What is wrong with items by themselves; what is a risk to credentials shows when it is known who uses the list. */
export function readAtOnce (items: Iterable<Item>, isKeyed: boolean, max: number): Read {
  const reader = new Reader({ isKeyed, max, before: new Entries(isKeyed, NOTHING_REFUSED), refuses: NOTHING_REFUSED, told: new Set() }, false)
  for (const [item, key] of items) reader.take(item, key)
  return reader.result()
}

/** The items of what `load` gave, or of `initial`, each with its key. */
export function * itemsOf (loaded: unknown, isKeyed: boolean, name = 'load must give'): Generator<Item> {
  if (!isKeyed) {
    for (const item of listOf(loaded, `${name} an array of origins`)) yield [item, undefined]
  } else if (isIterable(loaded)) {
    for (const pair of loaded) yield Array.isArray(pair) && pair.length === 2 ? [pair[1], pair[0]] : [pair, undefined]
  } else {
    for (const [key, list] of Object.entries(recordOf(loaded, `${name} pairs of a key and an origin, or an object of lists by key`))) {
      for (const item of listOf(list, `${name} an array of origins for ${quote(key)}`)) yield [item, key]
    }
  }
}

function listOf (value: unknown, wanted: string): Iterable<unknown> {
  if (isIterable(value)) return value
  throw new NoListError(`${wanted}, got ${show(value)}`)
}

function recordOf (value: unknown, wanted: string): object {
  if (typeof value === 'object' && value !== null) return value
  throw new NoListError(`${wanted}, got ${show(value)}`)
}

function isIterable (value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as Partial<Iterable<unknown>>)[Symbol.iterator] === 'function'
}

/** Checks items, one after the other. */
class Reader {
  readonly #entries: Entries
  readonly #refused = new Set<string>()
  readonly #problems: LiveOriginsProblem[] = []
  readonly #reading: Reading
  readonly #findsRisks: boolean
  /** Texts of before, as far as they were not met yet. */
  readonly #rest: Iterator<string, void>
  #count = 0
  #hasNew = false

  /** `findsRisks` needs the public suffixes. */
  constructor (reading: Reading, findsRisks = true) {
    this.#reading = reading
    this.#findsRisks = findsRisks
    this.#entries = new Entries(reading.isKeyed, reading.refuses)
    this.#rest = reading.before.texts()
  }

  result (): Read {
    const { before, refuses } = this.#reading
    const isSame = !this.#hasNew && this.#entries.size === before.size && before.refuses === refuses
    return { entries: isSame ? before : this.#entries, refused: this.#refused, problems: this.#problems }
  }

  /** Takes an item, or leaves it out, and says whether that was little work. */
  take (item: unknown, key: unknown): boolean {
    const { isKeyed, max, before, refuses } = this.#reading
    if (++this.#count > max) throw new NoListError(`there are more than ${max.toLocaleString('en')} entries; raise max, or look what they are`)
    if (typeof item !== 'string' || (isKeyed && typeof key !== 'string')) {
      this.#refuse(item, undefined, 'invalid-type', isKeyed ? `must be a pair of a key and an origin, got ${show(item)}` : `must be an origin or a pattern, got ${show(item)}`)
      return false
    }
    const own = key as string | undefined
    const isKnown = before.has(item, own)
    if (isKnown && before.refuses === refuses) {
      this.#entries.add(this.#keptOf(item), own, before.shared.has(item), before)
      return true
    }
    const isPlain = isKnown || isPlainOrigin(item)
    const problem = isPlain ? undefined : originTextProblem(item, true)
    if (problem !== undefined) {
      this.#refuse(item, own, problem.code, problem.message)
      return false
    }
    this.#hasNew ||= !isKnown
    this.#add(item, own, isKnown)
    return isPlain && !item.includes('*')
  }

  /**
   * The same text as the list of before keeps it, where both have it in the same order, as they mostly have: while both are
   * there, they share it.
   */
  #keptOf (text: string): string {
    for (let i = 0; i < AHEAD; i++) {
      const { done, value } = this.#rest.next()
      if (done === true || value === text) return value ?? text
    }
    return text
  }

  #add (text: string, key: string | undefined, isKnown: boolean): void {
    const risks = this.#findsRisks && (text.includes('*') || text.startsWith('http:') || text === FILE_ORIGIN) ? [...risksOf(text)] : []
    const { before, refuses } = this.#reading
    this.#entries.add(text, key, risks.some(({ code }) => code === 'public-suffix'), before)
    for (const { code, message, lift } of risks) {
      const kind = code === 'insecure-origin' ? 'insecure' : 'publicSuffix'
      if (refuses[kind] && !(isKnown && before.refuses[kind])) {
        this.#problems.push(problemOf(text, key, code, `${quote(text)} ${message}, or set ${lift}: true; policies with credentials leave it out`))
      }
    }
  }

  #refuse (value: unknown, key: string | undefined, code: CorsProblemCode, message: string): void {
    const id = `${key} ${message}`
    if (this.#refused.has(id)) return
    this.#refused.add(id)
    if (!this.#reading.told.has(id)) this.#problems.push(problemOf(value, key, code, message))
  }
}

function problemOf (value: unknown, key: string | undefined, code: CorsProblemCode, message: string): LiveOriginsProblem {
  return { code, message, value, ...(key !== undefined && { key }) }
}

/** Whether a text is an origin in its right form, as most are. Of those that it is not sure of it says no. */
function isPlainOrigin (text: string): boolean {
  return (text.startsWith('https://') || text.startsWith('http://')) && isSerializedOrigin(text)
}
