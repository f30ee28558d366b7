import { channel, type Channel } from 'node:diagnostics_channel'

import type { FastifyRequest } from 'fastify'

import { LiveOriginsError } from '../errors.ts'
import type { LiveOriginsStatus, LiveSource, LiveUser, RiskyKinds } from '../options/live.ts'
import { escapeText } from '../text.ts'
import type { Clock } from './clock.ts'
import { Entries } from './entries.ts'
import { readLoaded, type Reader } from './read.ts'
import type { LiveOriginsLoad, LiveOriginsProblem, Unsubscribe } from './types.ts'

/** The options of a list, checked. */
export interface ListOptions {
  readonly load: (signal: AbortSignal) => unknown
  /** In seconds. */
  readonly refresh: number
  readonly subscribe: ((changed: () => void) => Unsubscribe | PromiseLike<Unsubscribe>) | undefined
  readonly key: ((request: FastifyRequest) => string) | undefined
  readonly vary: string
  readonly max: number
  readonly initial: unknown
  readonly onProblem: ((problem: LiveOriginsProblem) => void) | undefined
}

/** A load that takes longer counts as one that failed. */
const LOAD_MS = 30_000

/** Loads that are asked for by `changed` are so far apart. */
const GAP_MS = 200

/** After the first failure; after each further one twice as long. */
const RETRY_MS = 1000

/** The longest pause where the list is never loaded anew by itself. */
const MAX_RETRY_MS = 60_000

const JITTER = 0.1

const MAX_SHOWN = 5

const ALL_ALLOWED: RiskyKinds = Object.freeze({ insecure: false, publicSuffix: false })

/** @see https://nodejs.org/docs/latest/api/diagnostics_channel.html */
const loads: Channel = channel('fastify-route-cors:live-origins')

/** A running load, and what stops it. */
interface Run {
  readonly controller: AbortController
  readonly done: Promise<void>
}

/** Keeps a list of origins up to date, for as long as an application uses it. */
export class LiveList implements LiveSource {
  readonly key: ListOptions['key']
  readonly vary: string
  readonly #options: ListOptions
  readonly #clock: Clock
  readonly #users = new Set<LiveUser>()
  #entries: Entries
  #loadedAt: Date | undefined
  #problem: string | undefined
  #failures = 0
  #run: Run | undefined
  #endedAt = -Infinity
  /** The load after the one that runs, for those who want to have what is newer than that gives. */
  #next: Promise<void> | undefined
  #hasChanged = false
  #cancelTimer: () => void = () => {}
  #subscription: { end: () => unknown } | undefined
  #isClosed = false

  /** `initial` holds what `options.initial` comes to. */
  constructor (options: ListOptions, clock: Clock, initial: Entries) {
    this.key = options.key
    this.vary = options.vary
    this.#options = options
    this.#clock = clock
    this.#entries = initial
  }

  get entries (): Entries {
    return this.#entries
  }

  get loadedAt (): Date | undefined {
    return this.#loadedAt
  }

  get status (): LiveOriginsStatus {
    return { size: this.#entries.size, loadedAt: this.#loadedAt, problem: this.#problem }
  }

  get description (): string {
    const { size } = this.#entries
    const count = `${size.toLocaleString('en')} ${size === 1 ? 'origin' : 'origins'}`
    const age = this.#loadedAt === undefined ? 'not loaded yet' : `loaded ${ageOf(this.#clock.now() - this.#loadedAt.getTime())} ago`
    return `${count}, ${age}${this.#problem === undefined ? '' : `; ${this.#problem}`}`
  }

  /** @throws LiveOriginsError where there is nothing that could hold */
  async use (user: LiveUser): Promise<void> {
    if (this.#isClosed) return
    const refusedBefore = this.#refuses
    this.#users.add(user)
    if (this.#options.initial !== undefined && this.#loadedAt === undefined && this.#users.size === 1) await this.#readInitial()
    const first = this.#users.size === 1 || this.#refuses !== refusedBefore ? this.#start() : this.#run?.done
    if (this.#loadedAt !== undefined || this.#options.initial !== undefined) {
      first?.catch(() => {})
      return
    }
    await this.#wait(user, first as Promise<void>)
  }

  release (user: LiveUser): void {
    if (this.#users.delete(user) && this.#users.size === 0) this.#stop()
  }

  /** Loads the list: now, or after the load that runs. */
  async reload (): Promise<void> {
    if (this.#isClosed) throw new LiveOriginsError('the live list is closed')
    if (this.#run === undefined) return await this.#load()
    this.#next ??= this.#run.done.then(() => {}, () => {}).then(async () => {
      this.#next = undefined
      await this.#load()
    })
    await this.#next
  }

  close (): void {
    this.#isClosed = true
    this.#stop()
  }
}
