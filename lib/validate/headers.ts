import type { CorsProblemCode } from '../errors.ts'
import { isForbiddenRequestHeader, isForbiddenResponseHeader, isToken, listItems } from '../fetch/headers.ts'
import type { PolicyOptions } from '../options/policy-options.ts'
import { quote } from '../text/show.ts'
import { problemOf } from './policy-problem.ts'
import type { PolicyProblem } from './policy-problem.ts'

type NameProblem = (name: string) => readonly [CorsProblemCode, string] | undefined

/** Request headers that no script can set, and what is no header name. */
export function * allowedHeadersProblems (allowed: PolicyOptions['allowedHeaders']): Generator<PolicyProblem> {
  if (allowed === undefined || typeof allowed === 'boolean') return
  yield * namesProblems('allowedHeaders', allowed, 'true to grant whatever is asked', name =>
    isForbiddenRequestHeader(name)
      ? ['forbidden-request-header', 'is set by the browser and by no script; leave it out']
      : undefined)
}

/** Response headers that no script can read, and what is no header name. */
export function * exposedHeadersProblems (exposed: PolicyOptions['exposedHeaders']): Generator<PolicyProblem> {
  yield * namesProblems('exposedHeaders', exposed ?? [], "'*' alone to expose every header", name =>
    isForbiddenResponseHeader(name)
      ? ['forbidden-response-header', 'is never shown to scripts; leave it out']
      : undefined)
}

function * namesProblems (
  key: 'allowedHeaders' | 'exposedHeaders', list: string | readonly string[], whole: string, isForbidden: NameProblem
): Generator<PolicyProblem> {
  const items = listItems(list)
  for (const { text, index } of items) {
    const [code, message] = nameProblem(text, items.length, whole) ?? isForbidden(text) ?? []
    if (code !== undefined) yield problemOf(key, code, `${quote(text)} ${message}`, text, index)
  }
}

function nameProblem (name: string, count: number, whole: string): ReturnType<NameProblem> {
  if (name === '*' && count > 1) {
    return ['invalid-header-name', `cannot be one of several headers; name them all, or write ${whole}`]
  }
  if (isToken(name)) return undefined
  return ['invalid-header-name', 'is not a header name; write names such as \'X-Request-Id\', in an array or with commas between them']
}
