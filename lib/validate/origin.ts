import { originRegExpProblem, originTextProblem } from '../origins/origin-problems.ts'
import type { PolicyOptions } from '../options/policy-options.ts'
import { types } from 'node:util'
import { problemOf } from './policy-problem.ts'
import type { PolicyProblem } from './policy-problem.ts'

// Many routes may inherit one long list: it is looked at once.
const problemsOfList = new WeakMap<readonly unknown[], readonly PolicyProblem[]>()

/** Origins that no browser sends, patterns that match none, RegExps that match too many. */
export function originProblems (origin: PolicyOptions['origin']): readonly PolicyProblem[] {
  if (origin === '*') return []
  if (!Array.isArray(origin)) return [...itemProblems(origin, undefined)]
  let problems = problemsOfList.get(origin)
  if (problems === undefined) {
    problems = [...listProblems(origin)]
    problemsOfList.set(origin, problems)
  }
  return problems
}

function * listProblems (origins: readonly unknown[]): Generator<PolicyProblem> {
  if (origins.length === 0) {
    yield problemOf('origin', 'credentials-without-origin',
      'an empty list allows no origin at all; list the origins that may read, or write false if none may', origins)
  }
  for (const [index, item] of origins.entries()) yield * itemProblems(item, index)
}

function * itemProblems (item: unknown, index: number | undefined): Generator<PolicyProblem> {
  let problem
  if (typeof item === 'string') problem = originTextProblem(item)
  else if (types.isRegExp(item)) problem = originRegExpProblem(item)
  if (problem !== undefined) yield problemOf('origin', problem.code, problem.message, item, index)
}
