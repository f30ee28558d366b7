import { policiesUnder, type Choice, type Governed } from '../decision/select.ts'
import type { Policy } from '../policy/policy.ts'
import { RouteFinder } from './finder.ts'
import { heedsCase, OverlapIndex, parsePattern, pathOfStaticPattern, type RouterOptions, type Segment } from './pattern.ts'
import type { Place, Route } from './route.ts'
import type { RequestHead, Routing } from './routing.ts'
import { UrlPoliciesCache, type UrlPolicies } from './url-policies.ts'

/** The routes of one URL pattern. */
interface Group {
  readonly segments: readonly Segment[]
  readonly routes: Array<{ readonly route: Route, readonly place: Place }>
  /** OPTIONS routes that serve this pattern and no other, and whose record a request leads to. */
  readonly options: Route[]
  /** Some of the routes depend on more than the URL and the method. */
  isConstrained: boolean
}

/**
 * Tells which policies govern the methods of a concrete URL. What follows from
 * the patterns alone is worked out beforehand, by OPTIONS route;
 * only where several patterns may match one URL, or constraints matter, the
 * routes are looked up for each preflight.
 */
export class RouteTable {
  /** The policies of every URL that reaches an OPTIONS route, where these are the same for all. */
  readonly settled: Map<Route, UrlPolicies> = new Map()
  readonly #cache = new UrlPoliciesCache()
  readonly #known = new Map<string, UrlPolicies>()
  readonly #keys = new WeakMap<ReadonlySet<Route>, string>()
  readonly #policyIds = new Map<Policy | undefined, number>()
  readonly #granted = new Map<string, Policy | undefined>()
  readonly #ids = new Map<unknown, number>()
  readonly #finder: RouteFinder
  readonly #governing: (route: Route) => Governed
  readonly #all: readonly Route[]
  #order: ReadonlyMap<Route, number> | undefined
  /** As they were declared: they are listed in this order for every URL, however that is worked out. */
  readonly #methods: readonly string[]
  /** Those of the routes that are looked up. */
  readonly #openMethods: readonly string[]
  /** There are routes that nobody knows, not even where they stand. */
  readonly #isObscure: boolean

