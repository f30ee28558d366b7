import type { FastifyRequest } from 'fastify'

import { UnknownPolicyError } from '../errors.ts'
import type { Policy } from '../policy/policy.ts'
import type { Selector } from '../policy/registration-options.ts'
import { isPromiseLike, toError } from '../policy/user-function.ts'
import { nearest, quote, show } from '../text.ts'
import { compileResponse } from './answer.ts'
import { but, decision, type Answer, type Decision } from './decision.ts'
import { createHeadGuard } from './head.ts'

/** What was selected for a request, ready to be used. */
export interface Choice {
  readonly selector: Selector
  /** `undefined` where no name was given. */
  readonly name: string | undefined
  readonly policy: Policy
  readonly answer: Answer
}

/** What `select` chooses from, for requests to a route, or for those to none. */
export interface Choices {
  readonly selector: Selector
  readonly byName: ReadonlyMap<string | undefined, Choice>
  /** The policies of all of them. */
  readonly possible: readonly Policy[]
  /** Of a response before the choice is made, and if none can be. */
  readonly undecided: Decision
}

export function compileChoices (selector: Selector, policies: ReadonlyMap<string | undefined, Policy>): Choices {
  const { vary } = selector
  const choices = [...policies].map(([name, policy]) =>
    [name, { selector, name, policy, answer: compileResponse(policy, vary) }] as const)
  return { selector, byName: new Map(choices), possible: [...policies.values()], undecided: decision('SELECT_FAILED', createHeadGuard({ headers: {}, vary })) }
}

/** The answer to requests that one of these is selected for. */
export function compileSelection (choices: Choices): Answer {
  return {
    decide: (request) => choose(choices, request, ({ answer }) => answer.decide(request)),
    granted: choices.undecided
  }
}

/** Asks the user which policy a request is to have, and goes on with it. */
export function choose (
  { selector: { select }, byName, undecided }: Choices, request: FastifyRequest, chosen: (choice: Choice) => Decision
): Decision {
  function failed (error: unknown): Decision {
    return but(undecided, { error: toError(error, 'The select function failed') })
  }
  function decideAs (name: unknown): Decision {
    const choice = byName.get(name as string | undefined)
    return choice === undefined ? failed(new UnknownPolicyError({ cause: new SelectedError(name, byName) })) : named(chosen(choice), choice.name)
  }
  try {
    const name: unknown = select(request)
    return isPromiseLike(name) ? but(undecided, { next: Promise.resolve(name).then(decideAs, failed) }) : decideAs(name)
  } catch (error) {
    return failed(error)
  }
}

/** Says which policy was selected, for whoever wants to know. */
function named (decision: Decision, selected: string | undefined): Decision {
  if (selected === undefined) return decision
  return but(decision, { selected, next: decision.next?.then((next) => named(next, selected)) })
}

/** What `select` returned that is the name of no policy. */
export class SelectedError extends Error {
  override readonly name: string = 'SelectedError'
  readonly #selected: unknown
  readonly #byName: Choices['byName']

  constructor (selected: unknown, byName: Choices['byName']) {
    super(typeof selected === 'string'
      ? `select named ${quote(selected)}, which is no policy here`
      : `select must return the name of a policy, or undefined, got ${show(selected)}`)
    this.#selected = selected
    this.#byName = byName
  }

  /** Also says which one may be meant. Nobody looks for that while a request waits. */
  get advice (): string {
    if (typeof this.#selected !== 'string') return this.message
    const meant = nearest(this.#selected, [...this.#byName.keys()].filter((known) => known !== undefined))
    return `${this.message}; ${meant === undefined ? 'declare it in policies' : `did you mean ${quote(meant)}?`}`
  }
}

/** What governs the requests to a route, or those of a context that reach none. */
export interface Governed {
  /** `undefined` without CORS. */
  readonly policy: Policy | undefined
  /** What may be selected in its place. */
  readonly choices: Choices | undefined
  /** To all but preflights. */
  readonly answer: Answer | undefined
}

/**
 * The policies that a route may have in a request for which this choice was
 * made: one of its own, the one of that name, or, where it is for another
 * `select` to say, any: then it is the same list each time.
 */
export function policiesUnder (choice: Choice | undefined, { policy, choices }: Pick<Governed, 'policy' | 'choices'>): ReadonlyArray<Policy | undefined> {
  if (choices === undefined) return [policy]
  if (choices.selector === choice?.selector) return [choices.byName.get(choice.name)?.policy]
  return choices.possible
}
