import type { LiveSource, LiveUser, RiskyKinds } from '../options/live.ts'

/** The live lists that one snapshot of an application's policies looks into. */
export class LiveUses {
  /** Where each of them stands first, and what any of its policies leaves out. */
  readonly #uses = new Map<LiveSource, Pick<LiveUser, 'place' | 'refuses'>>()
  readonly #users: Array<{ readonly source: LiveSource, readonly user: LiveUser }> = []
  #log: LiveUser['log'] | undefined
  #isReleased = false

  /** Takes note of a list, and uses it at once if those before it are used already. */
  add (source: LiveSource, place: string, refuses: RiskyKinds): void {
    const before = this.#uses.get(source)
    const use = {
      place: before?.place ?? place,
      refuses: {
        insecure: refuses.insecure || before?.refuses.insecure === true,
        publicSuffix: refuses.publicSuffix || before?.refuses.publicSuffix === true
      }
    }
    this.#uses.set(source, use)
    // Nobody waits for a list that turns out so late: it allows nothing until it is loaded.
    if (this.#log !== undefined) this.#use(source, { ...use, log: this.#log, patience: Infinity }).catch(() => {})
  }

  /**
   * Begins to use all of them: waits until each holds something.
   *
   * @throws LiveOriginsError where one of them has nothing that could hold; none is used then
   */
  async hold (log: LiveUser['log'], patience: number): Promise<void> {
    this.#log = log
    try {
      await Promise.all(Array.from(this.#uses, async ([source, use]) => { await this.#use(source, { ...use, log, patience }) }))
    } catch (error) {
      this.release()
      throw error
    }
  }

  /** Uses them no more. */
  release (): void {
    this.#isReleased = true
    for (const { source, user } of this.#users.splice(0)) source.release(user)
  }

  async #use (source: LiveSource, user: LiveUser): Promise<void> {
    if (this.#isReleased) return
    this.#users.push({ source, user })
    await source.use(user)
  }
}
