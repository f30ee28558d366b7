import { subscribe } from 'node:diagnostics_channel'
import { isDeepStrictEqual } from 'node:util'

import type { FastifyInstance } from 'fastify'

import { frozenCopy } from '../options/copy.ts'
import { hasRoute, hooksOf, instancesWithin, scopesOf } from './instances.ts'
import { misplacedIn, NOTHING_MISPLACED, type Misplaced } from './misplaced.ts'
import { missedRoutes } from './missed.ts'
import { expandOptionalParameter, parsePattern, routerOptionsOf, type RouterOptions } from './pattern.ts'
import { createRoute, kGenerated, kRoute, NO_CONSTRAINTS, type Constraints, type Place, type Route } from './route.ts'
import { readSchemaHeaders } from './schema-headers.ts'

/** The options that an `onRoute` hook gets. */
interface DeclaredRoute {
  readonly url: string
  readonly method: string | readonly string[]
  readonly prefix: string
  readonly schema?: unknown
  config?: Config
  constraints?: Constraints
}

interface Config {
  readonly cors?: unknown
  readonly [kGenerated]?: true
  [kRoute]?: () => Route
}

/** A route, as far as Fastify's router is concerned. */
export interface RouterEntry {
  readonly instance: FastifyInstance
  readonly methods: readonly string[]
  readonly url: string
  readonly constraints: Constraints
}

/** A constraint that every OPTIONS request meets but a preflight. */
export const NO_PREFLIGHT = 'corsNoPreflight'

/** How deep a block nests: a list, its items. */
const BLOCK_DEPTH = 2

/** Under this key the options of a route keep what is watching them. */
const kDeclaration = Symbol('fastify-route-cors.declaration')

const recordings = new WeakMap<FastifyInstance, Recording>()

/**
 * Records the routes of every application that is created from now on.
 *
 * Fastify hands over each instance as it is created, before any route can be
 * declared on it. A hook added by the plugin itself would come too late for
 * the routes that stand above `register`, or below one that is not awaited.
 *
 * @see https://fastify.dev/docs/latest/Reference/Hooks/#diagnostics-channel-hooks
 */
export function startRecording (): void {
  subscribe('fastify.initialization', (message) => {
    const { fastify } = message as { fastify: FastifyInstance }
    recordings.set(fastify, new Recording(fastify))
  })
}

/** The recording of the application that an instance belongs to. */
export function recordingOf (instance: FastifyInstance): Recording {
  const root = scopesOf(instance).at(-1) as FastifyInstance
  const known = recordings.get(root)
  if (known !== undefined) return known
  // This package was imported after the application was created.
  const recording = new Recording(root)
  recordings.set(root, recording)
  return recording
}

/** Every route of one application, in the order in which its router got them. */
export class Recording {
  /** What was declared before recording began; `undefined` where that cannot be told. */
  readonly missed: readonly Route[] | undefined
  /** Those that are in the router, once `settle` has looked. */
  readonly routes: Route[] = []
  /** Constraints whose strategy is the application's own. */
  readonly customConstraints: Set<string> = new Set()
  readonly routerOptions: RouterOptions
  /** Called for each route that is declared, before it is known what will become of it. */
  onDeclared: ((route: Route) => void) | undefined
  /** Whether an OPTIONS route of the application's has to make room for one of the plugin's. */
  makesRoom: ((entry: RouterEntry) => boolean) | undefined
  readonly #seenConstraints = new Set<string>()
  readonly #declarations = new Set<Declaration>()
  /** The constraints of the routes that the router has, by method and pattern. */
  readonly #taken = new Map<string, readonly Constraints[]>()

  constructor (root: FastifyInstance) {
    this.routerOptions = routerOptionsOf(root)
    this.missed = missedRoutes(root, this.routerOptions)
    for (const route of this.missed ?? []) {
      this.noteConstraints(route)
      for (const method of route.methods) this.take(route, method, route.url)
    }
    const recording = this
    for (const instance of instancesWithin(root)) {
      instance.addHook('onRoute', function (this: FastifyInstance, declared) {
        if (hasOwnRecord(declared.config)) return
        recording.settle()
        const declaration = new Declaration(recording, this, declared as unknown as DeclaredRoute)
        recording.#declarations.add(declaration)
        recording.onDeclared?.(declaration.route)
      })
    }
  }

  /** No route is missing. */
  get complete (): boolean {
    return this.missed?.length === 0
  }

  /** Every route is known as Fastify has it. */
  get isKnown (): boolean {
    return this.complete && this.routes.every((route) => route.isKnown)
  }

