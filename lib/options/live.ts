import type { FastifyBaseLogger, FastifyRequest } from 'fastify'

/** By what every copy of this package knows a live list. */
export const kLive: unique symbol = Symbol.for('fastify-route-cors.live-origins') as never

/** Origins that change while the application runs: a value for `origin`, alone or in a list. */
export interface LiveOrigins {
  /** Loads the list now. Resolves when what it gave holds, and rejects if the load fails; many callers share one load. */
  reload (): Promise<void>
  /** Whether an origin is in the list now, with `key` in the one of that key. */
  has (origin: string, key?: string): boolean
  /** How many entries it has, of all keys together. */
  readonly size: number
  /** When it was loaded last; `undefined` before that. */
  readonly loadedAt: Date | undefined
  /** Ends timers, the subscription and a running load, for good: the list stays as it is. An application that closes does as much for its own use of it. */
  close (): void
  /** Only what `liveOrigins` gives is a list. */
  readonly [kLive]: unknown
}

/** What the plugin needs of a live list, which may come from another copy of this package. */
export interface LiveSource {
  readonly key: ((request: FastifyRequest) => string) | undefined
  /** The request headers that `key` depends on, joined with `', '`; empty for none. */
  readonly vary: string
  /** What holds now. */
  readonly entries: LiveEntries
  /** Another number whenever that changes. */
  readonly version: number
  /** Size, age and last problem, in words. */
  readonly description: string
  readonly status: LiveOriginsStatus
  /** Begins to keep the list up to date. Resolves when there is one. */
  use (user: LiveUser): Promise<void>
  /** Stops doing so for this user. */
  release (user: LiveUser): void
}

/** The origins of a live list at one time. */
export interface LiveEntries {
  readonly size: number
  matches (origin: string, key: string | undefined, allowsPublicSuffixes: boolean): boolean
}

/** How a live list stands. */
export interface LiveOriginsStatus {
  readonly size: number
  readonly loadedAt: Date | undefined
  /** Of the last load, if it failed. */
  readonly problem: string | undefined
}

/** An application that uses a live list. */
export interface LiveUser {
  readonly log: Pick<FastifyBaseLogger, 'warn'>
  /** Where the list stands, for messages. */
  readonly place: string
  /** What policies with credentials that use it leave out. */
  readonly refuses: RiskyKinds
  /** How long it can wait for a list, in milliseconds. */
  readonly patience: number
}

/** What a policy with credentials refuses, unless one of its `dangerously…` options lifts that. */
export interface RiskyKinds {
  readonly insecure: boolean
  readonly publicSuffix: boolean
}

/** Whether a value is a list made by `liveOrigins`, of this copy of the package or another. */
export function isLiveOrigins (value: unknown): value is LiveOrigins {
  return typeof value === 'object' && value !== null && kLive in value
}

/** What keeps a live list up to date. */
export function sourceOf (list: LiveOrigins): LiveSource {
  return list[kLive] as LiveSource
}
