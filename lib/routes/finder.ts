import { createRoute, type Constraints, type Place, type Route } from './route.ts'
import { createRouter, type Router } from './router.ts'
import type { RequestHead, Routing, Strategy } from './routing.ts'

type Method = Parameters<Router['find']>[0]
type RouterStrategy = Parameters<Router['addConstraintStrategy']>[0]

/** Values that a request has for constraints, or has not. */
export type Values = Readonly<Record<string, unknown>>

/** One route in one place, for one method. */
interface Entry {
  readonly route: Route
  /** What it asks for that does not show from a preflight. */
  readonly hidden: string
  /** Whatever reaches it would reach a route that asks for one of these first. */
  readonly implied: readonly string[]
}

/** The entries of one node of the router, the one that it prefers last. */
interface Bucket {
  readonly entries: Array<{ readonly entry: Entry, readonly bit: number }>
  /** The router has to choose among them, for it knows what some ask for. */
  isChosenFrom: boolean
}

interface Search {
  readonly known: Values
  readonly found: Set<Route>
  readonly hidden: Set<string>
}

const NO_QUERY = Object.freeze({})
const NO_ROUTES: ReadonlySet<Route> = new Set()
const NOTHING: Values = Object.freeze({})

/** As the router has it, a bit for each route of a node. */
const ALL = -1

/** The constraint under which the router asks which entries are still of interest. */
const AMONG = 'corsAmong'

/** Stands where the router wants a function that is not going to be called. */
export const UNCALLED: () => void = Function.prototype as () => void

/**
 * Finds the routes that a request may reach with the router that Fastify
 * itself uses, so that parameters, regular expressions, wildcards, slashes and
 * encodings mean the same here as there.
 *
 * They are several only where constraints tell them apart that a preflight
 * says nothing about. The router is then made to go on as if those it has
 * found were not there, so that the number of values which are declared does not matter.
 */
export class RouteFinder {
  /** Stands for whatever a request reaches of which nobody knows where it goes. */
  readonly untold: ReadonlySet<Route>
  /** The same set is found for the same route. */
  readonly isPlain: boolean
  readonly #routing: Routing
  readonly #heedsVersion: boolean
  readonly #router: Router
  readonly #entries: Entry[] = []
  readonly #methods = new Set<string>()
  readonly #constraints = new Set<string>()
  readonly #valueIds = new Map<unknown, number>()
  /** Meets every constraint that does not show. */
  readonly #anything: Record<string, unknown> = {}
  /** A request may fail to reach a route that asks for nothing. */
  #hidesMustMatch = false
  #showsMustMatch = false
  #showsHost = false

