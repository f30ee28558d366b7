import type { FastifyRequest } from 'fastify'

import type { CorsProblemCode } from '../errors.ts'
import type { LiveOrigins } from '../options/live.ts'

/** A tenant, and one of its origins. */
export type OriginPair = readonly [key: string, origin: string]

/** What `load` gives: a list, or anything else that can be gone through, but no text. */
export type LoadedOrigins = Iterable<string> & object

/** What `load` gives where there is a `key`: pairs, or a list for each key. */
export type LoadedTenants = Iterable<OriginPair> | { readonly [key: string]: LoadedOrigins }

/** What is wrong with an item of a live list, or with a load of it. */
export interface LiveOriginsProblem {
  readonly code: CorsProblemCode | 'load-failed' | 'subscribe-failed'
  /** What is wrong, and what to write instead. */
  readonly message: string
  /** The item, or what a load failed with. */
  readonly value: unknown
  /** Whose list the item is in, where there are several. */
  readonly key?: string
}

/** What `diagnostics_channel` `fastify-route-cors:live-origins` has for each load. */
export interface LiveOriginsLoad {
  /** The list that was loaded. */
  readonly liveOrigins: LiveOrigins
  /** Where it stands, in each application that uses it. */
  readonly places: readonly string[]
  /** How many entries hold now, of all keys together. */
  readonly size: number
  /** Whether what holds is something else than before. */
  readonly isChanged: boolean
  /** How many items were left out. */
  readonly refused: number
  /** How long it took, in milliseconds. */
  readonly duration: number
  /** Why it failed, if it did: what held before holds on. */
  readonly error?: Error
}

interface CommonOptions<Loaded> {
  /**
   * Gives the whole list: origins and patterns, as `origin` takes them, but no RegExps. What it gives takes the place of
   * the list before, at once and whole. An item that is wrong is left out, and the others hold.
   *
   * It is called when an application that uses the list gets ready, then as `refresh` and `subscribe` say, and never
   * for a request. If it throws, rejects, takes longer than 30 seconds, or gives no list or more than `max`
   * entries, the list before holds on, a warning is logged, and the next try comes after 1, 2, 4, … seconds, at most `refresh`.
   *
   * @param signal aborts when the application closes, and after 30 seconds
   */
  readonly load: (signal: AbortSignal) => Loaded | PromiseLike<Loaded>

  /**
   * How often the list is loaded anew: seconds from 0 to 86400, fractions too; 0 is never. Each time is up to 10 %
   * sooner or later, so that many instances do not load at once.
   *
   * @default 60
   */
  readonly refresh?: number | undefined

  /**
   * Tells a source what to call when the list has changed, and returns how to stop that. However often it is called, the
   * list is loaded at most five times a second. If it fails, it is called again after the next load that succeeds.
   *
   * @default none: the list is loaded as `refresh` says
   */
  readonly subscribe?: ((changed: () => void) => Unsubscribe | PromiseLike<Unsubscribe>) | undefined

  /**
   * The most entries that a list may have: an integer from 1 to 10,000,000.
   *
   * @default 1,000,000
   */
  readonly max?: number | undefined

  /**
   * What holds until the first load has succeeded. Without it `ready()` waits for that, and rejects if it fails.
   *
   * @default none
   */
  readonly initial?: Loaded | undefined

  /**
   * Is told of each item that is left out, once, and of each load that fails, besides the log.
   *
   * @default none
   */
  readonly onProblem?: ((problem: LiveOriginsProblem) => void) | undefined
}

/** How to stop a subscription; nothing where there is nothing to stop. */
export type Unsubscribe = (() => unknown) | undefined | void

/** What `liveOrigins` takes for one list. */
export interface LiveOriginsOptions extends CommonOptions<LoadedOrigins> {
  readonly key?: undefined
  readonly vary?: undefined
}

/** What `liveOrigins` takes for a list for each tenant. */
export interface LiveTenantsOptions extends CommonOptions<LoadedTenants> {
  /**
   * Tells whose list holds for a request, by what the preflight has too: its host, or its URL. A key that is in no list
   * allows nothing. An error that it throws goes to Fastify's error handler, as one of an origin function does.
   */
  readonly key: (request: FastifyRequest) => string

  /**
   * The request headers that `key` depends on, for `Vary`. The URL and its host need no mention. The page must not be what
   * sets them, for a preflight does not carry what a page sets.
   *
   * @default none
   * @see https://www.rfc-editor.org/rfc/rfc9110#field.vary
   */
  readonly vary?: string | readonly string[] | undefined
}
