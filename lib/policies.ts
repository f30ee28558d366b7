import type { FastifyInstance, FastifyRequest } from 'fastify'

import { compileDenial, compileResponse } from './answer.ts'
import type { Answer } from './decision.ts'
import { answerOfChoices, ChoicesCache, type Choices } from './choices.ts'
import { PolicyCache, withSchemaHeaders, type Policy } from './compile.ts'
import type { Registration } from './registration.ts'
import type { Route } from './routes/route.ts'
import { NO_SCHEMA_HEADERS, type SchemaHeaders } from './routes/schema-headers.ts'
import { checkNamedPolicies, checkSelector, routePolicy, scopeDefault, selectablePolicies, selectorOf, type ScopeOptions } from './scope.ts'

type RouteConfig = FastifyRequest['routeOptions']['config'] & { readonly cors?: unknown }
type DeclaredAt = Parameters<typeof routePolicy>[2]

/** What a `config.cors` comes to, in its place. */
interface Declared {
  readonly cors: unknown
  readonly chain: ScopeOptions[]
  readonly at: DeclaredAt
  readonly headers: SchemaHeaders
}

interface Compiled {
  readonly policy: Policy | undefined
  readonly choices: Choices | undefined
  readonly answer: Answer | undefined
}

/** Whether any of the options that a wrong block can have been meant to refine, or itself, asks for `enforce`. */
function mayEnforce (cors: unknown, chain: ScopeOptions[]): boolean {
  const blocks = [...chain.flatMap(({ policy, policies }) => [policy, ...policies.values()]), cors]
  return blocks.some((block) => Boolean((block as { enforce?: unknown } | null)?.enforce))
}

/** Merges and compiles the policies of one application; equal ones are the same. */
export class Policies {
  readonly #cache = new PolicyCache()
  readonly #choices = new ChoicesCache()
  readonly #answers = new Map<Policy | Choices, Answer>()

  /** Sets the default policy of a registration, and checks those that it names. */
  compileDefaults (registration: Registration, chain: ScopeOptions[]): void {
    const { options: { global }, instance } = registration
    if (global) scopeDefault(chain, this.#cache)
    checkSelector(chain)
    checkNamedPolicies(chain, this.#cache)
    const compiled = this.#compile({ cors: undefined, chain, at: { method: '*', url: instance.prefix }, headers: NO_SCHEMA_HEADERS })
    registration.defaultPolicy = compiled.policy
    registration.choices = compiled.choices
    registration.answer = compiled.answer
  }

  /** Sets the policy of a route. */
  compileRoute (route: Route, chain: ScopeOptions[]): void {
    const { cors, methods, url, schemaHeaders: headers } = route
    const method = methods.length === 1 ? methods[0] as string : [...methods]
    Object.assign(route, this.#compile({ cors, chain, at: { method, url }, headers }))
  }

  /** How a route is checked that was declared before this package was imported. */
  compileUnknownRoute (instance: FastifyInstance, config: RouteConfig, chain: ScopeOptions[]): Answer | undefined {
    try {
      return this.#compile({ cors: config.cors, chain, at: config, headers: NO_SCHEMA_HEADERS }).answer
    } catch (error) {
      // Too late to refuse to boot.
      instance.log.error(error)
      return compileDenial(mayEnforce(config.cors, chain))
    }
  }

  #compile (declared: Declared): Compiled {
    const { cors, chain, at, headers } = declared
    const merged = routePolicy(cors, chain, at, this.#cache)
    if (merged === undefined) return { policy: undefined, choices: undefined, answer: undefined }
    const policy = withSchemaHeaders(merged, headers, this.#cache)
    const choices = this.#choicesBeside(policy, declared)
    const answer = choices === undefined ? this.#answerOf(policy, compileResponse) : this.#answerOf(choices, answerOfChoices)
    return { policy, choices, answer }
  }

  /** What may be selected in place of a policy; none where it stands. */
  #choicesBeside (policy: Policy, { cors, chain, at, headers }: Declared): Choices | undefined {
    const selector = selectorOf(chain)
    if (selector === undefined) return undefined
    const selectable = selectablePolicies(cors, chain, at, this.#cache)
    if (selectable.size === 0) return undefined
    const named = [...selectable].map(([name, policy]) => [name, withSchemaHeaders(policy, headers, this.#cache)] as const)
    return this.#choices.get(selector, new Map([[undefined, policy], ...named]))
  }

  #answerOf <Part extends Policy | Choices> (part: Part, compile: (part: Part) => Answer): Answer {
    const known = this.#answers.get(part)
    if (known !== undefined) return known
    const answer = compile(part)
    this.#answers.set(part, answer)
    return answer
  }
}
