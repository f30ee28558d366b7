import type { IncomingMessage } from 'node:http'

import type { FastifyContextConfig, FastifyInstance, FastifyReply, FastifyRequest, FastifySchema, HTTPMethods, RouteOptions } from 'fastify'

import { isCorsPreflightRequest } from '../fetch/headers.ts'
import type { RegistrationOptions } from '../policy/registration-options.ts'
import { isWithin } from './instances.ts'
import { covers, expandOptionalParameter, OverlapIndex, parsePattern, type Pattern, type RouterOptions, type Segment } from './pattern.ts'
import { NO_PREFLIGHT, type Recording, type RouterEntry } from './recording.ts'
import { createRoute, kGenerated, kRoute, NO_CONSTRAINTS, type Constraints, type Route } from './route.ts'

/** A registration of the plugin, as far as OPTIONS routes are concerned. */
interface Scope {
  readonly instance: FastifyInstance
  readonly options: RegistrationOptions
}

const OPTIONS: readonly string[] = Object.freeze(['OPTIONS'])

interface DeclaredOptions {
  readonly instance: FastifyInstance
  readonly segments: readonly Segment[]
}

/**
 * Registers the OPTIONS routes that preflights need: one for each URL, and
 * host, with a CORS route, where the application has none of its own.
 */
export class OptionsRoutes {
  readonly #recording: Recording
  readonly #router: RouterOptions
  /** URLs, with their host, that have an OPTIONS route of the application or of the plugin. */
  readonly #taken = new Set<string>()
  readonly #generated = new Set<string>()
  /** OPTIONS routes of the application that serve every host. */
  readonly #declared = new OverlapIndex<DeclaredOptions>()

  constructor (recording: Recording) {
    this.#recording = recording
    this.#router = recording.routerOptions
  }

  /** Takes note of a route that Fastify's router has got. */
  note ({ instance, places, constraints, generated }: Route): void {
    if (generated) return
    for (const { pattern, methods } of places) {
      if (!methods.includes('OPTIONS')) continue
      const parsed = parsePattern(pattern, this.#router)
      this.#taken.add(keyOf(parsed, constraints))
      if (Object.keys(constraints).length > 0) continue
      this.#declared.add(parsed.segments, { instance, segments: parsed.segments })
    }
  }

  /** Registers what the preflights of a route need that is not there yet. */
  generate ({ places, constraints: { host } }: Route, scope: Scope): void {
    const constraints = host === undefined ? NO_CONSTRAINTS : { host }
    for (const { pattern } of places) {
      const parsed = parsePattern(pattern, this.#router)
      const key = keyOf(parsed, constraints)
      if (this.#taken.has(key) || this.#isServed(parsed, scope)) continue
      this.#taken.add(key)
      if (this.#register(pattern, constraints, scope)) this.#generated.add(key)
    }
  }

  /**
   * Whether a route is to be declared on a URL that has a generated one by now: with a
   * constraint of its own it gets the OPTIONS requests that are no preflights.
   */
  makesRoom ({ instance, methods, url, constraints }: RouterEntry): boolean {
    if (!expandOptionalParameter(url).some((pattern) => this.#generated.has(keyOf(parsePattern(pattern, this.#router), constraints)))) return false
    // The constraint must not hide from Fastify that another method is declared twice.
    if (methods.some((method) => instance.hasRoute({ method: method as HTTPMethods, url, constraints }) && method !== 'OPTIONS')) return false
    if (!instance.hasConstraintStrategy(NO_PREFLIGHT)) {
      instance.addConstraintStrategy({
        name: NO_PREFLIGHT,
        storage: () => new Map() as never,
        deriveConstraint: (request: IncomingMessage) => isCorsPreflightRequest(request) ? undefined : true
      } as never)
    }
    return true
  }

  #isServed ({ segments }: Pattern, { instance }: Scope): boolean {
    for (const declared of this.#declared.overlapping(segments)) {
      if (isWithin(instance, declared.instance) && covers(declared.segments, segments)) return true
    }
    return false
  }

  #register (url: string, constraints: Constraints, { instance, options }: Scope): boolean {
    // A hook may have moved a route out of the prefix.
    if (!url.startsWith(instance.prefix)) return false
    const rest = url.slice(instance.prefix.length)
    // Fastify takes a slash off what follows a prefix that ends in one.
    const path = rest.length > 1 && rest.startsWith('/') && instance.prefix.endsWith('/') ? `/${rest}` : rest
    const record = this.#recording.isAlone(instance) ? createRecord(instance, url, constraints) : undefined
    const route: RouteOptions = {
      method: 'OPTIONS',
      url: path,
      // Exactly this URL: its sibling with or without the slash has its own.
      prefixTrailingSlash: path === '/' ? 'slash' : 'no-slash',
      constraints: { ...constraints },
      ...(options.hideOptionsRoute && { schema: { hide: true } as FastifySchema }),
      ...(options.logLevel !== undefined && { logLevel: options.logLevel }),
      config: { [kGenerated]: true, corsPreflight: true, ...(record !== undefined && { [kRoute]: () => record }) } as FastifyContextConfig,
      handler: sendNoContent
    }
    try {
      instance.route(route)
      if (record !== undefined) this.#recording.enter(record)
      return true
    } catch (error) {
      // Parameters that differ in their regular expression alone are one
      // pattern to the router. Preflights for the others reach no route, and
      // are answered where they end up: before the not-found handler.
      if ((error as { code?: string }).code === 'FST_ERR_DUPLICATED_ROUTE') return false
      throw error
    }
  }
}

/** What the router will have, where nobody changes what it is handed: at boot there may be thousands, which need not be watched. */
function createRecord (instance: FastifyInstance, pattern: string, constraints: Constraints): Route {
  return createRoute(instance, { generated: true, methods: OPTIONS, url: pattern, places: [{ pattern, methods: OPTIONS }], constraints })
}

function keyOf (pattern: Pattern, constraints: Constraints): string {
  let key = `${pattern.key} ${String(constraints['host'])}`
  for (const name of Object.keys(constraints)) {
    if (name !== 'host') key += ` ${name}`
  }
  return key
}

/** Gets what is no preflight, or one that `preflightContinue` lets through, with the headers set. */
function sendNoContent (_request: FastifyRequest, reply: FastifyReply): void {
  reply.code(204).send()
}
