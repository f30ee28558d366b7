import type { IncomingMessage } from 'node:http'

import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema, HTTPMethods, RouteOptions } from 'fastify'

import { isCorsPreflightRequest } from '../fetch/headers.ts'
import type { RegistrationOptions } from '../policy/registration-options.ts'
import { OverlapIndex } from './overlap.ts'
import { isWithin } from './recorder.ts'
import { kGenerated, type DeclaredRoute, type Route } from './route.ts'
import { urlsOf } from './route-urls.ts'
import type { RouterOptions } from './router-options.ts'
import { covers, expandOptionalParameter, keyOfPattern, parsePattern, type Segment } from './url-pattern.ts'

/** A registration of the plugin, as far as OPTIONS routes are concerned. */
interface Scope {
  readonly instance: FastifyInstance
  readonly options: RegistrationOptions
}

interface DeclaredOptions {
  readonly route: Route
  readonly segments: readonly Segment[]
}

/** A constraint that every OPTIONS request meets but a preflight. */
const NO_PREFLIGHT = 'corsNoPreflight'

/**
 * Registers the OPTIONS routes that preflights need: one for each URL, and
 * host, with a CORS route, where the application has none of its own.
 */
export class OptionsRoutes {
  readonly #router: RouterOptions
  /** URLs, with their host, that have an OPTIONS route of the application or of the plugin. */
  readonly #taken = new Set<string>()
  readonly #generated = new Set<string>()
  /** OPTIONS routes of the application that serve every host. */
  readonly #declared = new OverlapIndex<DeclaredOptions>()

  constructor (router: RouterOptions, routes: readonly Route[]) {
    this.#router = router
    for (const route of routes) this.note(route)
  }

  /** Takes note of a route, before Fastify's router gets it. */
  note (route: Route, declared?: DeclaredRoute): void {
    if (route.generated || !route.methods.includes('OPTIONS')) return
    if (declared !== undefined) this.#makeRoom(route, declared)
    for (const url of expandOptionalParameter(route.url)) {
      this.#taken.add(this.#keyOf(url, route.constraints))
      if (Object.keys(route.constraints).length > 0) continue
      const segments = parsePattern(url, this.#router)
      this.#declared.add(segments, { route, segments })
    }
  }

  /** Registers what the preflights of a route need that is not there yet. */
  generate (route: Route, scope: Scope): void {
    const { host } = route.constraints
    const constraints = host === undefined ? {} : { host }
    for (const url of urlsOf(route)) {
      const key = this.#keyOf(url, constraints)
      if (this.#taken.has(key) || this.#isServed(url, constraints, scope)) continue
      this.#taken.add(key)
      if (this.#register(url, constraints, scope)) this.#generated.add(key)
    }
  }

  /**
   * Lets a route be declared on a URL that has a generated one by now: it
   * gets the OPTIONS requests that are no preflights.
   */
  #makeRoom (route: Route, declared: DeclaredRoute): void {
    const urls = [...expandOptionalParameter(route.url), ...(route.isPrefix ? [`${route.url}/`] : [])]
    if (!urls.some((url) => this.#generated.has(this.#keyOf(url, route.constraints)))) return
    const { instance, methods, constraints } = route
    // The constraint must not hide from Fastify that another method is declared twice.
    if (methods.some((method) => instance.hasRoute({ method: method as HTTPMethods, url: route.url, constraints }) && method !== 'OPTIONS')) return
    if (!instance.hasConstraintStrategy(NO_PREFLIGHT)) {
      instance.addConstraintStrategy({
        name: NO_PREFLIGHT,
        storage: () => new Map() as never,
        deriveConstraint: (request: IncomingMessage) => isCorsPreflightRequest(request) ? undefined : true
      } as never)
    }
    declared.constraints = { ...declared.constraints, [NO_PREFLIGHT]: true }
  }

  #isServed (url: string, constraints: Record<string, unknown>, { instance }: Scope): boolean {
    if (instance.hasRoute({ method: 'OPTIONS', url, constraints })) return true
    const segments = parsePattern(url, this.#router)
    for (const declared of this.#declared.overlapping(segments)) {
      if (isWithin(instance, declared.route.instance) && covers(declared.segments, segments)) return true
    }
    return false
  }

  #register (url: string, constraints: Record<string, unknown>, { instance, options }: Scope): boolean {
    const path = url.slice(instance.prefix.length)
    const route: RouteOptions = {
      method: 'OPTIONS',
      url: path,
      // Exactly this URL: its sibling with or without the slash has its own.
      prefixTrailingSlash: path === '/' ? 'slash' : 'no-slash',
      constraints,
      ...(options.hideOptionsRoute && { schema: { hide: true } as FastifySchema }),
      ...(options.logLevel !== undefined && { logLevel: options.logLevel }),
      config: { [kGenerated]: true } as never,
      handler: sendNoContent
    }
    try {
      instance.route(route)
      return true
    } catch (error) {
      // Parameters that differ in their regular expression alone are one
      // pattern to the router. Preflights for the others reach no route, and
      // are answered where they end up: before the not-found handler.
      if ((error as { code?: string }).code === 'FST_ERR_DUPLICATED_ROUTE') return false
      throw error
    }
  }

  #keyOf (url: string, constraints: Readonly<Record<string, unknown>>): string {
    const others = Object.keys(constraints).filter((name) => name !== 'host')
    return [keyOfPattern(parsePattern(url, this.#router)), String(constraints['host']), ...others].join(' ')
  }
}

/** Gets what is no preflight, or one that `preflightContinue` lets through, with the headers set. */
function sendNoContent (_request: FastifyRequest, reply: FastifyReply): void {
  reply.code(204).send()
}
