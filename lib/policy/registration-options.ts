import type { LogLevel } from 'fastify'

import { CorsConfigError, type CorsProblem } from '../errors.ts'
import { appendVary, listItems } from '../fetch/headers.ts'
import { pluginProperties, policyProperties } from '../options/boot-schema.ts'
import { frozenCopy, isBlock, UNDEFINED } from '../options/copy.ts'
import type { PolicyOptions, SelectFunction } from '../options/types.ts'
import { show } from '../text.ts'
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

/** What generated OPTIONS routes are declared by: it cannot change when they stand. */
type RoutesOptions = Pick<RegistrationOptions, 'global' | 'hideOptionsRoute' | 'logLevel'>

const ROUTES_DEFAULTS: RoutesOptions = { global: true, hideOptionsRoute: true, logLevel: undefined }

/** A copy of what was handed over, which it is safe to look at more than once. */
export function copyOptions (options: unknown): unknown {
  const copied = frozenCopy(options, PLUGIN_DEPTH)
  // A variable that was forgotten must not open the application. Elsewhere `undefined` inherits.
  const isForgotten = isBlock(copied) && copied['origin'] === undefined && Object.hasOwn(options as object, 'origin')
  return isForgotten ? Object.freeze({ ...copied, origin: UNDEFINED }) : copied
}

/**
 * Checks the shape of what was handed to `register`, copied. What the options
 * mean together is checked where they are used, after the merge.
 *
 * @throws {CorsConfigError} with what is wrong with any option by itself
 */
export function readRegistration (options: unknown): RegistrationOptions {
  return readOptions(options ?? {}, ROUTES_DEFAULTS)
}

/** The same for options that take the place of others, which OPTIONS routes were declared by. */
export function readReplacement (options: unknown, { global, hideOptionsRoute, logLevel }: RegistrationOptions): RegistrationOptions {
  const settled: RoutesOptions = { global, hideOptionsRoute, logLevel }
  const read = readOptions(options, settled)
  const changed = (Object.keys(settled) as Array<keyof RoutesOptions>).filter((key) => read[key] !== settled[key])
  if (changed.length > 0) throw new CorsConfigError(changed.map((key) => fixedOption(key, read[key], settled[key])))
  return read
}

function fixedOption (key: keyof RoutesOptions, value: unknown, settled: unknown): CorsProblem {
  const advice = settled === undefined ? 'leave it out' : `leave it out, or write ${show(settled)}`
  return { path: pointer(key), code: 'fixed-option', message: `cannot change while OPTIONS routes stand that were declared by it; ${advice}`, value }
}

function readOptions (options: unknown, otherwise: RoutesOptions): RegistrationOptions {
  const written = withoutRegisterOptions(copyOptions(options))
  const shaped = checkShape(written, pluginProperties, 'must be an object of options')
  const named = Object.entries(shaped.options.policies ?? {})
    .filter(([name]) => name !== '$schema')
    .map(([name, block]) => [name, checkShape(block, policyProperties, 'must be an object of policy options')] as const)
  const policy = policyPart(shaped.options)
  const { global, hideOptionsRoute, logLevel } = { ...otherwise, ...shaped.options as Partial<RoutesOptions> }
  const problems = [...shaped.problems, ...varyProblems(shaped)]
  if (problems.length > 0 || named.some(([, block]) => block.problems.length > 0)) {
    throw new CorsConfigError(inBlockOrder([
      ...problems,
      // So that all is reported at once; the rest of the checks needs no misshapen options.
      ...global ? soleProblems(policy, shaped.malformed) : [],
      ...named.flatMap(([name, { options, malformed, problems }]) =>
        [...problems, ...soleProblems(options, malformed)].map(problem => below(name, problem)))
    ], written))
  }
  return Object.freeze({
    global,
    hideOptionsRoute,
    logLevel,
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
