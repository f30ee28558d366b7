import type { CorsProblem } from '../errors.ts'
import { policyProperties } from '../options/boot-schema.ts'
import type { MergedPolicyOptions, PolicyOptions, PolicySource } from '../options/types.ts'
import { quote } from '../text.ts'
import { policyProblems, type PolicyProblem } from '../validate/rules.ts'

/** Options from one place. */
export interface Layer {
  readonly source: PolicySource
  readonly options: PolicyOptions
}

/** Options, and where each of them came from. */
export interface Merged {
  readonly options: MergedPolicyOptions
  readonly from: Readonly<Record<keyof PolicyOptions, PolicySource>>
}

/** The options that hold for a route, and which of the named policies they refine. */
export interface EffectiveOptions extends Merged {
  readonly name?: string
}

const DEFAULTS: MergedPolicyOptions = {
  origin: '*',
  allowedHeaders: true,
  timingAllowOrigin: false,
  credentials: false,
  optionsSuccessStatus: 204,
  preflightContinue: false,
  strictPreflight: false,
  enforce: false,
  rawHeaders: false,
  dangerouslyAllowInsecureOrigins: false,
  dangerouslyAllowPublicSuffixes: false
}

const ALL_DEFAULT = Object.fromEntries(Object.keys(policyProperties).map((key) => [key, 'default'])) as Record<keyof PolicyOptions, PolicySource>

/** Merges layers key by key over the defaults; a later one wins whole. */
export function mergeLayers (layers: readonly Layer[]): Merged {
  const from = { ...ALL_DEFAULT }
  for (const { source, options } of layers) {
    for (const key of Object.keys(options) as Array<keyof PolicyOptions>) from[key] = source
  }
  const options = Object.assign({}, DEFAULTS, ...layers.map(layer => layer.options))
  return { options: Object.freeze(options), from: Object.freeze(from) }
}

/** A problem, and whether the block that was checked has a part in it. */
export interface MergedProblem {
  readonly problem: CorsProblem
  readonly isOwn: boolean
  /** Whether the block alone is the cause. */
  readonly isWholly: boolean
}

const NONE: ReadonlySet<string> = new Set()

/**
 * What is wrong with merged options. `own` is where the block that is checked
 * comes from; a cause that comes from elsewhere is named in the message.
 * `malformed` are options of the block that were refused for their shape.
 */
export function mergedProblems (merged: Merged, own: PolicySource, malformed: ReadonlySet<string> = NONE): MergedProblem[] {
  const { from } = merged
  const problems: MergedProblem[] = []
  for (const problem of policyProblems(merged.options)) {
    const { keys } = problem
    // The value that would be looked at is not the one that the user wrote.
    if (keys.some(key => malformed.has(key) && (keys.length > 1 || from[key] !== own))) continue
    problems.push(attribute(problem, merged, own))
  }
  return problems
}

function attribute ({ keys, ...problem }: PolicyProblem, { options, from }: Merged, own: PolicySource): MergedProblem {
  const causes = keys.filter(key => from[key] !== 'default' || !key.startsWith('dangerously'))
  const ownKey = causes.find(key => from[key] === own)
  if (causes.every(key => from[key] === own)) return { problem, isOwn: true, isWholly: true }
  const places = causes.map((key, i) => `${key} ${i === 0 ? 'comes ' : ''}from ${placeOf(from[key])}`)
  const message = `${problem.message} (${places.join(', ')})`
  // The path leads into the block that is checked, so to an option that it sets.
  const moved = ownKey === undefined || ownKey === keys[0] ? {} : { path: `/${ownKey}`, value: options[ownKey] }
  return { problem: { ...problem, message, ...moved }, isOwn: ownKey !== undefined, isWholly: false }
}

/** Where options come from, in words. */
export function placeOf (source: PolicySource): string {
  switch (source) {
    case 'default': return 'the defaults'
    case 'outer': return "an outer registration's options"
    case 'plugin': return "the plugin's options"
    case 'route': return 'the route'
    default: return `the policy ${quote(source.policy)}`
  }
}
