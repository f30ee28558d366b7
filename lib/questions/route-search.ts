import type { FastifyInstance } from 'fastify'

import type { Application } from '../application.ts'
import { RouteFinder, UNCALLED } from '../routes/finder.ts'
import { internalOf, scopesOf } from '../routes/instances.ts'
import type { Route } from '../routes/route.ts'
import { createRouter, type Router } from '../routes/router.ts'
import type { RequestHead } from '../routes/routing.ts'

/** A request as the router sees it. */
export interface RouterRequest {
  readonly method: string
  /** Path and query. */
  readonly url: string
  readonly host: string | undefined
  readonly version: string | undefined
}

/** An application may compare versions in a way of its own, of which nothing is known. */
const SEMVER = /^\d+\.\d+\.\d+/

/**
 * Finds what requests reach. It knows every route, where the table that
 * answers preflights keeps no more than it needs; so it is made when the first
 * question is asked.
 */
export class RouteSearch {
  /** A URL may have two OPTIONS routes: the plugin's gets the preflights, the application's the rest. */
  readonly #ofPreflights: RouteFinder
  readonly #ofOthers: RouteFinder
  /** The application's own alone, as the table that answers preflights knows them. */
  readonly #ofDeclared: RouteFinder
  readonly #notFound: NotFoundFinder

  constructor (application: Application, root: FastifyInstance) {
    const { routes, routing } = application.snapshot
    const hasSemver = routes.every(({ constraints: { version } }) => version === undefined || SEMVER.test(String(version)))
    this.#ofPreflights = new RouteFinder(routing)
    this.#ofOthers = new RouteFinder(routing, { heedsVersion: hasSemver })
    this.#ofDeclared = new RouteFinder(routing)
    addAll(this.#ofPreflights, routes.filter((route) => route.getsPreflights))
    // One that made room stands behind the generated one, and of two the later one is found first.
    addAll(this.#ofOthers, routes)
    addAll(this.#ofDeclared, routes.filter((route) => !route.generated))
    this.#notFound = new NotFoundFinder(root, new Set([...routes.map(({ instance }) => instance), ...application.registeredWithin(root)]))
  }

  /** The OPTIONS route that a preflight reaches, if any. */
  preflightRoute (url: string, host: string | undefined): Route | undefined {
    const [route] = this.#ofPreflights.find('OPTIONS', headOf(url, host), { version: undefined })
    return route
  }

  /** The routes that a request may reach: several only where a constraint of the application's own tells them apart. */
  routes ({ method, url, host, version }: RouterRequest): Route[] {
    return [...this.#ofOthers.find(method, headOf(url, host), { version })]
  }

  /** The routes that a preflight for the method may be about: it does not carry the version. */
  candidates ({ method, url, host }: RouterRequest): Route[] {
    return [...this.#ofDeclared.find(method, headOf(url, host))]
  }

  /** The methods that a URL serves. */
  methods (url: string, host: string | undefined): string[] {
    return [...this.#ofDeclared.methods]
      .filter((method) => this.candidates({ method, url, host, version: undefined }).length > 0)
  }

  /** The instance that answers where no route does. */
  notFoundInstance (url: string): FastifyInstance {
    return this.#notFound.find(url)
  }
}

function addAll (finder: RouteFinder, routes: readonly Route[]): void {
  for (const route of routes) {
    for (const place of route.places) finder.add(route, place)
  }
}

function headOf (url: string, host: string | undefined): RequestHead {
  return { url, headers: { host } }
}

/** Fastify's record of a not-found handler. */
interface NotFoundContext {
  readonly server: FastifyInstance
}

/**
 * Finds the instance whose not-found handler gets a URL that no route serves:
 * a child context with a prefix may have one of its own.
 */
class NotFoundFinder {
  readonly #router: Router = createRouter()
  readonly #root: FastifyInstance

  constructor (root: FastifyInstance, instances: Iterable<FastifyInstance>) {
    this.#root = root
    const all = [root, ...instances].flatMap(scopesOf)
    const contexts = new Set(all.map((instance) => internalOf(instance, 'fastify.404ContextKey') as NotFoundContext | undefined))
    for (const context of contexts) {
      if (context !== undefined) this.#add(context.server)
    }
  }

  find (url: string): FastifyInstance {
    const match = this.#router.find('GET', url)
    return match === null ? this.#root : match.store as FastifyInstance
  }

  #add (instance: FastifyInstance): void {
    const prefix = instance.prefix === '' ? '/' : instance.prefix
    const below = prefix.endsWith('/') ? `${prefix}*` : `${prefix}/*`
    for (const url of [prefix, below]) this.#router.on('GET', url, UNCALLED, instance)
  }
}
