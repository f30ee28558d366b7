import type { CorsProblem } from './errors.ts'
import type { Merged, PolicySource } from './merge.ts'
import { quote } from './text/show.ts'
import { credentialsProblems } from './validate/credentials.ts'
import { allowedHeadersProblems, exposedHeadersProblems } from './validate/headers.ts'
import { methodsProblems } from './validate/methods.ts'
import { originProblems } from './validate/origin.ts'
import type { PolicyProblem } from './validate/policy-problem.ts'

/** A problem, and whether the block that was checked has a part in it. */
export interface MergedProblem {
  readonly problem: CorsProblem
  readonly isOwn: boolean
  /** Whether the block alone is the cause. */
  readonly isWholly: boolean
}

/**
 * What is wrong with merged options. `own` is where the block that is checked
 * comes from; a cause that comes from elsewhere is named in the message.
 * `malformed` are options of the block that were refused for their shape.
 */
export function mergedProblems (
  merged: Merged, own: PolicySource, malformed: ReadonlySet<string>
): MergedProblem[] {
  const { from } = merged
  const problems: MergedProblem[] = []
  for (const problem of policyProblems(merged)) {
    const { keys } = problem
    // The value that would be looked at is not the one that the user wrote.
    if (keys.some(key => malformed.has(key) && (keys.length > 1 || from[key] !== own))) continue
    problems.push(attribute(problem, merged, own))
  }
  return problems
}

function * policyProblems ({ options }: Merged): Generator<PolicyProblem> {
  yield * originProblems(options.origin)
  yield * methodsProblems(options.methods)
  yield * allowedHeadersProblems(options.allowedHeaders)
  yield * exposedHeadersProblems(options.exposedHeaders)
  yield * credentialsProblems(options)
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

function placeOf (source: PolicySource): string {
  switch (source) {
    case 'default': return 'the defaults'
    case 'outer': return "an outer registration's options"
    case 'plugin': return "the plugin's options"
    case 'route': return 'the route'
    default: return `the policy ${quote(source.policy)}`
  }
}
