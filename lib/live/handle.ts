import { kLive, type LiveOrigins, type LiveSource } from '../options/live.ts'

/** What a handle tells of its list. */
interface Handled extends LiveSource {
  reload (): Promise<void>
  has (origin: string, key: string | undefined): boolean
  close (): void
}

/** What `liveOrigins` gives to the user: a list, without what keeps it up to date. */
class Handle implements Omit<LiveOrigins, typeof kLive> {
  readonly #list: Handled

  constructor (list: Handled) {
    this.#list = list
    Object.defineProperty(this, kLive, { value: list })
    Object.freeze(this)
  }

  async reload (): Promise<void> {
    await this.#list.reload()
  }

  has (origin: string, key?: string): boolean {
    return this.#list.has(origin, key)
  }

  get size (): number {
    return this.#list.status.size
  }

  get loadedAt (): Date | undefined {
    return this.#list.status.loadedAt
  }

  close (): void {
    this.#list.close()
  }

  /** For `JSON.stringify`, as of what `app.cors.routes()` gives. */
  toJSON (): object {
    return { liveOrigins: this.#list.status }
  }
}

export function createHandle (list: Handled): LiveOrigins {
  return new Handle(list) as Handle & { readonly [kLive]: unknown }
}
