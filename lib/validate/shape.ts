import type { CorsProblem, CorsProblemCode } from '../errors.ts'
import { pluginProperties, routeBlockProperties, type OptionCheck, type OptionChecks } from '../options/boot-schema.ts'
import { isBlock, isUnusable, UNDEFINED } from '../options/copy.ts'
import type { PluginOnlyOptions, PolicyOptions, PolicyReference } from '../options/types.ts'
import { nearest, quote, show } from '../text.ts'

/** A block whose values have the right types, and what was wrong with the others. */
export interface ShapedBlock {
  /** The options that can be looked at further; a list may still hold wrong items. */
  readonly options: Readonly<Record<string, unknown>>
  readonly malformed: ReadonlySet<string>
  readonly problems: readonly CorsProblem[]
}

/** Checks the shape of each option of a block. */
export function checkShape (block: unknown, properties: OptionChecks, whole: string): ShapedBlock {
  if (!isBlock(block)) {
    return { options: {}, malformed: new Set(), problems: [problem('', 'invalid-type', `${whole}, got ${show(block)}`, block)] }
  }
  const options: Record<string, unknown> = {}
  const malformed = new Set<string>()
  const problems: CorsProblem[] = []
  for (const [key, value] of Object.entries(block)) {
    // For the editor of a policy file.
    if (key === '$schema') continue
    const check = Object.hasOwn(properties, key) ? properties[key] : undefined
    const found = check === undefined
      ? [unknownOption(key, value, properties)]
      : check.matches(value) ? [] : wrongValue(key, value, check)
    problems.push(...found)
    if (found.length > 0) malformed.add(key)
    if (check !== undefined && (found.length === 0 || found[0]?.path !== pointer(key))) options[key] = value
  }
  return { options: Object.freeze(options), malformed, problems }
}

/** Problems in the order in which the user wrote the options that they are about. */
export function inBlockOrder (problems: readonly CorsProblem[], block: unknown): CorsProblem[] {
  const keys = isBlock(block) ? Object.keys(block) : []
  const order = new Map(keys.map((key, index) => [pointer(key), index]))
  const rank = ({ path }: CorsProblem): number => order.get(path.split('/', 2).join('/')) ?? keys.length
  return problems.toSorted((a, b) => rank(a) - rank(b))
}

/** A JSON pointer to `keys`. */
export function pointer (...keys: readonly (string | number)[]): string {
  return keys.map(key => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

function wrongValue (key: string, value: unknown, { matchesItem, expectation = expected[key] }: OptionCheck): CorsProblem[] {
  if (value === UNDEFINED) {
    const message = "is undefined, as what comes of a variable that is not set; name the origins, or leave the option out for '*'"
    return [problem(pointer(key), 'undefined-origin', message, value)]
  }
  if (matchesItem === undefined || !Array.isArray(value)) {
    const code = rangeCode(key, value)
    return [problem(pointer(key), code, `must be ${expectation}, got ${show(value)}${adviceFor(key, value)}`, value)]
  }
  return value.flatMap((item, index) => matchesItem(item)
    ? []
    : [problem(pointer(key, index), 'invalid-type', `must be ${expectedItem[key]}, got ${show(item)}`, item)])
}

/** What to write in the place of a value, where that follows from it. */
function adviceFor (key: string, value: unknown): string {
  const range = Object.hasOwn(NUMBERS, key) ? NUMBERS[key] : undefined
  if (range !== undefined && (typeof value === 'number' || typeof value === 'string')) {
    const [min, max, usual] = range
    const number = Math.round(typeof value === 'string' && value.trim() === '' ? NaN : Number(value))
    if (number >= min && number <= max) return `; write ${number}`
    return Number.isNaN(number) ? '' : `; write ${usual ?? (number < min ? min : max)}`
  }
  if (expected[key] === BOOLEAN && (typeof value === 'number' || typeof value === 'string')) {
    if (/^\s*(?:true|yes|on|1)\s*$/i.test(String(value))) return '; write true'
    if (/^\s*(?:false|no|off|0)?\s*$/i.test(String(value))) return '; write false'
  }
  if (key === 'origin') return value === null ? '; write false to allow none' : ''
  return value === null || (value === false && key === 'exposedHeaders') || (value === true && key === 'methods') ? '; leave it out' : ''
}

/** The least and the largest that options take, and what is written mostly. */
const NUMBERS: Readonly<Record<string, readonly [min: number, max: number, usual?: number]>> = { maxAge: [0, 86_400], cacheControl: [0, 2_147_483_648], optionsSuccessStatus: [200, 299, 204], refresh: [0, 86_400], max: [1, 10_000_000] }

function rangeCode (key: string, value: unknown): CorsProblemCode {
  if (!Number.isInteger(value)) return 'invalid-type'
  if (key === 'optionsSuccessStatus') return 'status-range'
  return key === 'maxAge' || key === 'cacheControl' ? 'max-age-range' : 'invalid-type'
}

/** Options of @fastify/cors, and the section of MIGRATING.md that says what replaces them. */
const SECTIONS: Readonly<Record<string, string>> = { delegator: 'delegator', hook: 'hook', preflight: 'option-by-option' }

/** What the options of other packages have in their names. */
const MEANINGS: Readonly<Record<string, RegExp>> = {
  origin: /origin|whitelist|allowlist/i,
  credentials: /credential/i,
  exposedHeaders: /expose|response.?header/i,
  allowedHeaders: /header/i,
  methods: /method/i,
  maxAge: /max.?age/i,
  optionsSuccessStatus: /status/i
}

function unknownOption (key: string, value: unknown, properties: OptionChecks): CorsProblem {
  const name = `${quote(key)} is not an option`
  const section = Object.hasOwn(SECTIONS, key) ? SECTIONS[key] : undefined
  let message = section === undefined ? `${name}; leave it out` : `${name}; see MIGRATING.md#${section}`
  const words = Object.keys(properties)
  const meant = nearest(key, words) ?? words.find((word) => MEANINGS[word]?.test(key))
  if (Object.hasOwn(pluginProperties, key)) message = `${name} here, only of the plugin; move it to the plugin's options`
  else if (Object.hasOwn(routeBlockProperties, key)) message = `${name} here, only of a route; move it to a route's config.cors`
  else if (meant !== undefined) message = `${name}; did you mean '${meant}'?`
  return problem(pointer(key), 'unknown-option', message, value)
}

function problem (path: string, code: CorsProblemCode, message: string, value: unknown): CorsProblem {
  return { path, code, message, value: isUnusable(value) ? value.value : value }
}

type OptionKey = keyof PolicyOptions | keyof PluginOnlyOptions | keyof PolicyReference
type ListKey = 'origin' | 'methods' | 'allowedHeaders' | 'exposedHeaders' | 'vary'

const BOOLEAN = 'true or false'
const LIST = 'an array of names, or one string with commas'

/** What each option takes, to go on after "must be". */
const expectations: Readonly<Record<OptionKey, string>> = {
  origin: "'*', true, false, an origin, a pattern, a RegExp, live origins, an array of the last four, or a function",
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
  timingAllowOrigin: BOOLEAN,
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

/** The same for the items of a list. */
const itemExpectations: Readonly<Record<ListKey, string>> = {
  origin: 'an origin, a pattern, a RegExp or live origins',
  methods: 'the name of a method',
  allowedHeaders: 'the name of a header',
  exposedHeaders: 'the name of a header',
  vary: 'the name of a header'
}

const expected: Readonly<Record<string, string>> = expectations
const expectedItem: Readonly<Record<string, string>> = itemExpectations
