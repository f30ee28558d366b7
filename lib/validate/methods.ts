import { isForbiddenMethod, isServableMethod, isToken, listItems, normalizeMethod, servableMethods } from '../fetch/headers.ts'
import type { PolicyOptions } from '../options/policy-options.ts'
import { nearest } from '../text/nearest.ts'
import { quote } from '../text/show.ts'
import type { CorsProblemCode } from '../errors.ts'
import { problemOf } from './policy-problem.ts'
import type { PolicyProblem } from './policy-problem.ts'

/** Methods that no request with CORS can have. */
export function * methodsProblems (methods: PolicyOptions['methods']): Generator<PolicyProblem> {
  for (const { text, index } of listItems(methods ?? [])) {
    const [code, message] = methodProblem(text) ?? []
    if (code !== undefined) yield problemOf('methods', code, `${quote(text)} ${message}`, text, index)
  }
}

function methodProblem (method: string): readonly [CorsProblemCode, string] | undefined {
  if (method === '*') {
    return ['invalid-method', 'is no method; leave methods out to grant every method that the routes of a URL serve']
  }
  if (!isToken(method)) {
    return ['invalid-method', 'is not a method; write names such as \'PUT\', in an array or with commas between them']
  }
  if (isForbiddenMethod(method)) {
    return ['forbidden-method', 'can never be sent by a script; leave it out']
  }
  if (isServableMethod(normalizeMethod(method))) return undefined
  const upperCased = method.toUpperCase()
  if (isServableMethod(upperCased)) {
    return ['method-case', `is not upper-cased by browsers, and matches no request; write '${upperCased}'`]
  }
  const meant = nearest(method, servableMethods)
  return ['invalid-method', `is no method that Node.js can receive; ${meant === undefined ? 'leave it out' : `write '${meant}'`}`]
}
