import type { LogLevel } from 'fastify'

import { CorsConfigError, type CorsProblem } from '../errors.ts'
import { appendVary, listItems } from '../fetch/headers.ts'
import { pluginProperties, policyProperties } from '../options/boot-schema.ts'
import { frozenCopy, isBlock } from '../options/copy.ts'
import type { PolicyOptions, SelectFunction } from '../options/types.ts'
import { varyProblems } from '../validate/rules.ts'
import { checkShape, inBlockOrder, pointer } from '../validate/shape.ts'
import { mergedProblems, mergeLayers } from './merge.ts'

/** The options of one registration, copied. */
export interface RegistrationOptions {
  readonly global: boolean
  readonly hideOptionsRoute: boolean
  readonly logLevel: LogLevel | undefined
  /** The policy options of the registration itself. */
  readonly policy: PolicyOptions
  /** The named policies that it declares. */
  readonly policies: ReadonlyMap<string, PolicyOptions>
  readonly selector: Selector | undefined
}

/** How the policy of a request is chosen; the same object wherever the option is inherited. */
export interface Selector {
  readonly select: SelectFunction
  /** The request headers that it depends on, joined with `', '`. */
  readonly vary: string | undefined
}

/** How deep the plugin's options nest: policies, a policy, a list, its items. */
const PLUGIN_DEPTH = 4

/** Options of `register` itself, which Fastify passes on to the plugin. */
const REGISTER_OPTIONS = ['prefix', 'logSerializers']

/**
 * Copies what was handed to `register` and checks its shape. What the options
 * mean together is checked where they are used, after the merge.
 *
 * @throws {CorsConfigError} with what is wrong with any option by itself
 */
export function readRegistration (options: unknown): RegistrationOptions {
  const written = withoutRegisterOptions(frozenCopy(options ?? {}, PLUGIN_DEPTH))
  const shaped = checkShape(written, pluginProperties, 'must be an object of options')
  const named = Object.entries(shaped.options.policies ?? {})
    .map(([name, block]) => [name, checkShape(block, policyProperties, 'must be an object of policy options')] as const)
  const policy = policyPart(shaped.options)
  const problems = [...shaped.problems, ...varyProblems(shaped)]
  if (problems.length > 0 || named.some(([, block]) => block.problems.length > 0)) {
    throw new CorsConfigError(inBlockOrder([
      ...problems,
      // So that all is reported at once; the rest of the checks needs no misshapen options.
      ...shaped.options.global === false ? [] : soleProblems(policy, shaped.malformed),
      ...named.flatMap(([name, { options, malformed, problems }]) =>
        [...problems, ...soleProblems(options, malformed)].map(problem => below(name, problem)))
    ], written))
  }
  return Object.freeze({
    global: shaped.options.global !== false,
    hideOptionsRoute: shaped.options.hideOptionsRoute !== false,
    logLevel: shaped.options.logLevel as LogLevel | undefined,
    policy,
    policies: new Map(named.map(([name, { options }]) => [name, options])),
    selector: readSelector(shaped.options)
  })
}

function withoutRegisterOptions (options: unknown): unknown {
  if (!isBlock(options)) return options
  return Object.fromEntries(Object.entries(options).filter(([key]) => !REGISTER_OPTIONS.includes(key)))
}

function policyPart (options: Readonly<Record<string, unknown>>): PolicyOptions {
  return Object.freeze(Object.fromEntries(Object.entries(options).filter(([key]) => Object.hasOwn(policyProperties, key))))
}

/** The selector that options which passed validation declare. */
function readSelector (options: Readonly<Record<string, unknown>>): Selector | undefined {
  const select = options['select'] as SelectFunction | undefined
  if (select === undefined) return undefined
  const vary = listItems((options['vary'] ?? []) as string | readonly string[])
    .reduce((names, { text }) => appendVary(names, text), '')
  return Object.freeze({ select, vary: vary === '' ? undefined : vary })
}

/** Moves a problem of a named policy to where that stands in the plugin's options. */
export function below (name: string, problem: CorsProblem): CorsProblem {
  return { ...problem, path: pointer('policies', name) + problem.path }
}

/** Problems that need no other block to tell. */
function soleProblems (options: PolicyOptions, malformed: ReadonlySet<string>): CorsProblem[] {
  return mergedProblems(mergeLayers([{ source: 'plugin', options }]), 'plugin', malformed)
    .filter(({ isWholly }) => isWholly)
    .map(({ problem }) => problem)
}
