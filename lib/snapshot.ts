import type { FastifyInstance, FastifyRequest } from 'fastify'

import { compileDenial, compileResponse } from './decision/answer.ts'
import type { Answer } from './decision/decision.ts'
import { compileChoices, compileSelection, type Choice, type Choices, type Governed } from './decision/select.ts'
import { CorsConfigError, routeTitle, type CorsConfigErrorRoute, type CorsProblem } from './errors.ts'
import { LiveUses } from './live/uses.ts'
import { placeOf } from './policy/merge.ts'
import { PolicyCache, type LiveUse, type Policy } from './policy/policy.ts'
import type { RegistrationOptions } from './policy/registration-options.ts'
import { Scope } from './policy/scope.ts'
import { innermost, isWithin, scopesOf } from './routes/instances.ts'
import type { Misplaced } from './routes/misplaced.ts'
import type { Route } from './routes/route.ts'
import type { Routing } from './routes/routing.ts'
import { NO_SCHEMA_HEADERS, type SchemaHeaders } from './routes/schema-headers.ts'
import { RouteTable } from './routes/table.ts'
import type { UrlPolicies } from './routes/url-policies.ts'
import { quote, show } from './text.ts'

/** One call of `register`: the options of a context and of those within it. */
export interface Registration {
  readonly instance: FastifyInstance
  readonly options: RegistrationOptions
}

/** What a registration comes to: its options, and what governs the requests that reach no route. */
export interface GoverningScope extends Governed {
  readonly scope: Scope
}

/** What is known of an application when it is ready. */
export interface Known {
  readonly registrations: readonly Registration[]
  readonly routes: readonly Route[]
  /** Those of which no more is known than where they stand; `undefined` if not even that. */
  readonly missed: readonly Route[] | undefined
  readonly routing: Routing
  /** Every route is known as Fastify has it. */
  readonly isKnown: boolean
}

type RouteConfig = FastifyRequest['routeOptions']['config'] & { readonly cors?: unknown }

const UNGOVERNED: Governed = { policy: undefined, choices: undefined, answer: undefined }

const NO_ROUTES: ReadonlySet<Route> = new Set()

/**
 * Compiles all that an application needs to know to answer requests.
 *
 * @throws {CorsConfigError} with what is wrong with a registration, or with the `config.cors` of a route
 */
export function compile (known: Known): Snapshot {
  return new Snapshot(known)
}

/**
 * Checks the innermost of the registrations around an instance.
 *
 * @throws {CorsConfigError} with what is wrong with it
 */
export function checkInnermost (around: readonly Registration[]): void {
  [...createScopes(around, new PolicyCache()).values()].at(-1)?.check()
}

/**
 * What an application answers with at one time. Nothing in it changes, so that whoever
 * decides, explains, reports or warns by the same snapshot says the same.
 */
export class Snapshot {
  readonly routes: readonly Route[]
  readonly routing: Routing
  /** Whether a policy may be selected anywhere. */
  readonly selects: boolean
  /** The live lists that its policies look into. */
  readonly live: LiveUses = new LiveUses()
  /**
   * By the instance of a registration: the answer to every request but OPTIONS ones where all that
   * it is responsible for is answered alike. To find out which route a request has reached costs more than the answer.
   */
  readonly shared: ReadonlyMap<FastifyInstance, Answer>
  readonly #scopes: ReadonlyMap<FastifyInstance, GoverningScope>
  readonly #governed: ReadonlyMap<Route, Governed>
  readonly #table: RouteTable
  readonly #compiler: GovernedCompiler
  readonly #unknownRoutes = new WeakMap<object, Governed>()