  /** `missed` are routes of which no more is known than where they stand; `undefined` if not even that. */
  constructor (routes: readonly Route[], missed: readonly Route[] | undefined, routing: Routing, governing: (route: Route) => Governed) {
    this.#governing = governing
    this.#isObscure = missed === undefined
    const all = [...missed ?? [], ...routes]
    this.#all = all
    this.#methods = [...new Set(all.flatMap(({ generated, methods }) => generated ? [] : methods))]
    const groups = this.#group(all, routing.options)
    const index = new OverlapIndex<Group>()
    for (const group of groups) index.add(group.segments, group)

    const settles = routing.keepsUrls && !this.#isObscure
    const open = groups.filter((group) => !(settles && this.#settle(group, index.overlapping(group.segments))))
    this.#finder = new RouteFinder(routing, { isPlain: !this.#isObscure && !open.some((group) => group.isConstrained) })
    for (const { route, place } of open.flatMap((group) => group.routes)) this.#finder.add(route, place)
    this.#openMethods = this.#methods.filter((method) => this.#finder.methods.has(method))
    if (!settles) return
    for (const group of open) this.#settleStatic(group, index.overlapping(group.segments), routing.options)
  }

  /** The policies of a URL that no OPTIONS route has at hand; without methods where nothing matches. */
  find (head: RequestHead, choice?: Choice): UrlPolicies {
    if (!this.#finder.isPlain || choice !== undefined) return this.#cache.get(this.#candidates(head, choice), choice?.selector.vary)
    let key = ''
    for (const method of this.#openMethods) key += this.#keyOf(this.#finder.find(method, head))
    let urlPolicies = this.#known.get(key)
    if (urlPolicies === undefined) this.#known.set(key, urlPolicies = this.#cache.get(this.#candidates(head, undefined)))
    return urlPolicies
  }

  /** Tells the policies of routes from others. The finder gives the same set for the same route. */
  #keyOf (routes: ReadonlySet<Route>): string {
    let key = this.#keys.get(routes)
    if (key === undefined) {
      const [policy] = this.#policiesOf(routes, undefined)
      const id = this.#policyIds.get(policy) ?? this.#policyIds.size
      this.#policyIds.set(policy, id)
      this.#keys.set(routes, key = routes.size === 0 ? '-' : `${id} `)
    }
    return key
  }

  /** The routes of such a URL that a request with this method may reach. */
  routes (method: string, head: RequestHead): ReadonlySet<Route> {
    if (this.#isObscure) return this.#finder.untold
    return this.#finder.find(method, head)
  }

  #candidates (head: RequestHead, choice: Choice | undefined): Map<string, Policy | undefined> {
    const byMethod = new Map<string, Policy | undefined>()
    for (const method of this.#openMethods) {
      const routes = this.routes(method, head)
      if (routes.size > 0) byMethod.set(method, this.#policyOf(routes, choice))
    }
    if (this.#isObscure) byMethod.set('OPTIONS', this.#policyOf(this.#finder.untold, choice))
    return byMethod
  }

  /** Granted is what all of these routes grant. Where any policy may be selected for one, they are gone through once and not for each request. */
  #policyOf (routes: ReadonlySet<Route>, choice: Choice | undefined): Policy | undefined {
    let key = ''
    for (const route of routes) {
      const policies = policiesUnder(choice, this.#governing(route))
      key += `${this.#idOf(policies.length === 1 ? policies[0] : policies)} `
    }
    if (!this.#granted.has(key)) this.#granted.set(key, this.#cache.oneOf(this.#policiesOf(routes, choice)))
    return this.#granted.get(key)
  }

  #idOf (policies: Policy | undefined | ReadonlyArray<Policy | undefined>): number {
    const id = this.#ids.get(policies) ?? this.#ids.size
    this.#ids.set(policies, id)
    return id
  }

  #policiesOf (routes: ReadonlySet<Route>, choice: Choice | undefined): Set<Policy | undefined> {
    const policies = new Map<Policy | undefined, number>()
    const isOne = routes.size === 1
    for (const route of routes) {
      const order = isOne ? 0 : this.#placeOf(route)
      for (const policy of policiesUnder(choice, this.#governing(route))) policies.set(policy, Math.min(order, policies.get(policy) ?? order))
    }
    if (policies.size < 2) return new Set(policies.keys())
    // As they were declared: of two spellings of a header's name the first one is granted.
    return new Set([...policies].sort(([, a], [, b]) => a - b).map(([policy]) => policy))
  }

  /** Where it stands among all that were declared. Few applications have routes of which it matters. */
  #placeOf (route: Route): number {
    this.#order ??= new Map(this.#all.map((route, index) => [route, index]))
    return this.#order.get(route) as number
  }

  /** No other pattern matches a URL of this one: each such URL serves the same. */
  #settle (group: Group, overlapping: readonly Group[]): boolean {
    if (group.options.length === 0 || group.isConstrained || overlapping.length > 1) return false
    const policies = new Map<string, Policy | undefined>()
    for (const { route, place } of group.routes) {
      for (const method of place.methods) policies.set(method, this.#governing(route).policy)
    }
    const inOrder = new Map<string, Policy | undefined>()
    for (const method of this.#methods) {
      if (policies.has(method)) inOrder.set(method, policies.get(method))
    }
    this.#setPolicies(group, this.#cache.get(inOrder))
    return true
  }

  /** A pattern without parameters matches one URL only, whatever else may match it. */
  #settleStatic (group: Group, overlapping: readonly Group[], options: RouterOptions): void {
    const path = pathOfStaticPattern(group.segments)
    if (path === undefined) return
    for (const { isConstrained, segments } of overlapping) {
      // Another spelling of the URL may go elsewhere: an expression sees its letters as they are.
      if (isConstrained || (!options.caseSensitive && heedsCase(segments))) return
    }
    // The router takes a slash off the URL before it looks.
    const url = options.ignoreTrailingSlash && path !== '/' ? `${path}/` : path
    this.#setPolicies(group, this.find({ url, headers: {} }))
  }

  #setPolicies (group: Group, urlPolicies: UrlPolicies): void {
    for (const route of group.options) this.settled.set(route, urlPolicies)
  }

  #group (routes: readonly Route[], options: RouterOptions): Group[] {
    const groups = new Map<string, Group>()
    for (const route of routes) {
      for (const place of route.places) {
        const { segments, key } = parsePattern(place.pattern, options)
        const group = groups.get(key) ?? { segments, routes: [], options: [], isConstrained: false }
        groups.set(key, group)
        if (!route.generated) group.routes.push({ route, place })
        if (route.isKnown && place.methods.includes('OPTIONS') && route.places.length === 1) group.options.push(route)
        if (Object.keys(route.constraints).length > 0 || this.#governing(route).choices !== undefined) group.isConstrained = true
      }
    }
    return [...groups.values()]
  }
}
