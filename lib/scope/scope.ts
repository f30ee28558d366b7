import type { Policy, PolicyCache } from '../compile.ts'
import { CorsConfigError } from '../errors.ts'
import type { CorsConfigErrorRoute, CorsProblem } from '../errors.ts'
import { mergeLayers } from '../merge.ts'
import type { PolicySource } from '../merge.ts'
import { mergedProblems } from '../validate.ts'
import { namedPolicies, scopeLayers } from './layers.ts'
import type { ScopeChain } from './layers.ts'
import { memoOf } from './memo.ts'
import { below } from './read.ts'

/**
 * The policy of routes that do not say otherwise.
 *
 * @throws {CorsConfigError} with all that is wrong with the plugin's options
 */
export function scopeDefault (chain: ScopeChain, cache: PolicyCache): Policy {
  return compileDefault(chain, cache, undefined)
}

/** The same, where a route is what needs it. */
export function compileDefault (
  chain: ScopeChain, cache: PolicyCache, route: CorsConfigErrorRoute | undefined
): Policy {
  const memo = memoOf(chain, cache)
  if (memo.default !== undefined) return memo.default
  const merged = mergeLayers(scopeLayers(chain))
  const own = route === undefined ? 'plugin' : 'route'
  const problems = mergedProblems(merged, own, new Set()).map(({ problem }) => problem)
  if (problems.length > 0) throw new CorsConfigError(problems, route)
  memo.default = cache.compile(merged)
  return memo.default
}

/**
 * Checks every named policy that the scope can use, merged with the plugin's
 * options, and compiles those that routes will ask for by name.
 *
 * @throws {CorsConfigError} with what is wrong with any of them
 */
export function checkNamedPolicies (chain: ScopeChain, cache: PolicyCache): void {
  const problems = new Map<string, CorsProblem>()
  const { named } = memoOf(chain, cache)
  for (const [name, options] of namedPolicies(chain)) {
    const source: PolicySource = { policy: name }
    const merged = mergeLayers([...scopeLayers(chain), { source, options }])
    const found = mergedProblems(merged, source, new Set())
    if (found.length === 0) named.set(name, cache.compile(merged))
    for (const { problem, isOwn } of found) {
      // The check of the plugin's own options reports what no policy has a part in.
      if (!isOwn && chain.at(-1)?.global === true) continue
      const placed = isOwn ? below(name, problem) : problem
      problems.set(`${placed.path} ${placed.message}`, placed)
    }
  }
  if (problems.size > 0) throw new CorsConfigError([...problems.values()])
}
