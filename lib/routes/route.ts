import type { FastifyContextConfig, FastifyInstance, FastifyRequest } from 'fastify'

import { NOTHING_MISPLACED, type Misplaced } from './misplaced.ts'
import { NO_SCHEMA_HEADERS, type SchemaHeaders } from './schema-headers.ts'

/**
 * Under this key a route's `config` carries a function that gives its record. Fastify copies the
 * symbol when it builds the route, so the record is found from a request. What copies or
 * freezes a `config` in depth leaves functions alone, and with them all that a record leads to.
 */
export const kRoute: unique symbol = Symbol('fastify-route-cors.route')

/** Marks the OPTIONS routes of this plugin in their `config`. */
export const kGenerated: unique symbol = Symbol('fastify-route-cors.generated')

export type Constraints = Readonly<Record<string, unknown>>

/** Of most routes: there may be thousands at boot, which had better share what they have in common. */
export const NO_CONSTRAINTS: Constraints = Object.freeze({})

/** A pattern of the router, and the methods for which it leads to a route. */
export interface Place {
  readonly pattern: string
  readonly methods: readonly string[]
}

/** What is kept of a route, as Fastify ends up with it. */
export interface Route {
  /** The instance that it was declared on: its scope. */
  readonly instance: FastifyInstance
  /** An OPTIONS route that this plugin registered. */
  readonly generated: boolean
  readonly methods: readonly string[]
  /** As it was declared, prefix included. */
  readonly url: string
  /** Where it stands: an optional parameter makes two places, and so does `/` under a prefix. */
  readonly places: readonly Place[]
  readonly constraints: Constraints
  /** `config.cors`, copied when Fastify read it. */
  readonly cors: unknown
  readonly schemaHeaders: SchemaHeaders
  readonly misplaced: Misplaced
  /** Whether preflights may reach it: not an OPTIONS route that had to make room for a generated one. */
  readonly getsPreflights: boolean
  /** Whether its `config` is what Fastify has of it; if not, that is found out when it is reached. */
  readonly isKnown: boolean
}

const NONE: readonly never[] = Object.freeze([])

/** The record of a route of which nothing else is known yet. */
export function createRoute (instance: FastifyInstance, known: Partial<Route>): Route {
  return {
    instance,
    generated: false,
    methods: NONE,
    url: '',
    places: NONE,
    constraints: NO_CONSTRAINTS,
    cors: undefined,
    schemaHeaders: NO_SCHEMA_HEADERS,
    misplaced: NOTHING_MISPLACED,
    getsPreflights: true,
    isKnown: true,
    ...known
  }
}

/**
 * The record of the route that a request has reached. A not-found handler has none, though it may
 * have its `config` in common with a route, which has left its record there.
 */
export function routeOf (request: FastifyRequest): Route | undefined {
  return request.is404 ? undefined : (configOf(request) as { readonly [kRoute]?: () => Route })[kRoute]?.()
}

interface Context {
  readonly config: FastifyContextConfig
}

/** The symbol under which this Fastify keeps what it knows of a request's route. */
let kContext: symbol | undefined

/** `routeOptions` copies a dozen values at each access, which takes a fifth of what a preflight may cost. */
function configOf (request: FastifyRequest): FastifyContextConfig {
  kContext ??= Object.getOwnPropertySymbols(request).find(({ description }) => description === 'fastify.context')
  const context = (request as unknown as Record<symbol, Context | undefined>)[kContext as symbol]
  return (context ?? request.routeOptions).config
}
