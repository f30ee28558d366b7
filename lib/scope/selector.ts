import { CorsConfigError } from '../errors.ts'
import { appendVary, listItems } from '../fetch/headers.ts'
import type { SelectFunction } from '../options/cors-options.ts'
import { namedPolicies, type ScopeChain } from './layers.ts'

/** How the policy of a request is chosen; the same object wherever the option is inherited. */
export interface Selector {
  readonly select: SelectFunction
  /** The request headers that it depends on, joined with `', '`. */
  readonly vary: string | undefined
}

/** The selector that options which passed validation declare. */
export function readSelector (options: Readonly<Record<string, unknown>>): Selector | undefined {
  const select = options['select'] as SelectFunction | undefined
  if (select === undefined) return undefined
  const vary = listItems((options['vary'] ?? []) as string | readonly string[])
    .reduce((names, { text }) => appendVary(names, text), '')
  return Object.freeze({ select, vary: vary === '' ? undefined : vary })
}

/** The selector of a scope: its own, or that of the registration around it. */
export function selectorOf (chain: ScopeChain): Selector | undefined {
  return chain.findLast(({ selector }) => selector !== undefined)?.selector
}

/** @throws {CorsConfigError} where a registration declares a selector that has nothing to name */
export function checkSelector (chain: ScopeChain): void {
  const selector = chain.at(-1)?.selector
  if (selector === undefined || namedPolicies(chain).size > 0) return
  throw new CorsConfigError([{
    path: '/select',
    code: 'select-without-policies',
    message: 'has no policy to name; declare it in policies',
    value: selector.select
  }])
}
