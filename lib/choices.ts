import { compileResponse } from './answer.ts'
import type { Policy } from './compile.ts'
import { choose } from './decide.ts'
import { decision, type Answer, type Decision } from './decision.ts'
import { createHeadGuard } from './response-head.ts'
import type { Selector } from './scope.ts'

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
  /** Of a response before the choice is made, and if none can be. */
  readonly undecided: Decision
}

/** Compiles choices so that those among the same policies are the same, too. */
export class ChoicesCache {
  readonly #known = new Map<string, Choices>()
  readonly #ids = new Map<Selector | Policy, number>()

  get (selector: Selector, policies: ReadonlyMap<string | undefined, Policy>): Choices {
    const key = JSON.stringify([this.#idOf(selector), [...policies].map(([name, policy]) => [name, this.#idOf(policy)])])
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const choices = compileChoices(selector, policies)
    this.#known.set(key, choices)
    return choices
  }

  #idOf (part: Selector | Policy): number {
    const id = this.#ids.get(part) ?? this.#ids.size
    this.#ids.set(part, id)
    return id
  }
}

function compileChoices (selector: Selector, policies: ReadonlyMap<string | undefined, Policy>): Choices {
  const { vary } = selector
  const choices = [...policies].map(([name, policy]) =>
    [name, { selector, name, policy, answer: compileResponse(policy, vary) }] as const)
  return { selector, byName: new Map(choices), undecided: decision('SELECT_FAILED', createHeadGuard({ headers: {}, vary })) }
}

/** The answer to requests that one of these is selected for. */
export function answerOfChoices (choices: Choices): Answer {
  const { undecided } = choices
  return {
    decide: (request) => choose(choices, request, ({ answer }) => answer.decide(request)),
    granted: undecided,
    denied: undecided,
    failed: undecided
  }
}

interface Governed {
  readonly policy: Policy | undefined
  readonly choices: Choices | undefined
}

/**
 * The policies that a route may have in a request for which this choice was
 * made: one of its own, the one of that name, or, where it is for another
 * `select` to say, any.
 */
export function policiesUnder (choice: Choice | undefined, { policy, choices }: Governed): ReadonlyArray<Policy | undefined> {
  if (choices === undefined) return [policy]
  if (choices.selector === choice?.selector) return [choices.byName.get(choice.name)?.policy]
  return [...choices.byName.values()].map((possible) => possible.policy)
}
