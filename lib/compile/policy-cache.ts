import type { Merged } from '../merge.ts'
import { compileOriginRule } from '../origins/origin-rule.ts'
import type { OriginRule } from '../origins/origin-rule.ts'
import type { PolicyOptions } from '../options/policy-options.ts'
import { compilePolicy } from './policy.ts'
import type { Policy } from './policy.ts'

type Origin = NonNullable<PolicyOptions['origin']>

interface CompiledOrigin {
  readonly id: number
  readonly rule: OriginRule
}

/**
 * Compiles options so that blocks which mean the same become one policy: equal
 * policies are identical, whatever the order of their lists.
 */
export class PolicyCache {
  readonly #policies = new Map<string, Policy>()
  readonly #origins = new Map<string, CompiledOrigin>()
  // A list that many routes inherit is compared by its text only once.
  readonly #originLists = new WeakMap<object, CompiledOrigin>()
  readonly #functions = new WeakMap<object, number>()
  #functionCount = 0

  /** The policy of options that passed validation. */
  compile (merged: Merged): Policy {
    const origin = this.#compileOrigin(merged.options.origin)
    const policy = compilePolicy(merged, origin.rule)
    const key = JSON.stringify([origin.id, ...meaningOf(policy)])
    const known = this.#policies.get(key)
    if (known !== undefined) return known
    this.#policies.set(key, policy)
    return policy
  }

  #compileOrigin (origin: Origin): CompiledOrigin {
    const known = typeof origin === 'object' ? this.#originLists.get(origin) : undefined
    if (known !== undefined) return known
    const key = this.#originKey(origin)
    let compiled = this.#origins.get(key)
    if (compiled === undefined) {
      compiled = { id: this.#origins.size, rule: compileOriginRule(origin) }
      this.#origins.set(key, compiled)
    }
    if (typeof origin === 'object') this.#originLists.set(origin, compiled)
    return compiled
  }

  #originKey (origin: Origin): string {
    if (typeof origin === 'boolean') return String(origin)
    if (typeof origin === 'function') return `function ${this.#functionId(origin)}`
    const items = Array.isArray(origin) ? origin : [origin]
    // A RegExp is no origin, and an origin has no slash in front: the texts differ.
    return [...new Set(items.map(String))].sort().join('\n')
  }

  #functionId (origin: object): number {
    const id = this.#functions.get(origin) ?? this.#functionCount++
    this.#functions.set(origin, id)
    return id
  }
}

/** What two policies must share to be the same, except for their origins. */
function meaningOf (policy: Policy): unknown[] {
  const { allowedHeaders } = policy
  return [
    policy.methods?.toSorted() ?? null,
    allowedHeaders === true || allowedHeaders.map(name => name.toLowerCase()).sort(),
    policy.exposeHeaders?.toLowerCase().split(', ').sort() ?? null,
    policy.credentials,
    policy.maxAge ?? null,
    policy.cacheControl ?? null,
    policy.optionsSuccessStatus,
    policy.preflightContinue,
    policy.strictPreflight,
    policy.enforce,
    policy.rawHeaders
  ]
}
