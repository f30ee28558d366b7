import type { LiveEntries, RiskyKinds } from '../options/live.ts'
import { PatternTree } from '../policy/pattern-tree.ts'

/** Patterns, and by their text which were checked before. */
class Patterns {
  readonly texts = new Set<string>()
  readonly #tree = new PatternTree()
  /** Those that policies with credentials refuse. */
  readonly #shared = new PatternTree()

  add (text: string, isShared: boolean): void {
    if (this.texts.has(text)) return
    this.texts.add(text)
    if (isShared) this.#shared.add(text)
    else this.#tree.add(text)
  }

  matches (origin: string, allowsPublicSuffixes: boolean): boolean {
    return this.#tree.matches(origin) || (allowsPublicSuffixes && this.#shared.matches(origin))
  }
}

/** The origins of one list, or of one key. */
class Origins {
  readonly #exact = new Set<string>()
  /** Few lists have any, and there may be as many lists as tenants. */
  #patterns: Patterns | undefined

  get size (): number {
    return this.#exact.size + (this.#patterns?.texts.size ?? 0)
  }

  add (text: string, isShared: boolean): void {
    if (text.includes('*')) (this.#patterns ??= new Patterns()).add(text, isShared)
    else this.#exact.add(text)
  }

  has (text: string): boolean {
    return this.#exact.has(text) || this.#patterns?.texts.has(text) === true
  }

  matches (origin: string, allowsPublicSuffixes: boolean): boolean {
    return this.#exact.has(origin) || this.#patterns?.matches(origin, allowsPublicSuffixes) === true
  }
}

/** The key of a list without keys. */
const WHOLE = ''

/** What a load gave, checked. It is filled once, and does not change any more when it holds. */
export class Entries implements LiveEntries {
  readonly #isKeyed: boolean
  readonly refuses: RiskyKinds
  readonly #byKey = new Map<string, Origins>()
  /** The patterns that let strangers in, which policies with credentials leave out. */
  readonly shared: Set<string> = new Set()
  #size = 0

  /** `refuses` is what was told of while it was checked. */
  constructor (isKeyed: boolean, refuses: RiskyKinds) {
    this.#isKeyed = isKeyed
    this.refuses = refuses
    if (!isKeyed) this.#byKey.set(WHOLE, new Origins())
  }

  get size (): number {
    return this.#size
  }

  get keys (): number {
    return this.#byKey.size
  }

  /** Adds an origin or a pattern that was checked. */
  add (text: string, key: string = WHOLE, isShared = false): void {
    let origins = this.#byKey.get(key)
    if (origins === undefined) this.#byKey.set(key, origins = new Origins())
    const before = origins.size
    origins.add(text, isShared)
    this.#size += origins.size - before
    if (isShared) this.shared.add(text)
  }

  /** Whether it holds this very text. */
  has (text: string, key: string = WHOLE): boolean {
    return this.#byKey.get(key)?.has(text) === true
  }

  matches (origin: string, key: string | undefined, allowsPublicSuffixes: boolean): boolean {
    // Whose list it is must be known where there are several: no answer of `key` stands for all of them.
    return this.#byKey.get(this.#isKeyed ? key as string : WHOLE)?.matches(origin, allowsPublicSuffixes) === true
  }
}
