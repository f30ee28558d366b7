import type { PolicyOptions } from './options/policy-options.ts'

/** Where an option of a policy was set. */
export type PolicySource = 'default' | 'outer' | 'plugin' | 'route' | { readonly policy: string }

type DefaultedKey =
  | 'origin' | 'allowedHeaders' | 'credentials' | 'optionsSuccessStatus' | 'preflightContinue'
  | 'strictPreflight' | 'enforce' | 'rawHeaders'
  | 'dangerouslyAllowInsecureOrigins' | 'dangerouslyAllowPublicSuffixes'

type Defined<Options> = { readonly [Key in keyof Options]-?: Exclude<Options[Key], undefined> }

/** Options after the merge: set by someone, or the default where there is one. */
export type MergedPolicyOptions =
  Defined<Pick<PolicyOptions, DefaultedKey>> & Omit<PolicyOptions, DefaultedKey>

const DEFAULTS: MergedPolicyOptions = {
  origin: '*',
  allowedHeaders: true,
  credentials: false,
  optionsSuccessStatus: 204,
  preflightContinue: false,
  strictPreflight: false,
  enforce: false,
  rawHeaders: false,
  dangerouslyAllowInsecureOrigins: false,
  dangerouslyAllowPublicSuffixes: false
}

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

/** Merges layers key by key over the defaults; a later one wins whole. */
export function mergeLayers (layers: readonly Layer[]): Merged {
  const from = { ...ALL_DEFAULT }
  for (const { source, options } of layers) {
    for (const key of Object.keys(options) as Array<keyof PolicyOptions>) from[key] = source
  }
  const options = Object.assign({}, DEFAULTS, ...layers.map(layer => layer.options))
  return { options: Object.freeze(options), from: Object.freeze(from) }
}

const ALL_DEFAULT: Record<keyof PolicyOptions, PolicySource> = {
  origin: 'default',
  methods: 'default',
  allowedHeaders: 'default',
  exposedHeaders: 'default',
  credentials: 'default',
  maxAge: 'default',
  cacheControl: 'default',
  optionsSuccessStatus: 'default',
  preflightContinue: 'default',
  strictPreflight: 'default',
  enforce: 'default',
  rawHeaders: 'default',
  dangerouslyAllowInsecureOrigins: 'default',
  dangerouslyAllowPublicSuffixes: 'default'
}
