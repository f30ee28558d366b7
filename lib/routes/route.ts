import type { FastifyInstance, RouteOptions } from 'fastify'

import { frozenCopy } from '../options/copy.ts'
import { readSchemaHeaders, type SchemaHeaders } from './schema-headers.ts'

/**
 * Under this key a route's `config` carries its record. Fastify copies the
 * symbol when it builds the route, so the record is found from a request.
 */
export const kRoute: unique symbol = Symbol('fastify-route-cors.route')

export type Constraints = Readonly<Record<string, unknown>>

/** What is kept of a route that was declared on an application. */
export interface Route {
  /** The instance that it was declared on: its scope. */
  readonly instance: FastifyInstance
  readonly methods: readonly string[]
  /** As Fastify's router gets it, prefix included. */
  readonly url: string
  readonly constraints: Constraints
  /** Its URL is the prefix of its instance, which may be served with a slash too. */
  readonly isPrefix: boolean
  /** `config.cors`, copied when the route was declared. */
  readonly cors: unknown
  readonly schemaHeaders: SchemaHeaders
  /** An OPTIONS route that this plugin registered. */
  readonly generated: boolean
}

/** The options that an `onRoute` hook gets. */
export type DeclaredRoute = RouteOptions & { routePath: string, path: string, prefix: string }

/** How deep a block nests: a list, its items. */
const BLOCK_DEPTH = 2

/** Marks the OPTIONS routes of this plugin in their `config`. */
export const kGenerated: unique symbol = Symbol('fastify-route-cors.generated')

export function readRoute (instance: FastifyInstance, declared: DeclaredRoute): Route {
  const config = declared.config as { cors?: unknown, [kGenerated]?: true } | undefined
  return {
    instance,
    methods: typeof declared.method === 'string' ? [declared.method] : [...declared.method],
    url: declared.url,
    constraints: { ...declared.constraints },
    isPrefix: declared.routePath === '' && declared.prefix !== '',
    cors: frozenCopy(config?.cors, BLOCK_DEPTH),
    schemaHeaders: readSchemaHeaders(declared.schema),
    generated: config?.[kGenerated] === true
  }
}

/** The record of the route that a `config` belongs to; none for a not-found handler. */
export function routeOf (config: object): Route | undefined {
  return (config as { [kRoute]?: Route })[kRoute]
}
