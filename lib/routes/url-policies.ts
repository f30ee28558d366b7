import { compileGrant, compileNoCors, compileNoSuchMethod } from '../decision/answer.ts'
import type { Answer } from '../decision/decision.ts'
import { intersectPolicies } from '../policy/intersection.ts'
import type { Policy } from '../policy/policy.ts'

type PolicyByMethod = ReadonlyMap<string, Policy | undefined>

/** Which policy governs each method that a URL serves, and the answers to preflights that follow. */
export class UrlPolicies {
  /** In the order of declaration; `undefined` where the route has no CORS. */
  readonly byMethod: PolicyByMethod
  /** Whether any route of the URL has CORS. */
  readonly hasCors: boolean
  /** To preflights for the methods that are served; none where no route of the URL has CORS. */
  readonly answers: ReadonlyMap<string, Answer>
  readonly #vary: string | undefined

  constructor (byMethod: PolicyByMethod, vary: string | undefined) {
    this.byMethod = byMethod
    this.hasCors = [...byMethod.values()].some((policy) => policy !== undefined)
    this.#vary = vary
    this.answers = new Map(this.hasCors ? [...byMethod].map(([method, policy]) => [method, this.#answerFor(policy)]) : [])
  }

  /** The answer to a preflight for a method that no route serves: the default policy's. */
  answerNoSuchMethod (defaultPolicy: Policy | undefined): Answer {
    if (defaultPolicy === undefined) return compileNoCors(this.#vary)
    return compileNoSuchMethod(defaultPolicy, this.#methodsOf(defaultPolicy), this.#vary)
  }

  #answerFor (policy: Policy | undefined): Answer {
    return policy === undefined ? compileNoCors(this.#vary) : compileGrant(policy, this.#methodsOf(policy), this.#vary)
  }

  /**
   * Browsers keep the list with the URL, for all methods: one whose policy
   * differs must not be on it.
   */
  #methodsOf (policy: Policy): string[] {
    const granted = policy.methods ?? [...this.byMethod.keys()]
    return granted.filter((method) => this.byMethod.get(method) === policy)
  }
}

/** Makes equal ones the same object: however many URLs there are, few differ. */
export class UrlPoliciesCache {
  readonly #known = new Map<string, UrlPolicies>()
  readonly #intersections = new Map<string, Policy>()
  readonly #ids = new Map<Policy | undefined, number>([[undefined, 0]])

  get (byMethod: PolicyByMethod, vary?: string): UrlPolicies {
    let key = `${vary ?? ''}\n`
    for (const [method, policy] of byMethod) key += `${method}:${this.#idOf(policy)} `
    return getOrCreate(this.#known, key, () => new UrlPolicies(byMethod, vary))
  }

  /** Granted is only what every route that may be meant grants. */
  oneOf (policies: ReadonlySet<Policy | undefined>): Policy | undefined {
    const [first, ...others] = policies
    if (first === undefined || others.length === 0) return first
    if (others.includes(undefined)) return undefined
    const key = [...policies].map((policy) => this.#idOf(policy)).sort().join(' ')
    return getOrCreate(this.#intersections, key, () => intersectPolicies([first, ...others as Policy[]]))
  }

  #idOf (policy: Policy | undefined): number {
    return getOrCreate(this.#ids, policy, () => this.#ids.size)
  }
}

function getOrCreate<K, V> (map: Map<K, V>, key: K, create: () => V): V {
  const known = map.get(key)
  if (known !== undefined) return known
  const value = create()
  map.set(key, value)
  return value
}
