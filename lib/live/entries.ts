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
  /** The very text that it is found by. */
  readonly key: string
  readonly exact = new Set<string>()
  /** Few lists have any, and there may be as many lists as tenants. */
  #patterns: Patterns | undefined

  constructor (key: string) {
    this.key = key
  }

  get size (): number {
    return this.exact.size + (this.#patterns?.texts.size ?? 0)
  }

  add (text: string, isShared: boolean): void {
    if (text.includes('*')) (this.#patterns ??= new Patterns()).add(text, isShared)
    else this.exact.add(text)
  }

  has (text: string): boolean {
    return this.exact.has(text) || this.#patterns?.texts.has(text) === true
  }

  matches (origin: string, allowsPublicSuffixes: boolean): boolean {
    return this.exact.has(origin) || this.#patterns?.matches(origin, allowsPublicSuffixes) === true
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
    if (!isKeyed) this.#byKey.set(WHOLE, new Origins(WHOLE))
  }

  get size (): number {
    return this.#size
  }

  get keys (): number {
    return this.#byKey.size
  }

  /** Adds an origin or a pattern that was checked. A key that those of before have too is kept once for both. */
  add (text: string, key: string = WHOLE, isShared = false, before?: Entries): void {
    let origins = this.#byKey.get(key)
    if (origins === undefined) {
      origins = new Origins(before?.textOf(key) ?? key)
      this.#byKey.set(origins.key, origins)
    }
    const sizeBefore = origins.size
    origins.add(text, isShared)
    this.#size += origins.size - sizeBefore
    if (isShared) this.shared.add(text)
  }

  /** The text that a key is kept as. */
  textOf (key: string): string | undefined {
    return this.#byKey.get(key)?.key
  }

  /** The origins that are no patterns, those of one key after those of another. */
  * texts (): Generator<string, void> {
    for (const { exact } of this.#byKey.values()) yield * exact
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
