import { channel, type Channel } from 'node:diagnostics_channel'

import type { FastifyRequest } from 'fastify'

import { LiveOriginsError } from '../errors.ts'
import type { LiveOrigins, LiveOriginsStatus, LiveSource, LiveUser } from '../options/live.ts'
import { escapeText } from '../text.ts'
import type { Clock } from './clock.ts'
import { Entries } from './entries.ts'
import { createHandle } from './handle.ts'
import { itemsOf, NOTHING_REFUSED, readItems, turn, type Item, type Read } from './read.ts'
import type { LiveOriginsLoad, LiveOriginsProblem, Unsubscribe } from './types.ts'

/** The options of a list, checked. */
export interface ListOptions {
  readonly load: (signal: AbortSignal) => unknown
  /** In seconds. */
  readonly refresh: number
  readonly subscribe: ((changed: () => void) => Unsubscribe | PromiseLike<Unsubscribe>) | undefined
  readonly key: ((request: FastifyRequest) => string) | undefined
  /** The names of request headers, joined with `', '`. */
  readonly vary: string
  readonly max: number
  readonly onProblem: ((problem: LiveOriginsProblem) => void) | undefined
}

/** What holds until there is a list. */
export interface Initial {
  readonly items: readonly Item[]
  /** The same, checked as far as that takes no time. */
  readonly entries: Entries
}

/** A load that takes longer counts as one that failed. */
const LOAD_MS = 30_000

/** After a load, the next one that `changed` asks for waits so long. */
const GAP_MS = 200

/** After the first failure; after each further one twice as long. */
const RETRY_MS = 1000

/** The longest pause between such tries where the list is never loaded anew by itself. */
const MAX_RETRY_MS = 60_000

/** By so much of it a pause is longer or shorter. */
const JITTER = 0.1

const MAX_SHOWN = 5

/** So many problems are told to `onProblem` before the event loop has a turn. */
const TOLD_AT_ONCE = 100

/** @see https://nodejs.org/docs/latest/api/diagnostics_channel.html */
const loads: Channel = channel('fastify-route-cors:live-origins')

/** A running load. */
class Run {
  readonly controller = new AbortController()
  /** Settles when the list holds, or when the load has failed. */
  done: Promise<void> = Promise.resolve()
  /** `load` was called. */
  hasBegun = false
  /** Nobody wants it any more. */
  isStopped = false

  stop (reason: Error): void {
    this.isStopped = true
    this.controller.abort(reason)
  }
}

/** Keeps a list of origins up to date, for as long as an application uses it. */
export class LiveList implements LiveSource {
  readonly handle: LiveOrigins = createHandle(this)
  readonly key: ListOptions['key']
  readonly vary: string
  readonly #options: ListOptions
  readonly #clock: Clock
  readonly #initial: Initial | undefined
  readonly #users = new Set<LiveUser>()
  #refuses = NOTHING_REFUSED
  #entries: Entries
  #version = 0
  /** What was left out, and told of. */
  #told: ReadonlySet<string> = new Set()
  #loadedAt: Date | undefined
  #problem: string | undefined
  #failures = 0
  #run: Run | undefined
  /** The load after the one that runs, for those who want what is newer than that gives. */
  #next: Promise<void> | undefined
  #endedAt = -Infinity
  #hasChanged = false
  #cancelTimer = (): void => {}
  /** Ends the subscription; there is one, or one is on its way. */
  #unsubscribe: (() => void) | undefined
  #isClosed = false

  constructor (options: ListOptions, clock: Clock, initial: Initial | undefined) {
    this.key = options.key
    this.vary = options.vary
    this.#options = options
    this.#clock = clock
    this.#initial = initial
    this.#entries = initial?.entries ?? new Entries(options.key !== undefined, NOTHING_REFUSED)
  }

  get entries (): Entries {
    return this.#entries
  }

  get version (): number {
    return this.#version
  }

