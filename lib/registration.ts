import { METHODS } from 'node:http'

import type { FastifyInstance } from 'fastify'

import { compileGrant, compileNoSuchMethod } from './answer.ts'
import type { Answer } from './decision.ts'
import type { Choices } from './choices.ts'
import type { Policy } from './compile.ts'
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
  answer: Answer | undefined
  /** For every request but OPTIONS ones, where routes do not differ: none has to be looked up. */
  sharedAnswer: Answer | undefined
  readonly #unknownUrl = new Map<Policy, Map<string, Answer>>()

  constructor (instance: FastifyInstance, options: ScopeOptions) {
    this.instance = instance
    this.options = options
  }

  /**
   * The answer to a preflight for a URL that nothing serves: the page may
   * then read the 404. Of a method that Node.js does not know it could not.
   */
  answerUnknownUrl (policy: Policy, requested: string, vary?: string): Answer {
    const method = KNOWN_METHODS.has(requested) ? requested : ''
    const answers = this.#unknownUrl.get(policy) ?? new Map<string, Answer>()
    this.#unknownUrl.set(policy, answers)
    const known = answers.get(method)
    if (known !== undefined) return known
    const answer = method === ''
      ? compileNoSuchMethod(policy, [], vary)
      : compileGrant(policy, policy.methods?.includes(method) === false ? [] : [method], vary)
    answers.set(method, answer)
    return answer
  }
}
