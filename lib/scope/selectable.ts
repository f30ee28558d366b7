import type { Policy, PolicyCache } from '../compile.ts'
import { CorsConfigError } from '../errors.ts'
import type { CorsConfigErrorRoute, CorsProblem } from '../errors.ts'
import { isBlock } from '../options/snapshot.ts'
import { mergeBlock, readBlock } from './block.ts'
import { namedLayer, namedPolicies, type ScopeChain } from './layers.ts'
import { routePolicy } from './route.ts'

/**
 * The policies that a route whose `config.cors` is `cors` has if one of the
 * scope's is selected for it, by name; none where it names its own or has no CORS.
 *
 * @throws {CorsConfigError} with all that is wrong with the route's block over any of them
 */
export function selectablePolicies (
  cors: unknown, chain: ScopeChain, route: CorsConfigErrorRoute, cache: PolicyCache
): Map<string, Policy> {
  const names = [...namedPolicies(chain).keys()]
  if (cors === true || (cors === undefined && chain.at(-1)?.global === true)) {
    return new Map(names.map((name) => [name, routePolicy(name, chain, route, cache) as Policy]))
  }
  if (!isBlock(cors) || cors['policy'] !== undefined) return new Map()
  return blockOverEach(names, cors, chain, route, cache)
}

function blockOverEach (
  names: readonly string[], cors: unknown, chain: ScopeChain, route: CorsConfigErrorRoute, cache: PolicyCache
): Map<string, Policy> {
  const block = readBlock(cors)
  const policies = new Map<string, Policy>()
  const problems: CorsProblem[] = []
  for (const name of names) {
    const merged = mergeBlock(block, namedLayer(chain, name), chain)
    if (merged.problems.length === 0) policies.set(name, cache.compile(merged))
    problems.push(...merged.problems)
  }
  if (problems.length > 0) throw new CorsConfigError(problems, route)
  return policies
}
