import { CorsConfigError, type CorsConfigErrorRoute, type CorsProblem } from '../errors.ts'
import { routeBlockProperties } from '../options/boot-schema.ts'
import { frozenCopy } from '../options/copy.ts'
import type { PolicyOptions } from '../options/types.ts'
import { nearest, quote } from '../text.ts'
import { originLiteral } from '../validate/origins.ts'
import { checkShape, inBlockOrder } from '../validate/shape.ts'
import { mergedProblems, mergeLayers, type EffectiveOptions, type Layer, type Merged } from './merge.ts'
import type { Policy, PolicyCache } from './policy.ts'
import { below, type RegistrationOptions, type Selector } from './registration-options.ts'

/** What a route's `config.cors` says, and what is wrong with it by itself. */
interface Block {
  readonly written: unknown
  /** Of the policy that it refines. */
  readonly name: string | undefined
  readonly options: PolicyOptions
  readonly malformed: ReadonlySet<string>
  readonly problems: readonly CorsProblem[]
}

interface Inherited {
  readonly layers: readonly Layer[]
  readonly policies: ReadonlyMap<string, Layer>
}

const NOTHING: Inherited = { layers: [], policies: new Map() }

/** How deep a route's block nests: a list, its items. */
const BLOCK_DEPTH = 2

const NO_POLICIES: ReadonlyMap<string, Policy> = new Map()

/**
 * The options of one registration, over those of the registrations around it.
 * Here alone is known what a `config.cors` means: `true`, `false`, a name, a block, or nothing.
 */
export class Scope {
  readonly options: RegistrationOptions
  /** Its own, or that of the registration around it. */
  readonly selector: Selector | undefined
  readonly #layers: readonly Layer[]
  /** Every named policy that it can use; an inner one replaces an outer one. */
  readonly #named: ReadonlyMap<string, Layer>
  readonly #cache: PolicyCache
  /** The policies that most routes share, by name; of the routes that name none by `undefined`. */
  readonly #policies = new Map<string | undefined, Policy>()
  #selectable: ReadonlyMap<string, Policy> | undefined

  constructor (options: RegistrationOptions, outer: Scope | undefined, cache: PolicyCache) {
    const { layers, policies } = outer === undefined ? NOTHING : outer.#inherited()
    const named = [...options.policies].map(([name, options]) => [name, { source: { policy: name }, options }] as const)
    this.options = options
    this.selector = options.selector ?? outer?.selector
    this.#layers = [...layers, { source: 'plugin', options: options.policy }]
    this.#named = new Map<string, Layer>([...policies, ...named])
    this.#cache = cache
  }

  /**
   * Checks what the registration says, as far as it serves.
   *
   * @throws {CorsConfigError} with all that is wrong with the plugin's own options, or with the named policies
   */
  check (): void {
    this.#checkDefault()
    this.#checkSelector()
    this.checkNamed()
  }