  /**
   * Finds out which of the declared routes are in the router. It refuses some, as do hooks, and
   * what they throw may be caught; so it is to be done before the next one gets there.
   */
  settle (current?: Declaration): void {
    // The last one first: a hook may declare a route in the middle of another one, which comes to the router later.
    for (const declaration of [...this.#declarations].reverse()) {
      if (declaration === current) declaration.enter()
      else if (declaration.settle()) this.#declarations.delete(declaration)
    }
  }

  /** A declaration is being read: by whoever changes it, and last of all by Fastify. */
  read (declaration: Declaration): void {
    this.#declarations.add(declaration)
    this.settle(declaration)
  }

  /** Whether nobody else is told of a route that is declared on an instance, so that the router gets it as it was declared. */
  isAlone (instance: FastifyInstance): boolean {
    return hooksOf(instance)?.['onRoute']?.length === 1
  }

  /** Keeps a route that has its own record in its `config`, as the router has got it. */
  enter (route: Route): void {
    this.routes.push(route)
    for (const { pattern, methods } of route.places) {
      for (const method of methods) this.#take(method, pattern, route.constraints)
    }
  }

  /** Whether the router has a route in a place that no other one has taken before. */
  take ({ instance, constraints }: Pick<RouterEntry, 'instance' | 'constraints'>, method: string, pattern: string): boolean {
    return hasRoute(instance, { method, pattern, constraints }, this.routerOptions) && this.#take(method, pattern, constraints)
  }

  #take (method: string, pattern: string, constraints: Constraints): boolean {
    const key = `${method} ${parsePattern(pattern, this.routerOptions).duplicatesKey}`
    const taken = this.#taken.get(key)
    if (taken === undefined) {
      this.#taken.set(key, constraints === NO_CONSTRAINTS ? UNCONSTRAINED : [constraints])
      return true
    }
    if (taken.some((others) => isDeepStrictEqual(others, constraints))) return false
    this.#taken.set(key, [...taken, constraints])
    return true
  }

  noteConstraints ({ instance, constraints }: Pick<RouterEntry, 'instance' | 'constraints'>): void {
    for (const name of Object.keys(constraints)) {
      if (this.#seenConstraints.has(name)) continue
      this.#seenConstraints.add(name)
      if (isCustomStrategy(instance, name)) this.customConstraints.add(name)
    }
  }
}

/** Whether a route of the plugin's own was recorded by whoever declared it. */
function hasOwnRecord (config: Config | undefined): boolean {
  return config?.[kGenerated] === true && kRoute in config
}

const UNCONSTRAINED = Object.freeze([NO_CONSTRAINTS])

/** What the options of a route are at one time. */
interface Reading extends RouterEntry {
  readonly cors: unknown
  readonly misplaced: Misplaced
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] }

/**
 * A route from its declaration on. Hooks of other plugins may change its options or replace them,
 * before or after the one of this plugin; what counts is what Fastify reads when all have run.
 */
class Declaration {
  readonly #recording: Recording
  readonly #declared: DeclaredRoute
  readonly route: Writable<Route>
  #config: Config
  readonly #getRoute: () => Route
  /** Those of its URLs that are in the router: `/` under a prefix gets there twice. */
  #urls: readonly string[] = []
  #reading: Reading | undefined

