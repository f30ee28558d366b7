import type { Policy, PolicyCache } from '../compile.ts'
import type { ScopeOptions } from './read.ts'

/** The policies of a scope that most routes share. */
export interface ScopeMemo {
  default: Policy | undefined
  readonly named: Map<string, Policy>
  readonly inner: WeakMap<ScopeOptions, ScopeMemo>
}

const memos = new WeakMap<PolicyCache, ScopeMemo>()

/** What was compiled for the scope before, found by the registrations that make it up. */
export function memoOf (chain: readonly ScopeOptions[], cache: PolicyCache): ScopeMemo {
  let memo = entry(memos, cache)
  for (const scope of chain) memo = entry(memo.inner, scope)
  return memo
}

function entry<Key extends WeakKey> (map: WeakMap<Key, ScopeMemo>, key: Key): ScopeMemo {
  let memo = map.get(key)
  if (memo === undefined) map.set(key, memo = { default: undefined, named: new Map(), inner: new WeakMap() })
  return memo
}
