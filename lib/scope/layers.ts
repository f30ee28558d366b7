import type { Layer } from '../merge.ts'
import type { PolicyOptions } from '../options/policy-options.ts'
import type { ScopeOptions } from './read.ts'

/** Registrations, outermost first; the last one is the scope that is asked about. */
export type ScopeChain = readonly ScopeOptions[]

/** The plugin's options as they apply in the scope. */
export function scopeLayers (chain: ScopeChain): Layer[] {
  return chain.map(({ policy }, i) => ({ source: i === chain.length - 1 ? 'plugin' : 'outer', options: policy }))
}

/** Every named policy that the scope can use; an inner one replaces an outer one. */
export function namedPolicies (chain: ScopeChain): Map<string, PolicyOptions> {
  return new Map(chain.flatMap(({ policies }) => [...policies]))
}

/** A named policy as a layer; undefined if there is none of the name. */
export function namedLayer (chain: ScopeChain, name: string): Layer | undefined {
  const options = chain.findLast(({ policies }) => policies.has(name))?.policies.get(name)
  return options && { source: { policy: name }, options }
}
