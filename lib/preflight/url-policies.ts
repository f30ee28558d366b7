import { compileGrant, compileNoCors, compileNoSuchMethod } from '../answer.ts'
import type { Answer } from '../decision.ts'
import type { Policy } from '../compile.ts'
import { intersectPolicies } from './intersect-policies.ts'

type PolicyByMethod = ReadonlyMap<string, Policy | undefined>

/** Which policy governs each method that a URL serves, and the answers to preflights that follow. */
export class UrlPolicies {
  /** In the order of declaration; `undefined` where the route has no CORS. */
  readonly byMethod: PolicyByMethod
  /** To preflights for the methods that are served; none where no route of the URL has CORS. */
  readonly answers: ReadonlyMap<string, Answer>
  readonly #vary: string | undefined
  readonly #noSuchMethod = new Map<Policy, Answer>()

  constructor (byMethod: PolicyByMethod, vary: string | undefined) {
    this.byMethod = byMethod
    this.#vary = vary
    this.answers = this.hasCors ? this.#compileAnswers() : new Map()
  }

  /** Whether any route of the URL has CORS. */
  get hasCors (): boolean {
    return [...this.byMethod.values()].some((policy) => policy !== undefined)
  }

  /** The answer to a preflight for a method that no route serves: the default policy's. */
  answerNoSuchMethod (defaultPolicy: Policy | undefined): Answer {
    if (defaultPolicy === undefined) return compileNoCors(this.#vary)
    return getOrCreate(this.#noSuchMethod, defaultPolicy, () => compileNoSuchMethod(defaultPolicy, this.#methodsOf(defaultPolicy), this.#vary))
  }

  #compileAnswers (): Map<string, Answer> {
    const grants = new Map<Policy | undefined, Answer>([[undefined, compileNoCors(this.#vary)]])
    const answers = new Map<string, Answer>()
    for (const [method, policy] of this.byMethod) {
      answers.set(method, getOrCreate(grants, policy, () => compileGrant(policy as Policy, this.#methodsOf(policy as Policy), this.#vary)))
    }
    return answers
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

  get (candidates: Iterable<readonly [method: string, policies: ReadonlySet<Policy | undefined>]>, vary?: string): UrlPolicies {
    const byMethod = new Map<string, Policy | undefined>()
    let key = `${vary ?? ''}\n`
    for (const [method, policies] of candidates) {
      const policy = this.#oneOf(policies)
      byMethod.set(method, policy)
      key += `${method}:${this.#idOf(policy)} `
    }
    return getOrCreate(this.#known, key, () => new UrlPolicies(byMethod, vary))
  }

  /** Granted is only what every route that may be meant grants. */
  #oneOf (policies: ReadonlySet<Policy | undefined>): Policy | undefined {
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
