import { listItems, normalizeMethod } from '../fetch/headers.ts'
import { isLiveOrigins, sourceOf, type LiveSource, type RiskyKinds } from '../options/live.ts'
import type { MergedPolicyOptions, OriginItem, PolicyOptions, PolicySource } from '../options/types.ts'
import type { Merged } from './merge.ts'
import { compileOriginRule, riskyKinds, type OriginRule } from './origin-rule.ts'

/** What requests are answered by: options merged, validated and made ready. */
export interface Policy {
  readonly origin: OriginRule
  /** Undefined: every method that the URL's routes serve. */
  readonly methods: readonly string[] | undefined
  /** `true` reflects what was asked; `[]` grants none; `['*']` is the literal star. */
  readonly allowedHeaders: true | readonly string[]
  /** The list as a header; undefined where it is reflected or empty. */
  readonly allowHeaders: string | undefined
  readonly exposeHeaders: string | undefined
  readonly credentials: boolean
  readonly maxAge: number | undefined
  readonly cacheControl: string | undefined
  readonly optionsSuccessStatus: number
  readonly preflightContinue: boolean
  readonly strictPreflight: boolean
  readonly enforce: boolean
  readonly rawHeaders: boolean
  readonly options: MergedPolicyOptions
  /** Where each option was set; of equal policies, where those of the first were. */
  readonly from: Merged['from']
}

/** Compiles options that passed validation. */
function compilePolicy ({ options, from }: Merged, origin: OriginRule): Policy {
  const allowedHeaders = options.allowedHeaders === true ? true : uniqueNames(options.allowedHeaders)
  return Object.freeze({
    origin,
    methods: options.methods === undefined ? undefined : uniqueMethods(options.methods),
    allowedHeaders,
    allowHeaders: allowedHeaders === true ? undefined : joined(allowedHeaders),
    exposeHeaders: joined(uniqueNames(options.exposedHeaders ?? [])),
    credentials: options.credentials,
    maxAge: options.maxAge,
    cacheControl: cacheControlOf(options.cacheControl),
    optionsSuccessStatus: options.optionsSuccessStatus,
    preflightContinue: options.preflightContinue,
    strictPreflight: options.strictPreflight,
    enforce: options.enforce,
    rawHeaders: options.rawHeaders,
    options,
    from
  })
}

function uniqueMethods (methods: string | readonly string[]): readonly string[] {
  return Object.freeze([...new Set(listItems(methods).map(({ text }) => normalizeMethod(text)))])
}

/** The names as the user spelled them first; header names have no case. */
function uniqueNames (names: false | string | readonly string[]): readonly string[] {
  const byLowerCase = new Map<string, string>()
  for (const { text } of listItems(names === false ? [] : names)) {
    const lowerCased = text.toLowerCase()
    if (!byLowerCase.has(lowerCased)) byLowerCase.set(lowerCased, text)
  }
  return Object.freeze([...byLowerCase.values()])
}

function joined (names: readonly string[]): string | undefined {
  return names.length === 0 ? undefined : names.join(', ')
}

function cacheControlOf (value: number | string | undefined): string | undefined {
  return typeof value === 'number' ? `max-age=${value}` : value?.trim()
}

type Origin = MergedPolicyOptions['origin']

/** Where a live list is used, and how. */
export interface LiveUse {
  readonly source: LiveSource
  readonly from: PolicySource
  readonly refuses: RiskyKinds
}

interface CompiledOrigin {
  readonly id: number
  readonly rule: OriginRule
}

/** Stands for what the schemas of the route declare, alone or in a list. */
const SCHEMA = 'schema'

/** Whether a list of headers has those in it that the schemas of the route declare. */
export function namesSchema (list: PolicyOptions['allowedHeaders']): boolean {
  return list !== undefined && typeof list !== 'boolean' && listItems(list).some(({ text }) => text === SCHEMA)
}

interface DeclaredHeaders {
  readonly request: readonly string[]
  readonly response: readonly string[]
}

/**
 * Compiles options so that blocks which mean the same become one policy: equal
 * policies are identical, whatever the order of their lists.
 */