  constructor (recording: Recording, instance: FastifyInstance, declared: DeclaredRoute) {
    this.#recording = recording
    this.#declared = declared
    // A copy: nothing of the plugin's gets into an object of the user's.
    this.#config = { ...declared.config }
    const route = createRoute(instance, { generated: this.#config[kGenerated] === true })
    this.route = route
    this.#getRoute = () => route
    // Where a hook has seen to it that nobody can, that shows when it is settled.
    Reflect.defineProperty(declared, kDeclaration, { value: this })
    Reflect.defineProperty(declared, 'config', CONFIG)
    if (!this.route.generated && methodsOf(declared).includes('OPTIONS')) this.#watchConstraints()
  }

  /** Whoever reads the `config` is told last what there is, and may be Fastify. */
  get config (): Config {
    this.#config = this.#carry(this.#config)
    this.#read(this.#config)
    return this.#config
  }

  set config (value: Config | undefined) {
    this.#config = value ?? {}
  }

  /** Nothing is read any more for the sake of the router, for all that is known. Whether it has got there, and nothing is to come. */
  settle (): boolean {
    const { get, value } = Object.getOwnPropertyDescriptor(this.#declared, 'config') ?? {}
    const isOwn = get === CONFIG.get
    const { url, prefix } = this.#declared
    if (isOwn) {
      this.enter()
    } else {
      // Somebody has put another property there, and nobody knows when Fastify read what.
      this.route.isKnown = false
      const reading = this.#look((value ?? {}) as Config)
      // The root of a prefix gets there without its slash first.
      for (const each of url === `${prefix}/` ? [prefix, url] : [url]) {
        this.#reading = { ...reading, url: each }
        this.enter()
      }
    }
    this.#reading = undefined
    return this.route.places.length > 0 && (isOwn || url !== prefix)
  }

  /** The record of the route goes with its config, whoever it is from. */
  #carry (config: Config): Config {
    if (config[kRoute] === this.#getRoute) return config
    if (Object.isExtensible(config) && Reflect.set(config, kRoute, this.#getRoute)) return config
    return { ...config, [kRoute]: this.#getRoute }
  }

  #read (config: Config): void {
    this.#recording.read(this)
    // What changes once it is in the router comes too late.
    if (!this.#urls.includes(this.#declared.url)) this.#reading = this.#look(config)
  }

  #look (config: Config): Reading {
    const { url } = this.#declared
    const constraints = this.#declared.constraints ?? NO_CONSTRAINTS
    const reading = {
      instance: this.route.instance,
      methods: methodsOf(this.#declared),
      url,
      constraints: Object.keys(constraints).length === 0 ? NO_CONSTRAINTS : { ...constraints },
      cors: this.route.generated ? undefined : frozenCopy(config.cors, BLOCK_DEPTH),
      misplaced: this.route.generated ? NOTHING_MISPLACED : misplacedIn(this.#declared, config)
    }
    this.#recording.noteConstraints(reading)
    return reading
  }

  /** Makes a record of it, if it has got into the router since it was read. */
  enter (): void {
    if (this.#reading === undefined) return
    const { methods, url, cors, constraints, misplaced } = this.#reading
    const places = this.#takePlaces(this.#reading)
    if (places.length === 0) return
    const route = this.route
    if (route.places.length === 0) {
      route.url = url
      route.constraints = withoutOwn(constraints)
      route.getsPreflights = !(NO_PREFLIGHT in constraints)
      route.cors = cors
      route.misplaced = misplaced
      route.schemaHeaders = readSchemaHeaders(this.#declared.schema)
      this.#recording.routes.push(route)
    }
    route.places = route.places.length === 0 ? places : [...route.places, ...places]
    route.methods = methods.length === 1 ? methods : methods.filter((method) => route.places.some((place) => place.methods.includes(method)))
    this.#urls = [...this.#urls, url]
    this.#reading = undefined
  }

  /** Where the router has it. */
  #takePlaces (reading: Reading): Place[] {
    return expandOptionalParameter(reading.url).flatMap((pattern) => {
      const methods = reading.methods.filter((method) => this.#recording.take(reading, method, pattern))
      return methods.length === 0 ? [] : [{ pattern, methods }]
    })
  }

  /** An OPTIONS route of the application's is told from one of the plugin's by a constraint. */
  #watchConstraints (): void {
    const declared = this.#declared
    let { constraints } = declared
    Reflect.defineProperty(declared, 'constraints', {
      configurable: true,
      enumerable: true,
      get: () => {
        const entry = { instance: this.route.instance, methods: methodsOf(declared), url: declared.url, constraints: constraints ?? {} }
        if (this.#recording.makesRoom?.(entry) === true) constraints = { ...constraints, [NO_PREFLIGHT]: true }
        return constraints
      },
      set: (value: Constraints | undefined) => { constraints = value }
    })
  }
}

interface Watched {
  readonly [kDeclaration]: Declaration
}

/** The same functions for all routes: to the engine, their options keep one shape, which starting thousands of them needs. */
const CONFIG = {
  configurable: true,
  enumerable: true,
  get (this: Watched): Config {
    return this[kDeclaration].config
  },
  set (this: Watched, value: Config | undefined) {
    this[kDeclaration].config = value
  }
}

/** What was declared of what is in force. */
function withoutOwn (constraints: Constraints): Constraints {
  if (!(NO_PREFLIGHT in constraints)) return constraints
  const { [NO_PREFLIGHT]: _, ...declared } = constraints
  return declared
}

/** A built-in strategy is there once a route uses it, one of the application's from the beginning. */
function isCustomStrategy (instance: FastifyInstance, name: string): boolean {
  if (!instance.hasConstraintStrategy(name)) return false
  let reason = ''
  try {
    // What is there is not put there again, and the router says what it is.
    instance.addConstraintStrategy({ name, storage: Function.prototype, deriveConstraint: Function.prototype } as never)
  } catch (error) {
    reason = String(error)
  }
  return !reason.includes('already exists a route')
}

function methodsOf ({ method }: DeclaredRoute): string[] {
  return typeof method === 'string' ? [method] : [...method]
}
