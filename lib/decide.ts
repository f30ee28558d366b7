import type { FastifyRequest } from 'fastify'

import { but, type Decide, type Decision, type Outcomes } from './decision.ts'
import type { Choice, Choices } from './choices.ts'
import { UnknownPolicyError } from './errors.ts'
import { askOrigin } from './origins/ask-origin.ts'
import type { OriginFunction, OriginRule } from './origins/origin-rule.ts'
import { nearest } from './text/nearest.ts'
import { quote, show } from './text/show.ts'
import { isPromiseLike, toError } from './user-function.ts'

/** One closure for each kind of rule, so that nothing is found out again for each request. */
export function compileDecide (rule: OriginRule, { granted, denied, failed }: Outcomes): Decide {
  switch (rule.kind) {
    case 'any':
      return () => granted
    case 'one': {
      const allowed = rule.origin
      return (request) => request.raw.headers.origin === allowed ? granted : denied
    }
    case 'match': {
      const { matches } = rule
      return (request) => {
        const { origin } = request.raw.headers
        return origin !== undefined && matches(origin) ? granted : denied
      }
    }
    case 'ask':
      return (request) => request.raw.headers.origin ? ask(rule.ask, request, { granted, denied, failed }) : denied
  }
}

function ask (ask: OriginFunction, request: FastifyRequest, { granted, denied, failed }: Outcomes): Decision {
  let decision: Decision | undefined
  let settle = (settled: Decision): void => { decision = settled }
  askOrigin(ask, request.raw.headers.origin as string, request, (error, isAllowed) => {
    settle(error !== null ? but(failed, { error }) : isAllowed ? granted : denied)
  })
  return decision ?? but(denied, { next: new Promise((resolve) => { settle = resolve }) })
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
    return choice === undefined ? failed(unknownPolicy(name, byName)) : named(chosen(choice), choice.name)
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

function unknownPolicy (name: unknown, byName: Choices['byName']): Error {
  if (typeof name !== 'string') {
    return new UnknownPolicyError(`select must return the name of a policy, or undefined, got ${show(name)}`)
  }
  const meant = nearest(name, [...byName.keys()].filter((known) => known !== undefined))
  const advice = meant === undefined ? 'declare it in policies' : `did you mean ${quote(meant)}?`
  return new UnknownPolicyError(`select named ${quote(name)}, which is no policy here; ${advice}`)
}
