import type { CorsProblem, CorsProblemCode } from '../errors.ts'
import type { PolicyOptions } from '../options/policy-options.ts'

/** The name of a policy option. */
export type PolicyKey = keyof PolicyOptions

/** A problem of merged options, and the options that are its cause. */
export interface PolicyProblem extends CorsProblem {
  readonly keys: readonly PolicyKey[]
}

/** A problem of one option by itself; `index` is the item of its list. */
export function problemOf (
  key: PolicyKey, code: CorsProblemCode, message: string, value: unknown, index?: number
): PolicyProblem {
  return { path: index === undefined ? `/${key}` : `/${key}/${index}`, code, message, value, keys: [key] }
}