  constructor ({ registrations, routes, missed, routing, isKnown }: Known) {
    const compiler = new GovernedCompiler(this.live)
    const scopes = createScopes(registrations, compiler.cache)
    this.#compiler = compiler
    this.routes = routes
    this.routing = routing
    this.selects = registrations.some(({ options }) => options.selector !== undefined)
    this.#scopes = new Map([...scopes].map(([instance, scope]) => {
      scope.check()
      return [instance, { scope, ...compiler.compile(scope, undefined, { method: '*', url: instance.prefix }) }]
    }))
    this.#governed = new Map(routes.map((route) => [route, this.#govern(route)]))
    this.shared = isKnown ? sharedAnswers(this.#scopes, this.#governed) : new Map()
    this.#table = new RouteTable(routes, missed, routing, (route) => this.governing(route))
    Object.freeze(this)
  }

  /** The innermost registration around an instance, whose options hold there. */
  scopeAround (instance: FastifyInstance): GoverningScope | undefined {
    return innermost(this.#scopes, instance)
  }

  /** What governs the requests to a route: nothing, where it is not known. */
  governing (route: Route): Governed {
    return this.#governed.get(route) ?? UNGOVERNED
  }

  /** The same for a route that was declared before this package was imported, or that turns out when it is reached. */
  governingUnknown ({ server, routeOptions: { config } }: FastifyRequest): Governed {
    let governed = this.#unknownRoutes.get(config)
    if (governed === undefined) this.#unknownRoutes.set(config, governed = this.#governUnknown(server, config))
    return governed
  }

  /** The policies that every URL has which reaches this OPTIONS route, where that is known beforehand. */
  settledPolicies (route: Route): UrlPolicies | undefined {
    return this.#table.settled.get(route)
  }

  /** The policies of the URL of an OPTIONS request, which reached a route or none. */
  urlPolicies ({ raw }: FastifyRequest, route: Route | undefined, choice?: Choice): UrlPolicies {
    return (route && this.settledPolicies(route)) ?? this.#table.find(raw, choice)
  }

  /** The routes that a preflight may be about, unless what its URL serves is the same for every request. */
  routesOf ({ raw }: FastifyRequest, route: Route | undefined, method: string): ReadonlySet<Route> {
    return route && this.settledPolicies(route) ? NO_ROUTES : this.#table.routes(method, raw)
  }

  #govern ({ instance, cors, methods, url, schemaHeaders, isKnown, misplaced }: Route): Governed {
    const scope = this.scopeAround(instance)?.scope
    if (scope === undefined || !isKnown) return UNGOVERNED
    const at = { method: methods.length === 1 ? methods[0] as string : [...methods], url }
    if (misplaced.certain.length > 0) throw new CorsConfigError(misplaced.certain.map(misplacedProblem), at)
    return this.#compiler.compile(scope, cors, at, schemaHeaders)
  }

  #governUnknown (server: FastifyInstance, config: RouteConfig): Governed {
    const { scope } = this.scopeAround(server) as GoverningScope
    try {
      return this.#compiler.compile(scope, config.cors, config)
    } catch (error) {
      // Too late to refuse to boot.
      server.log.error(error)
      return { ...UNGOVERNED, answer: compileDenial(scope.mayEnforce(config.cors)) }
    }
  }
}

function misplacedProblem ({ name, key, value }: Misplaced['certain'][number]): CorsProblem {
  const place = name === 'cors' ? 'stands beside config' : 'is another spelling of cors'
  return { path: '', code: 'misplaced-config', message: `${quote(key)} ${place}, where it does nothing; write config: { cors: ${showWritten(value)} }`, value }
}

/** A value as the user could write it, where it is short. */
function showWritten (value: unknown): string {
  return typeof value === 'object' && value !== null ? '{ … }' : show(value)
}

class GovernedCompiler {
  readonly cache: PolicyCache
  readonly #shared = new WeakMap<ReadonlyMap<string, Policy>, Governed>()
  /** What is compiled now. */
  #at: CorsConfigErrorRoute = { method: '*', url: '' }

  constructor (live: LiveUses) {
    this.cache = new PolicyCache(({ source, from, refuses }: LiveUse) => {
      live.add(source, from === 'route' ? `config.cors of ${routeTitle(this.#at)}` : placeOf(from), refuses)
    })
  }

  /** What a `config.cors` comes to in a scope. */
  compile (scope: Scope, cors: unknown, at: CorsConfigErrorRoute, headers: SchemaHeaders = NO_SCHEMA_HEADERS): Governed {
    this.#at = at
    const merged = scope.policy(cors, at)
    if (merged === undefined) return UNGOVERNED
    const policy = this.cache.withSchemaHeaders(merged, headers)
    const selectable = scope.selectable(cors, at)
    if (scope.selector === undefined || selectable.size === 0) return { policy, choices: undefined, answer: compileResponse(policy) }
    const named = [...selectable].map(([name, policy]) => [name, this.cache.withSchemaHeaders(policy, headers)] as const)
    const isShared = policy === merged && named.every(([name, policy]) => selectable.get(name) === policy)
    const known = isShared ? this.#shared.get(selectable) : undefined
    if (known !== undefined) return known
    const choices: Choices = compileChoices(scope.selector, new Map([[undefined, policy], ...named]))
    const governed = { policy, choices, answer: compileSelection(choices) }
    if (isShared) this.#shared.set(selectable, governed)
    return governed
  }
}

/** The scope of each registration, outer ones first. */
function createScopes (registrations: readonly Registration[], cache: PolicyCache): Map<FastifyInstance, Scope> {
  const scopes = new Map<FastifyInstance, Scope>()
  const fromOutside = registrations.toSorted((a, b) => scopesOf(a.instance).length - scopesOf(b.instance).length)
  for (const { instance, options } of fromOutside) scopes.set(instance, new Scope(options, innermost(scopes, instance), cache))
  return scopes
}

function sharedAnswers (
  scopes: ReadonlyMap<FastifyInstance, Governed>, routes: ReadonlyMap<Route, Governed>
): Map<FastifyInstance, Answer> {
  const shared = new Map<FastifyInstance, Answer>()
  for (const [instance, { answer }] of scopes) {
    if (answer !== undefined) shared.set(instance, answer)
  }
  function withdraw (instance: FastifyInstance, answer: Answer | undefined): void {
    for (const [scope, its] of shared) {
      if (its !== answer && isWithin(scope, instance)) shared.delete(scope)
    }
  }
  for (const [instance, { answer }] of scopes) withdraw(instance, answer)
  for (const [{ instance, methods }, { answer }] of routes) {
    // OPTIONS requests are looked at more closely anyway.
    if (methods.length !== 1 || methods[0] !== 'OPTIONS') withdraw(instance, answer)
  }
  return shared
}
