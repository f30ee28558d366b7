import type { FastifyInstance, FastifyRequest } from 'fastify'

import { PolicyCache, withSchemaHeaders, type Policy } from './compile.ts'
import { compileCorsCheck, type CorsCheck } from './cors-check.ts'
import type { Registration } from './registration.ts'
import type { Route } from './routes/route.ts'
import { NO_SCHEMA_HEADERS, type SchemaHeaders } from './routes/schema-headers.ts'
import { checkNamedPolicies, routePolicy, scopeDefault, type ScopeOptions } from './scope.ts'

type RouteConfig = FastifyRequest['routeOptions']['config'] & { readonly cors?: unknown }
type DeclaredAt = Parameters<typeof routePolicy>[2]

/** Merges and compiles the policies of one application; equal ones are the same. */
export class Policies {
  readonly #cache = new PolicyCache()
  readonly #checks = new Map<Policy, CorsCheck>()

  /** Sets the default policy of a registration, and checks those that it names. */
  compileDefaults (registration: Registration, chain: ScopeOptions[]): void {
    if (registration.options.global) {
      const policy = withSchemaHeaders(scopeDefault(chain, this.#cache), NO_SCHEMA_HEADERS, this.#cache)
      registration.defaultPolicy = policy
      registration.check = this.#checkOf(policy)
    }
    checkNamedPolicies(chain, this.#cache)
  }

  /** Sets the policy of a route. */
  compileRoute (route: Route, chain: ScopeOptions[]): void {
    const { methods, url } = route
    const method = methods.length === 1 ? methods[0] as string : [...methods]
    route.policy = this.#policyOf(route.cors, chain, { method, url }, route.schemaHeaders)
    route.check = this.#checkOf(route.policy)
  }

  /** How a route is checked that was declared before this package was imported. */
  compileUnknownRoute (instance: FastifyInstance, config: RouteConfig, chain: ScopeOptions[]): CorsCheck | undefined {
    try {
      return this.#checkOf(this.#policyOf(config.cors, chain, config, NO_SCHEMA_HEADERS))
    } catch (error) {
      // Too late to refuse to boot.
      instance.log.error(error)
      return undefined
    }
  }

  #policyOf (cors: unknown, chain: ScopeOptions[], route: DeclaredAt, declared: SchemaHeaders): Policy | undefined {
    const policy = routePolicy(cors, chain, route, this.#cache)
    return policy && withSchemaHeaders(policy, declared, this.#cache)
  }

  #checkOf (policy: Policy | undefined): CorsCheck | undefined {
    if (policy === undefined) return undefined
    const known = this.#checks.get(policy)
    if (known !== undefined) return known
    const check = compileCorsCheck(policy)
    this.#checks.set(policy, check)
    return check
  }
}
