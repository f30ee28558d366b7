import type { Policy } from '../compile.ts'
import { compileGrant, compileNoSuchMethod, NO_CORS_ANSWER, type PreflightAnswer } from './answer.ts'
import { intersectPolicies } from './intersect-policies.ts'

type PolicyByMethod = ReadonlyMap<string, Policy | undefined>

/** Which policy governs each method that a URL serves, and the answers to preflights that follow. */
export class UrlPolicies {
  /** In the order of declaration; `undefined` where the route has no CORS. */
  readonly byMethod: PolicyByMethod
  /** To preflights for the methods that are served; none where no route of the URL has CORS. */
  readonly answers: ReadonlyMap<string, PreflightAnswer>
  readonly #noSuchMethod = new Map<Policy, PreflightAnswer>()

  constructor (byMethod: PolicyByMethod) {
    this.byMethod = byMethod
    this.answers = this.hasCors ? this.#compileAnswers() : new Map()
  }

  /** Whether any route of the URL has CORS. */
  get hasCors (): boolean {
    return [...this.byMethod.values()].some((policy) => policy !== undefined)
  }

  /** The answer to a preflight for a method that no route serves: the default policy's. */
  answerNoSuchMethod (defaultPolicy: Policy | undefined): PreflightAnswer {
    if (defaultPolicy === undefined) return NO_CORS_ANSWER
    return getOrCreate(this.#noSuchMethod, defaultPolicy, () => compileNoSuchMethod(defaultPolicy, this.#methodsOf(defaultPolicy)))
  }

  #compileAnswers (): Map<string, PreflightAnswer> {
    const grants = new Map<Policy | undefined, PreflightAnswer>([[undefined, NO_CORS_ANSWER]])
    const answers = new Map<string, PreflightAnswer>()
    for (const [method, policy] of this.byMethod) {
      answers.set(method, getOrCreate(grants, policy, () => compileGrant(policy as Policy, this.#methodsOf(policy as Policy))))
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

  get (candidates: Iterable<readonly [method: string, policies: ReadonlySet<Policy | undefined>]>): UrlPolicies {
    const byMethod = new Map<string, Policy | undefined>()
    let key = ''
    for (const [method, policies] of candidates) {
      const policy = this.#oneOf(policies)
      byMethod.set(method, policy)
      key += `${method}:${this.#idOf(policy)} `
    }
    return getOrCreate(this.#known, key, () => new UrlPolicies(byMethod))
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