export class PolicyCache {
  readonly #policies = new Map<string, Policy>()
  readonly #origins = new Map<string, CompiledOrigin>()
  // A list that many routes inherit is compared by its text only once, for each way to look into live lists.
  readonly #originLists = Array.from({ length: 4 }, () => new WeakMap<object, CompiledOrigin>())
  readonly #objects = new WeakMap<object, number>()
  #objectCount = 0
  readonly #onLive: (use: LiveUse) => void

  /** `onLive` is told of each live list that a policy uses. */
  constructor (onLive: (use: LiveUse) => void = () => {}) {
    this.#onLive = onLive
  }

  /** The policy of options that passed validation. */
  compile (merged: Merged): Policy {
    return this.#compile(merged, { hasSchema: namesSchema(merged.options.allowedHeaders), exposesSchema: namesSchema(merged.options.exposedHeaders) })
  }

  #compile (merged: Merged, stands: { readonly hasSchema: boolean, readonly exposesSchema: boolean }): Policy {
    const origin = this.#compileOrigin(merged)
    const policy = compilePolicy(merged, origin.rule)
    // A header may be called Schema.
    const key = JSON.stringify([origin.id, ...meaningOf(policy), stands])
    const known = this.#policies.get(key)
    if (known !== undefined) return known
    this.#policies.set(key, policy)
    return policy
  }

  /** A policy with the headers that a route's schemas declare, where its options say `'schema'`. */
  withSchemaHeaders (policy: Policy, declared: DeclaredHeaders): Policy {
    const { options, from } = policy
    const allowsSchema = namesSchema(options.allowedHeaders)
    const exposesSchema = namesSchema(options.exposedHeaders)
    if (!allowsSchema && !exposesSchema) return policy
    return this.#compile({
      from,
      options: {
        ...options,
        ...(allowsSchema && { allowedHeaders: withDeclared(options.allowedHeaders as string | readonly string[], declared.request) }),
        ...(exposesSchema && { exposedHeaders: withDeclared(options.exposedHeaders as string | readonly string[], declared.response) })
      }
    }, { hasSchema: false, exposesSchema: false })
  }

  #compileOrigin ({ options, from }: Merged): CompiledOrigin {
    const { origin } = options
    const refuses = riskyKinds(options)
    const way = Number(refuses.insecure) * 2 + Number(refuses.publicSuffix)
    const lists = this.#originLists[way] as WeakMap<object, CompiledOrigin>
    const known = typeof origin === 'object' ? lists.get(origin) : undefined
    if (known !== undefined) return known
    const key = this.#originKey(origin, way)
    let compiled = this.#origins.get(key)
    if (compiled === undefined) {
      const rule = compileOriginRule(origin, refuses)
      compiled = { id: this.#origins.size, rule }
      this.#origins.set(key, compiled)
      if (rule.kind === 'match') for (const source of rule.live) this.#onLive({ source, from: from.origin, refuses })
    }
    if (typeof origin === 'object') lists.set(origin, compiled)
    return compiled
  }

  #originKey (origin: Origin, way: number): string {
    if (typeof origin === 'boolean') return String(origin)
    if (typeof origin === 'function') return `function ${this.#objectId(origin)}`
    const items: readonly OriginItem[] | readonly [OriginItem | '*'] = Array.isArray(origin) ? origin : [origin]
    // A RegExp is no origin, and an origin has no slash in front: the texts differ.
    return [...new Set(items.map((item) => isLiveOrigins(item) ? `live ${way} ${this.#objectId(sourceOf(item))}` : String(item)))].sort().join('\n')
  }

  #objectId (object: object): number {
    const id = this.#objects.get(object) ?? this.#objectCount++
    this.#objects.set(object, id)
    return id
  }
}

function withDeclared (list: string | readonly string[], declared: readonly string[]): string[] {
  return listItems(list).flatMap(({ text }) => text === SCHEMA ? declared : [text])
}

/** What two policies must share to be the same, except for their origins. */
function meaningOf (policy: Policy): unknown[] {
  const { allowedHeaders } = policy
  return [
    policy.methods?.toSorted() ?? null,
    allowedHeaders === true || allowedHeaders.map(name => name.toLowerCase()).sort(),
    policy.exposeHeaders?.toLowerCase().split(', ').sort() ?? null,
    policy.options.timingAllowOrigin,
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
