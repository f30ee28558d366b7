import type { CorsProblem } from '../errors.ts'
import { mergeLayers, type Layer, type Merged } from '../merge.ts'
import { routeBlockProperties } from '../options/boot-schema.ts'
import type { PolicyOptions } from '../options/policy-options.ts'
import { snapshot } from '../options/snapshot.ts'
import { mergedProblems } from '../validate.ts'
import { checkShape } from '../validate/shape.ts'
import { scopeLayers, type ScopeChain } from './layers.ts'

/** How deep a route's block nests: a list, its items. */
const ROUTE_DEPTH = 2

/** A route's block, and what is wrong with it by itself. */
interface RouteBlock {
  readonly written: unknown
  /** Of the policy that it refines. */
  readonly name: string | undefined
  readonly options: PolicyOptions
  readonly malformed: ReadonlySet<string>
  readonly problems: readonly CorsProblem[]
}

export function readBlock (cors: unknown): RouteBlock {
  const written = snapshot(cors, ROUTE_DEPTH)
  const { options: { policy, ...options }, malformed, problems } = checkShape(
    written, routeBlockProperties, 'must be true, false, the name of a policy, or an object of policy options'
  )
  return { written, name: policy as string | undefined, options: options as PolicyOptions, malformed, problems }
}

/** A block merged with what it refines, and what is wrong with the result. */
export function mergeBlock (
  { options, malformed }: RouteBlock, named: Layer | undefined, chain: ScopeChain
): Merged & { readonly problems: readonly CorsProblem[] } {
  const layers = [...scopeLayers(chain), ...(named === undefined ? [] : [named])]
  const merged = mergeLayers([...layers, { source: 'route', options }])
  return { ...merged, problems: mergedProblems(merged, 'route', malformed).map(({ problem }) => problem) }
}
