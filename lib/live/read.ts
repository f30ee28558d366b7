import { setImmediate } from 'node:timers/promises'

import type { CorsProblemCode } from '../errors.ts'
import { isSerializedOrigin } from '../fetch/origins.ts'
import type { RiskyKinds } from '../options/live.ts'
import { quote, show } from '../text.ts'
import { originTextProblem } from '../validate/origins.ts'
import { loadPublicSuffixes, needsPublicSuffixes } from '../validate/public-suffix.ts'
import { risksOf } from '../validate/rules.ts'
import { Entries } from './entries.ts'
import type { LiveOriginsProblem } from './types.ts'

/** What a list may hold, and what is known of it beforehand. */
export interface Reading {
  readonly isKeyed: boolean
  readonly max: number
  /** Those that hold now: what they have in common with the new ones needs no check. */
  readonly before: Entries
  /** What policies that use the list leave out of it. */
  readonly refuses: RiskyKinds
}

/** What `load` gave is no list that could hold. */
export class NoListError extends Error {
  override readonly name: string = 'NoListError'
}

/** After so much work the event loop has a turn: an origin in its right form counts one, all else more. */
const SLICE = 500
const MORE = 25

/** Goes through what `load` gave, piece by piece. */
export async function readLoaded (loaded: unknown, reading: Reading, signal: AbortSignal): Promise<Reader> {
  const reader = new Reader(reading)
  let knowsSuffixes = false
  let work = 0
  for (const [item, key] of itemsOf(loaded, reading.isKeyed)) {
    if (!knowsSuffixes && typeof item === 'string' && needsPublicSuffixes(item)) {
      await loadPublicSuffixes()
      knowsSuffixes = true
    }
    work += reader.take(item, key) ? 1 : MORE
    if (work < SLICE) continue
    work = 0
    await setImmediate()
    signal.throwIfAborted()
  }
  return reader
}

/** The items of what `load` gave, each with its key. */
function * itemsOf (loaded: unknown, isKeyed: boolean): Generator<readonly [item: unknown, key: unknown]> {
  if (!isKeyed) {
    for (const item of listOf(loaded, 'an array of origins')) yield [item, undefined]
  } else if (isIterable(loaded)) {
    for (const pair of loaded) yield Array.isArray(pair) && pair.length === 2 ? [pair[1], pair[0]] : [pair, undefined]
  } else {
    for (const [key, list] of Object.entries(recordOf(loaded))) {
      for (const item of listOf(list, `an array of origins for ${quote(key)}`)) yield [item, key]
    }
  }
}

function listOf (value: unknown, wanted: string): Iterable<unknown> {
  if (isIterable(value)) return value
  throw new NoListError(`load must give ${wanted}, got ${show(value)}`)
}

function recordOf (value: unknown): object {
  if (typeof value === 'object' && value !== null) return value
  throw new NoListError(`load must give pairs of a key and an origin, or an object of lists by key, got ${show(value)}`)
}

function isIterable (value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as Partial<Iterable<unknown>>)[Symbol.iterator] === 'function'
}

/** Checks items, one after the other. */
export class Reader {
  readonly entries: Entries
  /** What was found that had not been found before. */
  readonly problems: LiveOriginsProblem[] = []
  readonly #reading: Reading
  #count = 0

  constructor (reading: Reading) {
    this.#reading = reading
    this.entries = new Entries(reading.isKeyed, reading.refuses)
  }

  /** Takes an item, or leaves it out, and says whether that was little work. */
  take (item: unknown, key: unknown): boolean {
    const { isKeyed, max, before } = this.#reading
    if (++this.#count > max) throw new NoListError(`load gave more than ${max.toLocaleString('en')} entries; raise max, or look what they are`)
    if (typeof item !== 'string' || (isKeyed && typeof key !== 'string')) {
      this.#refuse(item, undefined, 'invalid-type', isKeyed ? `must be a pair of a key and an origin, got ${show(item)}` : `must be an origin or a pattern, got ${show(item)}`)
      return false
    }
    const own = key as string | undefined
    const isKnown = before.has(item, own)
    if (isKnown && before.refuses === this.#reading.refuses) {
      this.entries.add(item, own, before.shared.has(item))
      return true
    }
    const isPlain = isKnown || isPlainOrigin(item)
    const problem = isPlain ? undefined : originTextProblem(item)
    if (problem !== undefined) this.#refuse(item, own, problem.code, problem.message)
    else this.#add(item, own)
    return isPlain && !item.includes('*')
  }

  #add (text: string, key: string | undefined): void {
    const risks = text.includes('*') || text.startsWith('http:') ? [...risksOf(text)] : []
    this.entries.add(text, key, risks.some(({ code }) => code === 'public-suffix'))
    const { insecure, publicSuffix } = this.#reading.refuses
    for (const { code, message, lift } of risks) {
      if (code === 'insecure-origin' ? insecure : publicSuffix) {
        this.problems.push(problemOf(text, key, code, `${quote(text)} ${message}, or set ${lift}: true; policies with credentials leave it out`))
      }
    }
  }

  #refuse (value: unknown, key: string | undefined, code: CorsProblemCode, message: string): void {
    const problem = problemOf(value, key, code, message)
    const id = `${key} ${message}`
    if (this.entries.refused.has(id)) return
    this.entries.refused.add(id)
    if (!this.#reading.before.refused.has(id)) this.problems.push(problem)
  }
}

function problemOf (value: unknown, key: string | undefined, code: CorsProblemCode, message: string): LiveOriginsProblem {
  return { code, message, value, ...(key !== undefined && { key }) }
}

/** Whether a text is an origin in its right form, as most are. Of those that it is not sure of it says no. */
function isPlainOrigin (text: string): boolean {
  return (text.startsWith('https://') || text.startsWith('http://')) && isSerializedOrigin(text)
}
