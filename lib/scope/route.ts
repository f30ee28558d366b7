import type { Policy, PolicyCache } from '../compile.ts'
import { CorsConfigError } from '../errors.ts'
import type { CorsConfigErrorRoute, CorsProblem } from '../errors.ts'
import { mergeLayers } from '../merge.ts'
import { nearest } from '../text/nearest.ts'
import { quote } from '../text/show.ts'
import { mergedProblems } from '../validate.ts'
import { inBlockOrder } from '../validate/shape.ts'
import { mergeBlock, readBlock } from './block.ts'
import { namedLayer, namedPolicies, scopeLayers } from './layers.ts'
import type { ScopeChain } from './layers.ts'
import { memoOf } from './memo.ts'
import { compileDefault } from './scope.ts'

/**
 * The policy of a route whose `config.cors` is `cors`; undefined if it has no CORS.
 *
 * @throws {CorsConfigError} with all that is wrong with it, and the route
 */
export function routePolicy (
  cors: unknown, chain: ScopeChain, route: CorsConfigErrorRoute, cache: PolicyCache
): Policy | undefined {
  if (cors === false || (cors === undefined && chain.at(-1)?.global !== true)) return undefined
  if (cors === undefined || cors === true) return compileDefault(chain, cache, route)
  if (typeof cors !== 'string') return blockPolicy(cors, chain, route, cache)
  const { named } = memoOf(chain, cache)
  let policy = named.get(cors)
  if (policy === undefined) named.set(cors, policy = namedPolicy(cors, chain, route, cache))
  return policy
}

function namedPolicy (name: string, chain: ScopeChain, route: CorsConfigErrorRoute, cache: PolicyCache): Policy {
  const layer = namedLayer(chain, name)
  if (layer === undefined) throw new CorsConfigError([unknownPolicy('', name, chain)], route)
  const merged = mergeLayers([...scopeLayers(chain), layer])
  const problems = mergedProblems(merged, 'route', new Set()).map(({ problem }) => problem)
  if (problems.length > 0) throw new CorsConfigError(problems, route)
  return cache.compile(merged)
}

function blockPolicy (cors: unknown, chain: ScopeChain, route: CorsConfigErrorRoute, cache: PolicyCache): Policy {
  const block = readBlock(cors)
  const problems = [...block.problems]
  const { name } = block
  const named = name === undefined ? undefined : namedLayer(chain, name)
  if (name !== undefined && named === undefined) problems.push(unknownPolicy('/policy', name, chain))
  const merged = mergeBlock(block, named, chain)
  problems.push(...merged.problems)
  if (problems.length > 0) throw new CorsConfigError(inBlockOrder(problems, block.written), route)
  return cache.compile(merged)
}

function unknownPolicy (path: string, name: string, chain: ScopeChain): CorsProblem {
  const names = [...namedPolicies(chain).keys()]
  const meant = nearest(name, names)
  let advice = names.length === 0 ? "declare it in the plugin's policies" : `there is ${names.map(quote).join(', ')}`
  if (meant !== undefined) advice = `did you mean ${quote(meant)}?`
  return { path, code: 'unknown-policy', message: `no policy is named ${quote(name)}; ${advice}`, value: name }
}
