import type { FastifyInstance } from 'fastify'

import type { Answer } from '../decision.ts'
import type { Choices } from '../choices.ts'
import type { Policy } from '../compile.ts'
import type { UrlPolicies } from '../preflight/url-policies.ts'
import { NO_SCHEMA_HEADERS, type SchemaHeaders } from './schema-headers.ts'

/**
 * Under this key a route's `config` carries its record. Fastify copies the
 * symbol when it builds the route, so the record is found from a request.
 */
export const kRoute: unique symbol = Symbol('fastify-route-cors.route')

/** Marks the OPTIONS routes of this plugin in their `config`. */
export const kGenerated: unique symbol = Symbol('fastify-route-cors.generated')

export type Constraints = Readonly<Record<string, unknown>>

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
  /** Whether its `config` is what Fastify has of it; if not, that is found out when it is reached. */
  readonly isKnown: boolean
  /** Known when the application is ready; `undefined` where the route has no CORS. */
  policy: Policy | undefined
  /** What may be selected in its place, likewise. */
  choices: Choices | undefined
  /** How requests to it are checked, likewise. */
  answer: Answer | undefined
  /** Of an OPTIONS route: what every URL that reaches it serves, where that is known beforehand. */
  urlPolicies: UrlPolicies | undefined
}

/** The record of a route of which nothing else is known yet. */
export function createRoute (instance: FastifyInstance, known: Partial<Route>): Route {
  return {
    instance,
    generated: false,
    methods: [],
    url: '',
    places: [],
    constraints: {},
    cors: undefined,
    schemaHeaders: NO_SCHEMA_HEADERS,
    isKnown: true,
    policy: undefined,
    choices: undefined,
    answer: undefined,
    urlPolicies: undefined,
    ...known
  }
}

/** The record of the route that a `config` belongs to; none for a not-found handler. */
export function routeOf (config: object): Route | undefined {
  return (config as { [kRoute]?: Route })[kRoute]
}