  /**
   * With `heedsVersion` it is known which version a request asks for, by ranges as `Accept-Version` has
   * them; with `isPlain` no route asks for anything, and each pattern leads to one.
   */
  constructor (routing: Routing, { heedsVersion = false, isPlain = false }: { heedsVersion?: boolean, isPlain?: boolean } = {}) {
    this.#routing = routing
    this.#heedsVersion = heedsVersion
    this.isPlain = isPlain
    this.untold = new Set([createRoute(routing.root, {})])
    this.#router = createRouter({ ...routing.options, allowUnsafeRegex: true, querystringParser: () => NO_QUERY })
    if (isPlain) return
    this.#router.addConstraintStrategy(strategyOf(AMONG, () => {
      const bucket: Bucket = { entries: [], isChosenFrom: false }
      return {
        // The router asks for what it has put in, too.
        get: (value) => typeof value === 'number' ? 0 : this.#select(bucket, value as Search),
        set: (id, bit) => { this.#fill(bucket, this.#entries[id as number] as Entry, bit as number) }
      }
    }))
  }

  /** Adds a route in one of its places. */
  add (route: Route, { pattern, methods }: Place): void {
    for (const name of Object.keys(route.constraints)) this.#noteConstraint(name)
    const entry = { route, ...this.#hiddenOf(route.constraints) }
    const constraints = this.isPlain ? {} : { ...route.constraints, [AMONG]: this.#entries.push(entry) - 1 }
    const store = this.isPlain ? new Set([route]) : entry
    for (const method of methods) {
      this.#methods.add(method)
      this.#router.on(method as Method, pattern, { constraints }, UNCALLED, store)
    }
  }

  get methods (): ReadonlySet<string> {
    return this.#methods
  }

  /** The routes that a request with this head and method may reach; what is `known` of it counts. */
  find (method: string, head: RequestHead, known: Values = NOTHING): ReadonlySet<Route> {
    let url: unknown
    let host: unknown
    try {
      url = this.#routing.urlOf(head, method)
      if (this.#showsHost) host = this.#routing.hostOf(head, method)
    } catch {
      return this.untold
    }
    if (typeof url !== 'string') return this.untold
    if (this.isPlain) return (this.#router.find(method as Method, url)?.store ?? NO_ROUTES) as ReadonlySet<Route>
    const search: Search = { known, found: new Set(), hidden: new Set() }
    const derived: Record<string, unknown> = { ...this.#anything, [AMONG]: search }
    if (this.#showsHost) derived['host'] = host
    if (this.#heedsVersion) derived['version'] = known['version']
    for (;;) {
      const match = this.#router.find(method as Method, url, derived)
      if (match === null) return search.found
      const entry = match.store as Entry
      take(entry, search)
      if (this.#isCertain(entry)) return search.found
    }
  }

  #fill (bucket: Bucket, entry: Entry, bit: number): void {
    bucket.entries.push({ entry, bit })
    bucket.isChosenFrom ||= this.#showsMustMatch || Object.keys(entry.route.constraints).some((name) => this.#isVisible(name))
  }

  /** The entries that the router may still choose. Where nothing tells them apart they are taken at once. */
  #select ({ entries, isChosenFrom }: Bucket, search: Search): number {
    let selected = 0
    for (let i = entries.length - 1; i >= 0; i--) {
      const { entry, bit } = entries[i] as Bucket['entries'][number]
      if (!this.#isOpen(entry, search)) continue
      if (isChosenFrom) selected |= bit
      else if (this.#isCertain(entry)) return bit
      else take(entry, search)
    }
    return selected
  }

  #isOpen ({ route, implied }: Entry, { hidden, known }: Search): boolean {
    for (const each of implied) {
      if (hidden.has(each)) return false
    }
    for (const name in known) {
      const value = route.constraints[name]
      if (this.#isVisible(name) || value === known[name]) continue
      if (value !== undefined || this.#routing.mustMatch(name)) return false
    }
    return true
  }

  /** Whether no request passes it by that has come so far. */
  #isCertain ({ hidden }: Entry): boolean {
    return hidden === '' && !this.#hidesMustMatch
  }

  #isVisible (name: string): boolean {
    return this.#routing.isVisible(name) || (name === 'version' && this.#heedsVersion)
  }

  #noteConstraint (name: string): void {
    if (this.#constraints.has(name)) return
    this.#constraints.add(name)
    const { hostStrategy, mustMatch } = this.#routing
    if (!this.#isVisible(name)) {
      this.#anything[name] = true
      this.#hidesMustMatch ||= mustMatch(name)
      this.#router.addConstraintStrategy(strategyOf(name, () => ({ get: () => ALL, set: UNCALLED })))
    } else {
      this.#showsMustMatch ||= mustMatch(name)
      this.#showsHost ||= name === 'host'
      if (name === 'host' && hostStrategy !== undefined) {
        this.#router.addConstraintStrategy(strategyOf(name, () => hostStrategy.storage(), mustMatch(name)))
      }
    }
  }

  #hiddenOf (constraints: Constraints): Pick<Entry, 'hidden' | 'implied'> {
    const names = Object.keys(constraints).filter((name) => !this.#isVisible(name)).sort()
    let implied: string[][] = [[]]
    for (const name of names) {
      const asked = `${name} ${this.#idOf(constraints[name])}`
      // A route without the constraint serves the request as well, unless the strategy says otherwise.
      implied = implied.flatMap((others) => this.#routing.mustMatch(name) ? [[...others, asked]] : [[...others, asked], others])
    }
    const keys = implied.map((asked) => asked.join(','))
    return { hidden: keys[0] as string, implied: keys }
  }

  #idOf (value: unknown): number {
    const id = this.#valueIds.get(value) ?? this.#valueIds.size
    this.#valueIds.set(value, id)
    return id
  }
}

function take ({ route, hidden }: Entry, search: Search): void {
  search.found.add(route)
  search.hidden.add(hidden)
}

function strategyOf (name: string, storage: Strategy['storage'], mustMatchWhenDerived = false): RouterStrategy {
  return { name, storage, mustMatchWhenDerived, deriveConstraint: UNCALLED } as unknown as RouterStrategy
}
