import { METHODS } from 'node:http'

import type { FastifyInstance } from 'fastify'

import type { Choices } from './choices.ts'
import type { Policy } from './compile.ts'
import type { CorsCheck } from './cors-check.ts'
import { compileGrant, compileNoSuchMethod, type PreflightAnswer } from './preflight/answer.ts'
import type { ScopeOptions } from './scope.ts'

const KNOWN_METHODS: ReadonlySet<string> = new Set(METHODS)

/** One call of `register`: the options of a context and of those within it. */
export class Registration {
  readonly instance: FastifyInstance
  readonly options: ScopeOptions
  /** `undefined` with `global: false`, where it governs nothing. */
  defaultPolicy: Policy | undefined
  /** What may be selected in its place. */
  choices: Choices | undefined
  /** For requests that reach no route. */
  check: CorsCheck | undefined
  /** For every request but OPTIONS ones, where routes do not differ: none has to be looked up. */
  sharedCheck: CorsCheck | undefined
  readonly #unknownUrl = new Map<Policy, Map<string, PreflightAnswer>>()

  constructor (instance: FastifyInstance, options: ScopeOptions) {
    this.instance = instance
    this.options = options
  }

  /**
   * The answer to a preflight for a URL that nothing serves: the page may
   * then read the 404. Of a method that Node.js does not know it could not.
   */
  answerUnknownUrl (policy: Policy, requested: string): PreflightAnswer {
    const method = KNOWN_METHODS.has(requested) ? requested : ''
    const answers = this.#unknownUrl.get(policy) ?? new Map<string, PreflightAnswer>()
    this.#unknownUrl.set(policy, answers)
    const known = answers.get(method)
    if (known !== undefined) return known
    const answer = method === ''
      ? compileNoSuchMethod(policy, [])
      : compileGrant(policy, policy.methods?.includes(method) === false ? [] : [method])
    answers.set(method, answer)
    return answer
  }
}
