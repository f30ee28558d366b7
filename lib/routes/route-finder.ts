import createRouter from 'find-my-way'

import type { Route } from './route.ts'
import type { RouterOptions } from './router-options.ts'

type Router = ReturnType<typeof createRouter>
type Method = Parameters<Router['find']>[0]
type Values = Record<string, unknown>

const NO_QUERY = Object.freeze({})

/** Stands where the router wants a function that is not going to be called. */
export const UNCALLED: () => void = Function.prototype as () => void

/**
 * Finds the routes that a request would reach with the router that Fastify
 * itself uses, so that parameters, regular expressions, wildcards, slashes and
 * encodings mean the same here as there.
 */
export class RouteFinder {
  readonly #router: Router
  /** What each constraint that a preflight does not carry may ask for: all but the host. */
  readonly #unseen = new Map<string, Set<unknown>>()
  readonly #hasSemver: boolean
  #usesHost = false
  #combinations: Values[] | undefined
  #methods = new Set<string>()

  /** With `hasSemver` a request may ask for a range of versions, as `Accept-Version` does. */
  constructor (options: RouterOptions, hasSemver = false) {
    this.#hasSemver = hasSemver
    this.#router = createRouter({ ...options, allowUnsafeRegex: true, querystringParser: () => NO_QUERY })
  }

  /** Adds a route under one of its URLs. */
  add (route: Route, url: string): void {
    for (const [name, value] of Object.entries(route.constraints)) this.#noteConstraint(name, value)
    for (const method of route.methods) {
      this.#methods.add(method)
      this.#addMethod(method, url, route)
    }
    this.#combinations = undefined
  }

  get methods (): ReadonlySet<string> {
    return this.#methods
  }

  /**
   * The routes that a request with this method, URL and host may reach. They
   * are several only where constraints tell them apart that a preflight says
   * nothing about, such as a version; what is `known` of those counts.
   */
  find (method: string, url: string, host: string | undefined, known?: Values): Set<Route> {
    const found = new Set<Route>()
    for (const values of (this.#combinations ??= this.#combine())) {
      const derived = this.#usesHost || this.#unseen.size > 0 ? { ...values, ...known, host } : undefined
      const match = this.#router.find(method as Method, url, derived)
      if (match !== null) found.add(match.store as Route)
    }
    return found
  }

  #addMethod (method: string, url: string, route: Route): void {
    try {
      this.#router.on(method as Method, url, { constraints: route.constraints }, UNCALLED, route)
    } catch {
      // Fastify refused this route too, or ignored it: a HEAD route of its own
      // where one exists already. The one that came first serves.
    }
  }

  #noteConstraint (name: string, value: unknown): void {
    if (name === 'host') {
      this.#usesHost = true
      return
    }
    const values = this.#unseen.get(name)
    if (values !== undefined) {
      values.add(value)
      return
    }
    this.#unseen.set(name, new Set([value]))
    if (name !== 'version' || !this.#hasSemver) this.#router.addConstraintStrategy(equalityStrategy(name))
  }

  /** One for each way in which a request may set the constraints that a preflight lacks. */
  #combine (): Values[] {
    let combinations: Values[] = [{}]
    for (const [name, values] of this.#unseen) {
      combinations = combinations.flatMap((combination) => [
        combination,
        ...[...values].map((value) => ({ ...combination, [name]: value }))
      ])
    }
    return combinations
  }
}

/** A request can always ask for the very value that a route declares. */
function equalityStrategy (name: string): Parameters<Router['addConstraintStrategy']>[0] {
  return {
    name,
    mustMatchWhenDerived: name === 'version',
    storage: () => new Map() as never,
    deriveConstraint: UNCALLED as never
  }
}
