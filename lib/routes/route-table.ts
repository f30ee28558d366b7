import { policiesUnder, type Choice, type Governed } from '../decision/select.ts'
import type { Policy } from '../policy/policy.ts'
import { OverlapIndex } from './overlap.ts'
import { RouteFinder } from './route-finder.ts'
import { urlsOf } from './route-urls.ts'
import type { Route } from './route.ts'
import type { RouterOptions } from './router-options.ts'
import { UrlPoliciesCache, type UrlPolicies } from './url-policies.ts'
import { keyOfPattern, parsePattern, pathOfStaticPattern, type Segment } from './url-pattern.ts'

/** The routes of one URL pattern. */
interface Group {
  readonly segments: readonly Segment[]
  readonly routes: Array<{ readonly route: Route, readonly url: string }>
  /** OPTIONS routes that serve this pattern and no other. */
  readonly options: Route[]
  /** Some of the routes depend on more than the URL and the method. */
  isConstrained: boolean
}

/**
 * Tells which policies govern the methods of a concrete URL. What follows from
 * the patterns alone is worked out beforehand and kept with the OPTIONS route;
 * only where several patterns may match one URL, or constraints matter, the
 * routes are looked up for each preflight.
 */
export class RouteTable {
  readonly #cache = new UrlPoliciesCache()
  readonly #finder: RouteFinder
  readonly #governed: ReadonlyMap<Route, Governed>
  /** Of an OPTIONS route: what every URL that reaches it serves, where that is known beforehand. */
  readonly settled: Map<Route, UrlPolicies> = new Map()

  constructor (routes: readonly Route[], options: RouterOptions, governed: ReadonlyMap<Route, Governed>) {
    this.#governed = governed
    this.#finder = new RouteFinder(options)
    const groups = groupByPattern(routes, options, governed)
    const index = new OverlapIndex<Group>()
    for (const group of groups) index.add(group.segments, group)

    const open = groups.filter((group) => !this.#settle(group, index.overlapping(group.segments)))
    for (const { route, url } of open.flatMap((group) => group.routes)) this.#finder.add(route, url)
    for (const group of open) this.#settleStatic(group, index.overlapping(group.segments))
  }

  /** The policies of a URL that no OPTIONS route has at hand; without methods where nothing matches. */
  find (url: string, host: string | undefined, choice?: Choice): UrlPolicies {
    return this.#cache.get(this.#candidates(url, host, choice), choice?.selector.vary)
  }

  /** The routes of such a URL that a request with this method may reach. */
  routes (method: string, url: string, host: string | undefined): ReadonlySet<Route> {
    return this.#finder.methods.has(method) ? this.#finder.find(method, url, host) : new Set()
  }

  * #candidates (url: string, host: string | undefined, choice: Choice | undefined): Generator<[string, Set<Policy | undefined>]> {
    for (const method of this.#finder.methods) {
      const routes = this.#finder.find(method, url, host)
      if (routes.size > 0) yield [method, new Set([...routes].flatMap((route) => policiesUnder(choice, this.#governed.get(route) as Governed)))]
    }
  }

  /** No other pattern matches a URL of this one: each such URL serves the same. */
  #settle (group: Group, overlapping: ReadonlySet<Group>): boolean {
    if (group.options.length === 0 || group.isConstrained || overlapping.size > 1) return false
    const policies = new Map<string, Set<Policy | undefined>>()
    for (const { route } of group.routes) {
      for (const method of route.methods) {
        // The first one serves: Fastify ignores a HEAD route of its own that comes second.
        if (!policies.has(method)) policies.set(method, new Set([this.#governed.get(route)?.policy]))
      }
    }
    this.#keep(group, this.#cache.get(policies))
    return true
  }

  /** A pattern without parameters matches one URL only, whatever else may match it. */
  #settleStatic (group: Group, overlapping: ReadonlySet<Group>): void {
    const path = pathOfStaticPattern(group.segments)
    if (path === undefined) return
    if ([...overlapping].some(({ isConstrained }) => isConstrained)) return
    this.#keep(group, this.find(path, undefined))
  }

  #keep (group: Group, urlPolicies: UrlPolicies): void {
    for (const route of group.options) this.settled.set(route, urlPolicies)
  }
}

function groupByPattern (routes: readonly Route[], options: RouterOptions, governed: ReadonlyMap<Route, Governed>): Group[] {
  const groups = new Map<string, Group>()
  for (const route of routes) {
    const urls = urlsOf(route)
    for (const url of urls) {
      const segments = parsePattern(url, options)
      const key = keyOfPattern(segments)
      const group = groups.get(key) ?? { segments, routes: [], options: [], isConstrained: false }
      groups.set(key, group)
      if (!route.generated) group.routes.push({ route, url })
      if (route.methods.includes('OPTIONS') && urls.length === 1) group.options.push(route)
      if (Object.keys(route.constraints).length > 0 || governed.get(route)?.choices !== undefined) group.isConstrained = true
    }
  }
  return [...groups.values()]
}
