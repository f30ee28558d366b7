import type { FastifyInstance, FastifyRequest } from 'fastify'

import type { Answer } from './decision.ts'
import type { Choice } from './choices.ts'
import { AlreadyRegisteredError } from './errors.ts'
import type { UrlPolicies } from './preflight/url-policies.ts'
import { Policies } from './policies.ts'
import { Registration } from './registration.ts'
import { OptionsRoutes } from './routes/options-routes.ts'
import { isWithin, scopesOf } from './routes/instances.ts'
import { recordingOf, type Recording } from './routes/recording.ts'
import type { Route } from './routes/route.ts'
import { routingOf, type Routing } from './routes/routing.ts'
import { RouteTable } from './routes/table.ts'
import { readScope, type ScopeOptions } from './scope.ts'
import { shareChecks } from './share-checks.ts'

const LATE_IMPORT = 'fastify-route-cors was imported after routes had been declared. Preflights for those routes ' +
  'are granted nothing: import it before the application is created'

const NO_ROUTES: ReadonlySet<Route> = new Set()

const applications = new WeakMap<Recording, Application>()

/** What the registrations of the plugin in one Fastify application share. */
export class Application {
  readonly recording: Recording
  /** The `onRequest` hooks of its registrations. */
  readonly hooks: Set<unknown> = new Set()
  /** Whether a policy may be selected anywhere. */
  selects = false
  readonly #root: FastifyInstance
  readonly #optionsRoutes: OptionsRoutes
  readonly #registrations = new Map<FastifyInstance, Registration>()
  readonly #policies = new Policies()
  readonly #unknownRoutes = new WeakMap<object, Answer | undefined>()
  /** Routes whose preflights have not been seen to yet. */
  #pending: Route[] = []
  /** How many of the routes have been taken note of. */
  #noted = 0
  #isScheduled = false
  #table: RouteTable

  static of (instance: FastifyInstance): Application {
    const recording = recordingOf(instance)
    const known = applications.get(recording)
    if (known !== undefined) return known
    const application = new Application(instance, recording)
    applications.set(recording, application)
    return application
  }

  private constructor (instance: FastifyInstance, recording: Recording) {
    this.recording = recording
    this.#root = scopesOf(instance).at(-1) as FastifyInstance
    this.#table = this.#createTable([])
    this.#optionsRoutes = new OptionsRoutes(recording.routerOptions)
    recording.onDeclared = (route) => { if (!route.generated) this.#schedule(route.instance) }
    recording.makesRoom = (entry) => this.#optionsRoutes.makesRoom(entry)
    if (!recording.complete) instance.log.warn(LATE_IMPORT)
    // Policies are merged when all registrations and all routes are known.
    instance.addHook('onReady', (done) => {
      this.#compile()
      done()
    })
  }

  /** Adds a registration; throws where its options are wrong on their own. */
  register (instance: FastifyInstance, options: unknown): Registration {
    if (this.#registrations.has(instance)) throw new AlreadyRegisteredError()
    const registration = new Registration(instance, readScope(options))
    this.#registrations.set(instance, registration)
    this.selects ||= registration.options.selector !== undefined
    // A child context that has no outer registration may still get one.
    const chain = this.chainOf(instance)
    if (chain.length > 1 || scopesOf(instance).length === 1) this.#policies.compileDefaults(registration, chain)
    this.#pending.push(...this.recording.routes.filter((route) => isWithin(instance, route.instance)))
    this.#schedule(instance)
    return registration
  }

  /** The registrations that an instance is in, from the outside in. */
  registrationsAround (instance: FastifyInstance): Registration[] {
    return scopesOf(instance).reverse().flatMap((scope) => this.#registrations.get(scope) ?? [])
  }

  /** The options of the registrations around an instance, from the outside in. */
  chainOf (instance: FastifyInstance): ScopeOptions[] {
    return this.registrationsAround(instance).map(({ options }) => options)
  }

  /** The innermost of them, whose options hold there. */
  registrationOf (instance: FastifyInstance): Registration | undefined {
    for (let scope = instance; scope !== Object.prototype as unknown; scope = Object.getPrototypeOf(scope)) {
      const registration = this.#registrations.get(scope)
      if (registration !== undefined) return registration
    }
    return undefined
  }

  registrationsWithin (instance: FastifyInstance): Registration[] {
    return [...this.#registrations.values()].filter((registration) => isWithin(instance, registration.instance))
  }

  /** The policies of the URL of an OPTIONS request, which reached a route or none. */
  urlPoliciesOf (request: FastifyRequest, route: Route | undefined, choice?: Choice): UrlPolicies {
    return route?.urlPolicies ?? this.#table.find(request.raw, choice)
  }

  /** The routes that a preflight may be about, unless what its URL serves is the same for every request. */
  routesOf (request: FastifyRequest, route: Route | undefined, method: string): ReadonlySet<Route> {
    return route?.urlPolicies === undefined ? this.#table.routes(method, request.raw) : NO_ROUTES
  }

  /** The answer of a route that was declared before this package was imported. */
  answerOfUnknownRoute ({ server, routeOptions: { config } }: FastifyRequest): Answer | undefined {
    if (!this.#unknownRoutes.has(config)) {
      this.#unknownRoutes.set(config, this.#policies.compileUnknownRoute(server, config, this.chainOf(server)))
    }
    return this.#unknownRoutes.get(config)
  }

  /**
   * Waits until the current plugin has declared its routes: an OPTIONS route
   * of its own may stand below the route that needs one.
   */
  #schedule (instance: FastifyInstance): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    // Asynchronous, so that what it throws fails the boot and nothing else.
    instance.after(async () => {
      this.#isScheduled = false
      this.#generateOptionsRoutes()
    })
  }

  #generateOptionsRoutes (): void {
    this.recording.settle()
    const declared = this.recording.routes.slice(this.#noted)
    this.#noted += declared.length
    for (const route of declared) this.#optionsRoutes.note(route)
    const routes = [...this.#pending, ...declared]
    this.#pending = []
    for (const route of routes) {
      const registration = this.registrationOf(route.instance)
      if (registration !== undefined && mayHaveCors(route, registration.options)) {
        this.#optionsRoutes.generate(route, registration)
      }
    }
  }

  /** What decides beside the routes where requests go, as far as it is known now. */
  get routing (): Routing {
    return routingOf(this.#root, this.recording.routerOptions, this.recording.customConstraints)
  }

  #createTable (routes: readonly Route[]): RouteTable {
    return new RouteTable(routes, this.recording.missed, this.routing, (route) => route)
  }

  #compile (): void {
    this.recording.settle()
    for (const registration of this.#registrations.values()) {
      this.#policies.compileDefaults(registration, this.chainOf(registration.instance))
    }
    const chains = new Map<FastifyInstance, ScopeOptions[]>()
    for (const route of this.recording.routes) {
      const chain = chains.get(route.instance) ?? this.chainOf(route.instance)
      chains.set(route.instance, chain)
      if (chain.length > 0 && route.isKnown) this.#policies.compileRoute(route, chain)
    }
    if (this.recording.isKnown) shareChecks([...this.#registrations.values()], this.recording.routes)
    this.#table = this.#createTable(this.recording.routes)
    for (const [route, urlPolicies] of this.#table.settled) route.urlPolicies = urlPolicies
  }
}

/** Whether a route can have a policy, as far as that shows before all is known. */
function mayHaveCors ({ cors, generated }: Route, { global }: ScopeOptions): boolean {
  return !generated && cors !== false && (global || cors !== undefined)
}
