import type { PluginOnlyOptions, PolicyReference } from '../options/cors-options.ts'
import type { PolicyOptions } from '../options/policy-options.ts'

type OptionKey = keyof PolicyOptions | keyof PluginOnlyOptions | keyof PolicyReference

const BOOLEAN = 'true or false'
const LIST = 'an array of names, or one string with commas'

/** What each option takes, to go on after "must be". */
const expectations: Readonly<Record<OptionKey, string>> = {
  origin: "'*', true, false, an origin, a pattern, a RegExp, an array of the last three, or a function",
  methods: LIST,
  allowedHeaders: `true, false, '*', ${LIST}`,
  exposedHeaders: `'*', ${LIST}`,
  credentials: BOOLEAN,
  maxAge: 'an integer from 0 to 86400',
  cacheControl: 'an integer from 0 to 2147483648, or the value of a Cache-Control header',
  optionsSuccessStatus: 'an integer from 200 to 299',
  preflightContinue: BOOLEAN,
  strictPreflight: BOOLEAN,
  enforce: BOOLEAN,
  rawHeaders: BOOLEAN,
  dangerouslyAllowInsecureOrigins: BOOLEAN,
  dangerouslyAllowPublicSuffixes: BOOLEAN,
  policy: 'the name of a policy',
  global: BOOLEAN,
  policies: 'an object of policies by name',
  select: 'a function that names a policy',
  vary: LIST,
  hideOptionsRoute: BOOLEAN,
  logLevel: "'fatal', 'error', 'warn', 'info', 'debug', 'trace' or 'silent'"
}
const itemExpectations: Readonly<Record<ListKey, string>> = {
  origin: 'an origin, a pattern or a RegExp',
  methods: 'the name of a method',
  allowedHeaders: 'the name of a header',
  exposedHeaders: 'the name of a header',
  vary: 'the name of a header'
}

type ListKey = 'origin' | 'methods' | 'allowedHeaders' | 'exposedHeaders' | 'vary'

export const expected: Readonly<Record<string, string>> = expectations
/** What the items of a list must be, to go on after "must be". */
export const expectedItem: Readonly<Record<string, string>> = itemExpectations
