import { listItems, normalizeMethod } from '../fetch/headers.ts'
import type { Merged, MergedPolicyOptions } from '../merge.ts'

import type { OriginRule } from '../origins/origin-rule.ts'

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
export function compilePolicy ({ options, from }: Merged, origin: OriginRule): Policy {
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
