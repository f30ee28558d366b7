import type { FastifyInstance } from 'fastify'

import { AlreadyRegisteredError, RegistrationNotFoundError } from './errors.ts'
import type { LiveUses } from './live/uses.ts'
import { readRegistration, readReplacement, type RegistrationOptions } from './policy/registration-options.ts'
import { OptionsRoutes } from './routes/options-routes.ts'
import { innermost, isWithin, scopesOf } from './routes/instances.ts'
import { recordingOf, type Recording } from './routes/recording.ts'
import type { Route } from './routes/route.ts'
import { routingOf } from './routes/routing.ts'
import { checkInnermost, compile, type Known, type Registration, type Snapshot } from './snapshot.ts'
import { loadRareChecks, needsRareChecks } from './validate/rare-checks.ts'

const LATE_IMPORT = 'fastify-route-cors was imported after routes had been declared. Preflights for those routes ' +
  'are granted nothing: import it before the application is created'

const LATE_AND_OBSCURE = 'fastify-route-cors was imported after routes had been declared, and cannot tell where all of them stand. ' +
  'No preflight is granted anything: import it before the application is created'

/** By so much of the time that Fastify gives to a plugin, so that it can still be told which list was late. */
const PATIENCE = 0.9

const applications = new WeakMap<Recording, Application>()

/** What the registrations of the plugin in one Fastify application share. */
export class Application {
  readonly recording: Recording
  /** The `onRequest` hooks of its registrations. */
  readonly hooks: Set<unknown> = new Set()
  /** What requests are answered by: nothing, until the application is ready. */
  snapshot: Snapshot
  readonly #optionsRoutes: OptionsRoutes
  readonly #root: FastifyInstance
  readonly #registrations = new Map<FastifyInstance, Registration>()
  /** What the snapshot was compiled from. */
  #known: Known
  /** Routes whose preflights have not been seen to yet. */
  #pending: Route[] = []
  /** How many of the routes have been taken note of. */
  #noted = 0
  #isScheduled = false
  /** What the snapshot looks into, and what one that is to follow it will. */
  readonly #live = new Set<LiveUses>()
  #isClosed = false

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
    this.#known = this.#take([])
    this.snapshot = compile(this.#known)
    this.#optionsRoutes = new OptionsRoutes(recording)
    recording.onDeclared = (route) => { if (!route.generated) this.#schedule(route.instance) }
    recording.makesRoom = (entry) => this.#optionsRoutes.makesRoom(entry)
    if (!recording.complete) instance.log.warn(recording.missed === undefined ? LATE_AND_OBSCURE : LATE_IMPORT)
    // Policies are merged when all registrations and all routes are known.
    instance.addHook('onReady', async () => {
      recording.settle()
      // What is not known now may turn out to need it.
      if (!recording.isKnown || needsRareChecks(recording.routes.map(({ cors }) => cors))) await loadRareChecks()
      const known = this.#take(recording.routes)
      await this.#put(compile(known), known, instance.initialConfig.pluginTimeout || Infinity)
    })
    instance.addHook('onClose', async () => {
      this.#isClosed = true
      for (const live of this.#live) live.release()
    })
  }

  /** Adds a registration; throws where its options are wrong on their own. */
  register (instance: FastifyInstance, options: unknown): void {
    if (this.#registrations.has(instance)) throw new AlreadyRegisteredError()
    this.#registrations.set(instance, { instance, options: readRegistration(options) })
    const around = this.registrationsAround(instance)
    // A child context that has no outer registration may still get one.
    if (around.length > 1 || scopesOf(instance).length === 1) checkInnermost(around)
    this.#pending.push(...this.recording.routes.filter((route) => isWithin(instance, route.instance)))
    this.#schedule(instance)
  }

  /**
   * Puts other options in the place of a registration's: the next snapshot holds for every request
   * that comes from then on, or the one before still does. Without an instance it is the registration that is in no other.
   *
   * @throws {CorsConfigError} with what is wrong with the options, also over the blocks of the routes
   * @throws {LiveOriginsError} where a live list in them has nothing that could hold
   */
  async replace (options: unknown, instance: FastifyInstance | undefined = this.#outermost()): Promise<void> {
    const before = this.#known.registrations.find((registration) => registration.instance === instance)
    if (before === undefined) throw new RegistrationNotFoundError()
    const after = { ...before, options: readReplacement(options, before.options) }
    const known = { ...this.#known, registrations: this.#known.registrations.map((registration) => registration === before ? after : registration) }
    await this.#put(compile(known), known, Infinity)
  }

  /** Puts a snapshot in force when every live list that it looks into has something to hold. */
  async #put (snapshot: Snapshot, known: Known, timeout: number): Promise<void> {
    const { live } = this.snapshot
    this.#live.add(snapshot.live)
    try {
      if (this.#isClosed) snapshot.live.release()
      await snapshot.live.hold(this.#root.log, timeout * PATIENCE)
    } catch (error) {
      this.#live.delete(snapshot.live)
      throw error
    }
    this.snapshot = snapshot
    this.#known = known
    this.#live.delete(live)
    live.release()
  }

  #outermost (): FastifyInstance | undefined {
    const [first, ...others] = [...this.#registrations.keys()].filter((instance) => this.registrationsAround(instance).length === 1)
    return others.length === 0 ? first : undefined
  }

  /** The registrations that an instance is in, from the outside in. */
  registrationsAround (instance: FastifyInstance): Registration[] {
    return scopesOf(instance).reverse().flatMap((scope) => this.#registrations.get(scope) ?? [])
  }

  /** The instances that have a registration of their own. */
  registeredWithin (instance: FastifyInstance): FastifyInstance[] {
    return [...this.#registrations.keys()].filter((registered) => isWithin(instance, registered))
  }

  /** All that is known by now of what an application declares. */
  #take (routes: readonly Route[]): Known {
    const { routerOptions, customConstraints, missed, isKnown } = this.recording
    return {
      registrations: [...this.#registrations.values()],
      routes: Object.freeze([...routes]),
      missed,
      routing: routingOf(this.#root, routerOptions, customConstraints),
      isKnown
    }
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
      const registration = innermost(this.#registrations, route.instance)
      if (registration !== undefined && mayHaveCors(route, registration.options)) {
        this.#optionsRoutes.generate(route, registration)
      }
    }
  }
}

/** Whether a route can have a policy, as far as that shows before all is known. */
function mayHaveCors ({ cors, generated }: Route, { global }: RegistrationOptions): boolean {
  return !generated && cors !== false && (global || cors !== undefined)
}
