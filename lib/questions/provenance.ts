import { mergeLayers, type Merged, type PolicySource } from '../merge.ts'
import type { PolicyOptions } from '../options/policy-options.ts'
import { isBlock } from '../options/snapshot.ts'
import type { ScopeChain } from '../scope.ts'
import { namedLayer, scopeLayers } from '../scope/layers.ts'
import { quote } from '../text/show.ts'
import type { CorsEffectivePolicy } from './types.ts'

/**
 * Merges the options of a route that booted once more: policies that mean the
 * same are one object, which knows where the options of the first were set.
 * `selected` names the policy of a route that names none by itself.
 */
export function provenanceOf (cors: unknown, chain: ScopeChain, selected?: string): CorsEffectivePolicy | undefined {
  const isGlobal = chain.at(-1)?.global
  if (isGlobal === undefined || cors === false || (cors === undefined && !isGlobal)) return undefined
  const { policy = selected, ...options } = isBlock(cors) ? cors : {}
  const name = typeof cors === 'string' ? cors : policy as string | undefined
  const named = name === undefined ? undefined : namedLayer(chain, name)
  const merged: Merged = mergeLayers([
    ...scopeLayers(chain),
    ...(named === undefined ? [] : [named]),
    { source: 'route', options: options as PolicyOptions }
  ])
  return { ...(name !== undefined && { name }), ...merged }
}

/** Where an option was set, for a sentence. */
export function placeOf (source: PolicySource): string {
  if (typeof source === 'object') return `the policy ${quote(source.policy)}`
  return {
    default: 'the default',
    outer: "the outer registration's options",
    plugin: "the plugin's options",
    route: "the route's config.cors"
  }[source]
}