  get status (): LiveOriginsStatus {
    return { size: this.#entries.size, loadedAt: this.#loadedAt, problem: this.#problem }
  }

  get description (): string {
    const { size, keys } = this.#entries
    const origins = counted(size, 'origin')
    const count = this.key === undefined ? origins : `${origins} of ${counted(keys, 'key')}`
    const age = this.#loadedAt === undefined ? 'not loaded yet' : `loaded ${ageOf(this.#clock.now() - this.#loadedAt.getTime())} ago`
    return [`${count}, ${age}`, ...(this.#problem === undefined ? [] : [this.#problem])].join('; ')
  }

  has (origin: string, key: string | undefined): boolean {
    return this.#entries.matches(origin, key, true)
  }

  /** @throws LiveOriginsError where there is nothing that could hold */
  async use (user: LiveUser): Promise<void> {
    const isFirst = this.#users.size === 0
    this.#users.add(user)
    const isStricter = this.#noteRefusals()
    if (isFirst && this.#initial !== undefined && this.#loadedAt === undefined) await this.#readInitial(this.#initial)
    // It may have been released meanwhile.
    if (!this.#users.has(user)) return
    if (this.#isClosed) {
      if (this.#loadedAt === undefined && this.#initial === undefined) throw this.#failedFor(user, 'it was closed')
      return
    }
    if (isFirst) this.#subscribe()
    const loading = isFirst || isStricter || this.#loadedAt === undefined ? this.reload() : Promise.resolve()
    // What was loaded for an application that has closed since may be old.
    const holds = this.#initial !== undefined || (this.#loadedAt !== undefined && !isFirst)
    if (holds) loading.catch(() => {})
    else await this.#wait(user, loading)
  }

  release (user: LiveUser): void {
    if (!this.#users.has(user)) return
    if (this.#users.size === 1) this.#stop('are not used any more')
    this.#users.delete(user)
    this.#noteRefusals()
  }

  /** Loads the list: now, or after the load that runs, which may give what is older than the call. */
  async reload (): Promise<void> {
    if (this.#isClosed) throw new LiveOriginsError('the live origins were closed')
    if (this.#run === undefined) return await this.#load()
    if (!this.#run.hasBegun) return await this.#run.done
    this.#next ??= this.#loadAfter(this.#run)
    await this.#next
  }

  close (): void {
    this.#isClosed = true
    this.#stop('were closed')
  }

  /** Takes note of what the policies of all users leave out, and says whether that is another thing now, of which nobody was told. */
  #noteRefusals (): boolean {
    const users = [...this.#users]
    const insecure = users.some(({ refuses }) => refuses.insecure)
    const publicSuffix = users.some(({ refuses }) => refuses.publicSuffix)
    const { insecure: insecureBefore, publicSuffix: publicSuffixBefore } = this.#refuses
    if (insecure === insecureBefore && publicSuffix === publicSuffixBefore) return false
    this.#refuses = { insecure, publicSuffix }
    return (insecure && !insecureBefore) || (publicSuffix && !publicSuffixBefore)
  }

  /** Checks `initial` as a load is checked, which may need the public suffixes. */
  async #readInitial ({ items }: Initial): Promise<void> {
    const { signal } = new AbortController()
    const read = await readItems(items, { ...this.#reading(), before: new Entries(this.key !== undefined, NOTHING_REFUSED) }, signal)
    // Somebody may have called for a load meanwhile.
    if (this.#loadedAt !== undefined) return
    this.#hold(read)
    await this.#report(read, signal)
  }

  /** Resolves when a load has succeeded, or when there is what else could hold. */
  async #wait (user: LiveUser, loading: Promise<void>): Promise<void> {
    let cancel = (): void => {}
    try {
      await new Promise<void>((resolve, reject) => {
        loading.then(resolve, reject)
        if (user.patience < LOAD_MS) {
          cancel = this.#clock.after(user.patience, () => { reject(new Error(`nothing was loaded within ${Math.round(user.patience / 1000)} s`)) }, true)
        }
      })
    } catch (error) {
      if (this.#loadedAt !== undefined || !this.#users.has(user)) return
      this.release(user)
      throw this.#failedFor(user, reasonOf(error), error)
    } finally {
      cancel()
    }
  }

  #failedFor ({ place }: LiveUser, reason: string, cause?: unknown): Error {
    return new LiveOriginsError(
      `the live origins in ${place} could not be loaded: ${reason}; ` +
      'give them initial, a list that holds until a load succeeds, if the application is to start without',
      { cause }
    )
  }

  async #loadAfter (run: Run): Promise<void> {
    await run.done.catch(() => {})
    if (run.isStopped) throw run.controller.signal.reason
    this.#next = undefined
    await this.reload()
  }

  #load (): Promise<void> {
    this.#cancelTimer()
    this.#hasChanged = false
    const run = new Run()
    // Not called before it is known that it runs: it may ask for another one.
    run.done = Promise.resolve().then(async () => { await this.#perform(run) })
    run.done.catch(() => {})
    this.#run = run
    return run.done
  }

  async #perform (run: Run): Promise<void> {
    const { signal } = run.controller
    const startedAt = this.#clock.now()
    // Where the application waits for it, there may be nothing else that keeps the process alive.
    const keepsAlive = this.#loadedAt === undefined && this.#initial === undefined
    const cancel = this.#clock.after(LOAD_MS, () => { run.controller.abort(new Error(`load took longer than ${LOAD_MS / 1000} s`)) }, keepsAlive)
    try {
      const read = await orAborted(signal, async () => {
        signal.throwIfAborted()
        run.hasBegun = true
        return await readItems(itemsOf(await this.#options.load(signal), this.key !== undefined), this.#reading(), signal)
      })
      const isChanged = read.entries !== this.#entries
      this.#hold(read)
      this.#failures = 0
      this.#problem = undefined
      this.#loadedAt = new Date(this.#clock.now())
      this.#publish({ isChanged, refused: read.refused.size, duration: this.#clock.now() - startedAt })
      await this.#report(read, signal)
    } catch (error) {
      if (run.isStopped) throw signal.reason
      const reason = reasonOf(error)
      this.#fail(reason, error)
      const failure = new LiveOriginsError(`the live origins could not be loaded: ${reason}`, { cause: error })
      this.#publish({ isChanged: false, refused: 0, duration: this.#clock.now() - startedAt, error: failure })
      throw failure
    } finally {
      cancel()
      if (!run.isStopped) this.#end()
    }
  }

  #reading () {
    return { isKeyed: this.key !== undefined, max: this.#options.max, before: this.#entries, refuses: this.#refuses, told: this.#told }
  }

  /** A new list takes the place of the one before at once, and whole. */
  #hold ({ entries, refused }: Read): void {
    this.#told = refused
    if (entries === this.#entries) return
    this.#entries = entries
    this.#version++
  }

  /** Tells what was left out. */
  async #report ({ problems }: Read, signal: AbortSignal): Promise<void> {
    if (problems.length === 0) return
    const shown = problems.slice(0, MAX_SHOWN).map(({ message, key }) => key === undefined ? message : `${message} (of ${escapeText(key)})`)
    if (problems.length > MAX_SHOWN) shown.push(`… ${(problems.length - MAX_SHOWN).toLocaleString('en')} more`)
    this.#warn(`have items that are left out: ${shown.join('; ')}`)
    for (const [index, problem] of problems.entries()) {
      if (index % TOLD_AT_ONCE === TOLD_AT_ONCE - 1) await turn()
      signal.throwIfAborted()
      this.#tell(problem)
    }
  }

  #fail (reason: string, error: unknown): void {
    this.#failures++
    this.#problem = `the last load failed: ${reason}`
    const { size } = this.#entries
    const held = this.#loadedAt === undefined && this.#initial === undefined ? 'no origin is allowed' : `the ${size.toLocaleString('en')} of before hold`
    this.#warn(`could not be loaded: ${reason}; ${held}`)
    this.#tell({ code: 'load-failed', message: `could not be loaded: ${reason}`, value: error })
  }

  /** After a load: sees to the next one. */
  #end (): void {
    this.#run = undefined
    this.#endedAt = this.#clock.now()
    if (this.#users.size === 0) return
    if (this.#failures === 0) this.#subscribe()
    const { refresh } = this.#options
    if (this.#hasChanged) this.#loadIn(GAP_MS)
    else if (this.#failures > 0) this.#loadIn(this.#spread(Math.min(RETRY_MS * 2 ** (this.#failures - 1), refresh > 0 ? refresh * 1000 : MAX_RETRY_MS)))
    else if (refresh > 0) this.#loadIn(this.#spread(refresh * 1000))
  }

  #spread (milliseconds: number): number {
    return milliseconds * (1 + JITTER * (2 * this.#clock.random() - 1))
  }

  #loadIn (milliseconds: number): void {
    this.#cancelTimer()
    this.#cancelTimer = this.#clock.after(milliseconds, () => { this.#load() })
  }

  /** What the source calls, however often. */
  #changed (): void {
    if (this.#hasChanged) return
    this.#hasChanged = true
    if (this.#run === undefined) this.#loadIn(Math.min(GAP_MS, Math.max(0, this.#endedAt + GAP_MS - this.#clock.now())))
  }

  #subscribe (): void {
    const { subscribe } = this.#options
    if (subscribe === undefined || this.#unsubscribe !== undefined) return
    let isOver = false
    let end: Unsubscribe
    const over = this.#unsubscribe = () => {
      isOver = true
      this.#unsubscribe = undefined
      this.#endSubscription(end)
    }
    const changed = (): void => { if (!isOver) this.#changed() }
    const failed = (error: unknown): void => {
      if (isOver) return
      over()
      const reason = reasonOf(error)
      this.#warn(`could not be subscribed to: ${reason}; it is tried again after the next load that succeeds`)
      this.#tell({ code: 'subscribe-failed', message: `could not subscribe: ${reason}`, value: error })
    }
    const settle = (unsubscribe: Unsubscribe): void => {
      end = unsubscribe
      if (isOver) this.#endSubscription(end)
    }
    try {
      const subscribed = subscribe(changed)
      if (!isPromiseLike(subscribed)) return settle(subscribed)
      subscribed.then((unsubscribe) => {
        settle(unsubscribe)
        // Nobody told of what has changed meanwhile.
        changed()
      }, failed)
    } catch (error) {
      failed(error)
    }
  }

  #endSubscription (end: Unsubscribe): void {
    if (typeof end !== 'function') return
    const users = [...this.#users]
    const failed = (error: unknown): void => { this.#warn(`could not be unsubscribed from: ${reasonOf(error)}`, users) }
    try {
      // Nobody waits for it.
      Promise.resolve(end()).catch(failed)
    } catch (error) {
      failed(error)
    }
  }

  #stop (why: string): void {
    this.#cancelTimer()
    this.#hasChanged = false
    this.#unsubscribe?.()
    this.#run?.stop(new LiveOriginsError(`the live origins ${why}`))
    this.#run = undefined
    this.#next = undefined
  }

  #warn (what: string, users: Iterable<LiveUser> = this.#users): void {
    for (const { log, place } of users) log.warn(`The live origins in ${place} ${what}`)
  }

  #tell (problem: LiveOriginsProblem): void {
    try {
      this.#options.onProblem?.(problem)
    } catch (error) {
      this.#warn(`have an onProblem that failed: ${reasonOf(error)}`)
    }
  }

  #publish (load: Omit<LiveOriginsLoad, 'liveOrigins' | 'places' | 'size'>): void {
    if (!loads.hasSubscribers) return
    const message: LiveOriginsLoad = {
      liveOrigins: this.handle, places: [...this.#users].map(({ place }) => place), size: this.#entries.size, ...load
    }
    loads.publish(message)
  }
}

/** What the work comes to, unless it is given up before: it may never end. */
async function orAborted<Result> (signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
  return await new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => { reject(signal.reason) }, { once: true })
    work().then(resolve, reject)
  })
}

function isPromiseLike (value: Unsubscribe | PromiseLike<Unsubscribe>): value is PromiseLike<Unsubscribe> {
  return typeof value === 'object' && value !== null && 'then' in value
}

function reasonOf (error: unknown): string {
  return escapeText(error instanceof Error ? error.message : String(error))
}

function counted (count: number, what: string): string {
  return `${count.toLocaleString('en')} ${what}${count === 1 ? '' : 's'}`
}

const UNITS = [['d', 86_400], ['h', 3600], ['min', 60]] as const

/** A time in the largest unit that it has two of. */
function ageOf (milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000))
  const [unit, length] = UNITS.find(([, length]) => seconds >= 2 * length) ?? ['s', 1]
  return `${Math.floor(seconds / length)} ${unit}`
}