  /**
   * The policy of routes with this `config.cors`, `undefined` without CORS; of none where `route` is left out.
   *
   * @throws {CorsConfigError} with all that is wrong with it, and the route
   */
  policy (cors: unknown, route?: CorsConfigErrorRoute): Policy | undefined {
    if (!this.#hasCors(cors)) return undefined
    const block = readBlock(cors)
    const { name, written } = block
    const unknown = name === undefined || this.#named.has(name) ? [] : [this.#unknownPolicy(cors, name)]
    if (unknown.length > 0 && written === undefined) throw new CorsConfigError(unknown, route)
    const { policy, problems } = this.#compile(block, name, route === undefined ? 'plugin' : 'route')
    const all = [...block.problems, ...unknown, ...problems]
    if (all.length > 0) throw new CorsConfigError(inBlockOrder(all, written), route)
    return policy
  }

  /**
   * The policies that routes with this `config.cors` have if one of the scope's is selected
   * for them, by name; none where they name their own or have no CORS.
   *
   * @throws {CorsConfigError} with all that is wrong with the route's block over any of them
   */
  selectable (cors: unknown, route: CorsConfigErrorRoute): ReadonlyMap<string, Policy> {
    if (this.selector === undefined || !this.#hasCors(cors)) return NO_POLICIES
    const block = readBlock(cors)
    if (block.name !== undefined) return NO_POLICIES
    return block.written === undefined ? (this.#selectable ??= this.#overEach(block, route)) : this.#overEach(block, route)
  }

  /** The options that hold for routes with this `config.cors`, which booted, if `selected` is what `select` names. */
  merge (cors: unknown, selected?: string): EffectiveOptions | undefined {
    if (!this.#hasCors(cors)) return undefined
    const block = readBlock(cors)
    const name = block.name ?? selected
    return { ...(name !== undefined && { name }), ...this.#merge(block, name) }
  }

  /** Whether any of the options that a wrong block can have been meant to refine, or itself, asks for `enforce`. */
  mayEnforce (cors: unknown): boolean {
    const blocks = [...this.#layers, ...this.#named.values()].map(({ options }) => options as unknown)
    return [...blocks, cors].some((block) => Boolean((block as { enforce?: unknown } | null)?.enforce))
  }

  /** What a scope within this one begins with. */
  #inherited (): Inherited {
    return { layers: this.#layers.map(({ options }) => ({ source: 'outer', options })), policies: this.#named }
  }

  #hasCors (cors: unknown): boolean {
    return cors !== false && (cors !== undefined || this.options.global)
  }

  #overEach (block: Block, route: CorsConfigErrorRoute): ReadonlyMap<string, Policy> {
    const compiled = [...this.#named.keys()].map((name) => [name, this.#compile(block, name, 'route')] as const)
    const problems = compiled.flatMap(([, { problems }]) => problems)
    if (problems.length > 0) throw new CorsConfigError(problems, route)
    return new Map(compiled.map(([name, { policy }]) => [name, policy as Policy]))
  }

  #compile (block: Block, name: string | undefined, own: 'plugin' | 'route'): { policy?: Policy, problems: readonly CorsProblem[] } {
    const isShared = block.written === undefined
    const known = isShared ? this.#policies.get(name) : undefined
    if (known !== undefined) return { policy: known, problems: [] }
    const merged = this.#merge(block, name)
    const problems = mergedProblems(merged, own, block.malformed).map(({ problem }) => problem)
    if (problems.length > 0 || block.problems.length > 0) return { problems }
    const policy = this.#cache.compile(merged)
    if (isShared) this.#policies.set(name, policy)
    return { policy, problems }
  }

  #merge ({ options }: Pick<Block, 'options'>, name: string | undefined): Merged {
    const named = name === undefined ? undefined : this.#named.get(name)
    return mergeLayers([...this.#layers, ...(named === undefined ? [] : [named]), { source: 'route', options }])
  }

  #checkDefault (): void {
    if (!this.options.global) return
    const problems = mergedProblems(mergeLayers(this.#layers), 'plugin')
    if (problems.length > 0) throw new CorsConfigError(problems.map(({ problem }) => problem))
  }

  #checkSelector (): void {
    const { selector } = this.options
    if (selector === undefined || this.#named.size > 0) return
    throw new CorsConfigError([{
      path: '/select',
      code: 'select-without-policies',
      message: 'has no policy to name; declare it in policies',
      value: selector.select
    }])
  }

  /** The part of it that is about every named policy that the scope can use, over the plugin's options. */
  checkNamed (): void {
    const problems = new Map<string, CorsProblem>()
    for (const [name, layer] of this.#named) {
      for (const { problem, isOwn } of mergedProblems(mergeLayers([...this.#layers, layer]), layer.source)) {
        // The check of the plugin's own options reports what no policy has a part in.
        if (!isOwn && this.options.global) continue
        const placed = isOwn ? below(name, problem) : problem
        problems.set(`${placed.path} ${placed.message}`, placed)
      }
    }
    if (problems.size > 0) throw new CorsConfigError([...problems.values()])
  }

  #unknownPolicy (cors: unknown, name: string): CorsProblem {
    const names = [...this.#named.keys()]
    const meant = nearest(name, names)
    let advice = names.length === 0 ? "declare it in the plugin's policies" : `there is ${names.map((text) => quote(text)).join(', ')}`
    if (meant !== undefined) advice = `did you mean ${quote(meant)}?`
    const isWhole = typeof cors === 'string'
    const origin = isWhole ? originLiteral(name) : undefined
    if (isWhole && /^(?:true|false)$/i.test(name)) advice = `write ${name.toLowerCase()}`
    if (origin !== undefined) advice = `write { origin: ${origin} }`
    return { path: isWhole ? '' : '/policy', code: 'unknown-policy', message: `no policy is named ${quote(name)}; ${advice}`, value: name }
  }
}

const PLAIN: Block = { written: undefined, name: undefined, options: {}, malformed: new Set(), problems: [] }

function readBlock (cors: unknown): Block {
  if (cors === undefined || cors === true) return PLAIN
  if (typeof cors === 'string') return { ...PLAIN, name: cors }
  const written = frozenCopy(cors, BLOCK_DEPTH)
  const origin = originLiteral(written)
  const { options: { policy, ...options }, malformed, problems } = checkShape(
    written, routeBlockProperties, 'must be true, false, the name of a policy, or an object of policy options'
  )
  return {
    written,
    name: policy as string | undefined,
    options: options as PolicyOptions,
    malformed,
    problems: origin === undefined ? problems : problems.map((problem) => ({ ...problem, message: `${problem.message}; write { origin: ${origin} }` }))
  }
}
