import type { CorsProblem, CorsProblemCode } from '../errors.ts'
import { isToken, listItems } from '../fetch/headers.ts'
import { quote } from '../text/show.ts'
import { pointer, type ShapedBlock } from './shape.ts'

/** What `select` cannot depend on, and what is no header name. */
export function * varyProblems ({ options, malformed }: ShapedBlock): Generator<CorsProblem> {
  const vary = options['vary'] as string | readonly string[] | undefined
  if (vary === undefined) return
  if (options['select'] === undefined && !malformed.has('select')) {
    yield problem('vary-without-select', 'names what select depends on, and there is no select beside it; leave it out', vary)
  }
  for (const { text, index } of listItems(vary)) {
    if (text === '*') {
      yield problem('invalid-header-name', "'*' names no header; name those that select looks at", text, index)
    } else if (!isToken(text)) {
      yield problem('invalid-header-name', `${quote(text)} is not a header name; write names such as 'X-Tenant'`, text, index)
    }
  }
}

function problem (code: CorsProblemCode, message: string, value: unknown, index?: number): CorsProblem {
  return { path: pointer('vary', ...(index === undefined ? [] : [index])), code, message, value }
}
