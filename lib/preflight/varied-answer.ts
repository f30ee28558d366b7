import { appendVary } from '../fetch/response-headers.ts'
import { createHeadGuard, type HeadGuard } from '../response-head.ts'
import type { PreflightAnswer } from './answer.ts'

const known = new WeakMap<PreflightAnswer, Map<string, PreflightAnswer>>()

/** An answer whose `Vary` also names these headers, joined with `', '`. */
export function withVary (answer: PreflightAnswer, names: string | undefined): PreflightAnswer {
  if (names === undefined) return answer
  const byNames = known.get(answer) ?? new Map<string, PreflightAnswer>()
  known.set(answer, byNames)
  const varied = byNames.get(names) ?? varyBy(answer, names)
  byNames.set(names, varied)
  return varied
}

function varyBy (answer: PreflightAnswer, names: string): PreflightAnswer {
  const granted = guardVaryingBy(answer.granted, names)
  return {
    ...answer,
    granted,
    denied: answer.denied === answer.granted ? granted : guardVaryingBy(answer.denied, names),
    failed: guardVaryingBy(answer.failed, names)
  }
}

function guardVaryingBy ({ headers, vary = '' }: HeadGuard, names: string): HeadGuard {
  return createHeadGuard({ headers, vary: appendVary(vary, names) })
}
