import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify'

import type { Choice, Choices } from './choices.ts'
import type { CorsCheck } from './cors-check.ts'
import { noteChoice, noteFailedChoice } from './decisions/choice-notes.ts'
import { isObserved } from './decisions/decision.ts'
import { reportFailedSelect } from './decisions/report-decision.ts'
import { UnknownPolicyError } from './errors.ts'
import { guardHead } from './response-head.ts'
import { nearest } from './text/nearest.ts'
import { quote, show } from './text/show.ts'
import { isPromiseLike, toError } from './user-function.ts'

/** Stands for an error that says nothing. */
const FAILED = 'The select function failed'

/**
 * Asks the user which policy a request is to have. One of the two functions is
 * called, once; at once unless the answer is a promise.
 */
export function askSelect (
  choices: Choices,
  request: FastifyRequest,
  reply: FastifyReply,
  failed: (error: Error) => void,
  chosen: (choice: Choice) => void
): void {
  function decide (name: unknown): void {
    const choice = choices.byName.get(name as string | undefined)
    if (choice === undefined) {
      fail(unknownPolicy(name, choices))
      return
    }
    noteChoice(request, choice.name)
    chosen(choice)
  }

  function fail (error: unknown): void {
    guardHead(reply.raw, choices.undecided)
    noteFailedChoice(request)
    if (isObserved(request)) reportFailedSelect(request)
    failed(toError(error, FAILED))
  }

  const { select } = choices.selector
  let name: unknown
  let isLater: boolean
  try {
    name = select(request)
    isLater = isPromiseLike(name)
  } catch (error) {
    fail(error)
    return
  }
  if (isLater) {
    // Whoever answers meanwhile, such as a timer of the user's, grants nothing.
    guardHead(reply.raw, choices.undecided)
    Promise.resolve(name).then(decide, fail)
  } else {
    decide(name)
  }
}

/** Has each request checked as the policy that is selected for it says. */
export function compileSelectingCheck (choices: Choices): CorsCheck {
  return (request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction) => {
    askSelect(choices, request, reply, done, (choice) => { choice.check(request, reply, done) })
  }
}

function unknownPolicy (name: unknown, { byName }: Choices): Error {
  if (typeof name !== 'string') {
    return new UnknownPolicyError(`select must return the name of a policy, or undefined, got ${show(name)}`)
  }
  const meant = nearest(name, [...byName.keys()].filter((known) => known !== undefined))
  const advice = meant === undefined ? 'declare it in policies' : `did you mean ${quote(meant)}?`
  return new UnknownPolicyError(`select named ${quote(name)}, which is no policy here; ${advice}`)
}
