import { types } from 'node:util'

import type { CorsProblem, CorsProblemCode } from '../errors.ts'
import {
  isForbiddenMethod, isForbiddenRequestHeader, isForbiddenResponseHeader, isServableMethod, isToken, listItems, normalizeMethod, servableMethods
} from '../fetch/headers.ts'
import { FILE_ORIGIN, isLoopbackHost, splitOrigin, type OriginParts } from '../fetch/origins.ts'
import type { MergedPolicyOptions, PolicyOptions } from '../options/types.ts'
import { nearest, quote, show } from '../text.ts'
import type { BroadMatch } from './broad-regexp.ts'
import { originTextProblem } from './origins.ts'
import { rareChecks } from './rare-checks.ts'
import { pointer, type ShapedBlock } from './shape.ts'

/** The name of a policy option. */
type PolicyKey = keyof PolicyOptions

/** A problem of merged options, and the options that are its cause. */
export interface PolicyProblem extends CorsProblem {
  readonly keys: readonly PolicyKey[]
}

/** A problem of one option by itself; `index` is the item of its list. */
function problemOf (
  key: PolicyKey, code: CorsProblemCode, message: string, value: unknown, index?: number
): PolicyProblem {
  return { path: index === undefined ? `/${key}` : `/${key}/${index}`, code, message, value, keys: [key] }
}

/** What is wrong with a policy: option by option, and last what holds between several. */
export function * policyProblems (options: MergedPolicyOptions): Generator<PolicyProblem> {
  yield * originProblems(options.origin)
  yield * methodsProblems(options.methods)
  yield * allowedHeadersProblems(options.allowedHeaders)
  yield * exposedHeadersProblems(options.exposedHeaders)
  yield * credentialsProblems(options)
}

// Many routes may inherit one long list: it is looked at once.
const problemsOfList = new WeakMap<readonly unknown[], readonly PolicyProblem[]>()

/** Origins that no browser sends, patterns that match none, RegExps that match too many. */
function originProblems (origin: PolicyOptions['origin']): readonly PolicyProblem[] {
  if (origin === '*') return []
  if (!Array.isArray(origin)) return [...itemProblems(origin, undefined)]
  let problems = problemsOfList.get(origin)
  if (problems === undefined) {
    problems = [...listProblems(origin)]
    problemsOfList.set(origin, problems)
  }
  return problems
}

function * listProblems (origins: readonly unknown[]): Generator<PolicyProblem> {
  if (origins.length === 0) {
    yield problemOf('origin', 'credentials-without-origin',
      'an empty list allows no origin at all; list the origins that may read, or write false if none may', origins)
  }
  for (const [index, item] of origins.entries()) yield * itemProblems(item, index)
}

function * itemProblems (item: unknown, index: number | undefined): Generator<PolicyProblem> {
  let problem
  if (typeof item === 'string') problem = originTextProblem(item, index !== undefined)
  else if (types.isRegExp(item)) problem = rareChecks().originRegExpProblem(item)
  if (problem !== undefined) yield problemOf('origin', problem.code, problem.message, item, index)
}

/** What is wrong with an item of a list, and what may stand in its place. */
interface ItemProblem {
  readonly code: CorsProblemCode
  readonly message: string
  /** Nothing, unless it says what. */
  readonly write?: readonly string[]
  /** What to do else than to write another list. */
  readonly advice?: string
}

/** Longer ones are not written out. */
const MAX_WRITTEN = 1000

/** What is wrong with the items of a list; `none` is what to do where no item is left. */
function * listedProblems (
  key: 'methods' | 'allowedHeaders' | 'exposedHeaders', list: string | readonly string[], emptyCode: CorsProblemCode, none: string,
  problemOfItem: (text: string, count: number) => ItemProblem | undefined
): Generator<PolicyProblem> {
  for (const [index, item] of typeof list === 'string' ? [] : list.entries()) {
    if (typeof item === 'string' && item.trim() === '') yield problemOf(key, emptyCode, `${quote(item)} is empty; leave it out`, item, index)
  }
  const items = listItems(list).map((item) => ({ ...item, problem: problemOfItem(item.text, listItems(list).length) }))
  const right = [...new Set(items.flatMap(({ text, problem }) => problem === undefined ? [text] : problem.write ?? []))]
  const whole = typeof list === 'string' ? quote(right.join(', '), MAX_WRITTEN) : `[${right.map((text) => quote(text)).join(', ')}]`
  for (const { text, index, problem } of items) {
    if (problem === undefined) continue
    const { code, message, write, advice } = problem
    let fix = advice ?? (right.length === 0 ? none : `write the list ${whole}`)
    if (write?.length === 1 && (index !== undefined || items.length === 1)) fix = `write ${quote(write[0] as string)}`
    else if (whole.length > MAX_WRITTEN) fix = 'leave it out'
    yield problemOf(key, code, `${quote(text)} ${message}; ${fix}`, text, index)
  }
}

/** The names in a text that has other things between and around them than commas, if they are fine. */
function namesIn (text: string, problemOfItem: (name: string) => ItemProblem | undefined): readonly string[] | undefined {
  const names = text.replace(/:.*/, '').split(/[ \t,;|"'[\]]+/).filter((name) => name !== '')
  return names.length > 0 && names.every((name) => isToken(name) && problemOfItem(name) === undefined) ? names : undefined
}

/** A problem of what is no name; what it was meant to be, if that is clear. */
function noName (code: CorsProblemCode, message: string, example: string, write: readonly string[] | undefined): ItemProblem {
  return write === undefined
    ? { code, message, advice: `write names such as '${example}', in an array or with commas between them` }
    : { code, message, write }
}

/** Methods that no request with CORS can have. */
function * methodsProblems (methods: PolicyOptions['methods']): Generator<PolicyProblem> {
  yield * listedProblems('methods', methods ?? [], 'invalid-method', 'leave methods out', methodProblem)
}

function methodProblem (method: string): ItemProblem | undefined {
  if (/^(?:\*|all|any)$/i.test(method)) return { code: 'invalid-method', message: 'is no method', advice: 'leave methods out to grant every method that the routes of a URL serve' }
  if (!isToken(method) || method.includes('|')) return noName('invalid-method', 'is not a method', 'PUT', namesIn(method, methodProblem))
  if (isForbiddenMethod(method)) return { code: 'forbidden-method', message: 'can never be sent by a script' }
  if (isServableMethod(normalizeMethod(method))) return undefined
  const upperCased = method.toUpperCase()
  if (isServableMethod(upperCased)) {
    return { code: 'method-case', message: 'is not upper-cased by browsers, and matches no request', write: [upperCased] }
  }
  const meant = nearest(method, servableMethods)
  return { code: 'invalid-method', message: 'is no method that Node.js can receive', ...(meant !== undefined && { write: [meant] }) }
}

/** Request headers that no script can set, and what is no header name. */
function * allowedHeadersProblems (allowed: PolicyOptions['allowedHeaders']): Generator<PolicyProblem> {
  if (allowed === undefined || typeof allowed === 'boolean') return
  yield * listedProblems('allowedHeaders', allowed, 'invalid-header-name', 'write allowedHeaders: false to grant none', (name, count) =>
    nameProblem(name, count, 'write allowedHeaders: true to grant whatever is asked') ?? (isForbiddenRequestHeader(name)
      ? { code: 'forbidden-request-header', message: 'is set by the browser and by no script' }
      : undefined))
}

/** Response headers that no script can read, and what is no header name. */
function * exposedHeadersProblems (exposed: PolicyOptions['exposedHeaders']): Generator<PolicyProblem> {
  yield * listedProblems('exposedHeaders', exposed ?? [], 'invalid-header-name', 'leave exposedHeaders out', (name, count) =>
    nameProblem(name, count, "write exposedHeaders: '*' to expose every header") ?? (isForbiddenResponseHeader(name)
      ? { code: 'forbidden-response-header', message: 'is never shown to scripts' }
      : undefined))
}

function nameProblem (name: string, count: number, whole: string): ItemProblem | undefined {
  if (name === '*' && count > 1) return { code: 'invalid-header-name', message: 'cannot be one of several headers', advice: `${whole}, or name them all` }
  return isToken(name) ? undefined : noName('invalid-header-name', 'is not a header name', 'X-Request-Id', namesIn(name, () => undefined))
}

/** What is wrong only because pages may use the credentials of their users. */
function * credentialsProblems (options: MergedPolicyOptions): Generator<PolicyProblem> {
  if (options.credentials !== true) return
  yield * wildcardProblems(options)
  yield * riskyOriginProblems(options)
}

function * wildcardProblems (options: MergedPolicyOptions): Generator<PolicyProblem> {
  const { origin } = options
  if (origin === '*' || origin === true) {
    yield wildcardProblem('origin', origin, origin === '*'
      ? "'*' is every origin, and browsers refuse it with credentials: true; name the origins, or write credentials: false beside it"
      : 'true reflects every origin, so that with credentials: true any page acts as its user; ' +
        'name the origins, or write credentials: false beside it')
  }
  if (isStar(options.allowedHeaders)) {
    yield wildcardProblem('allowedHeaders', options.allowedHeaders,
      "'*' is no wildcard to browsers with credentials: true; write true to grant what is asked, or name the headers")
  }
  if (isStar(options.exposedHeaders)) {
    yield wildcardProblem('exposedHeaders', options.exposedHeaders,
      "'*' is no wildcard to browsers with credentials: true; name the headers, or leave it out")
  }
}

function isStar (list: boolean | string | readonly string[] | undefined): boolean {
  if (list === undefined || typeof list === 'boolean') return false
  const items = listItems(list)
  return items.length === 1 && items[0]?.text === '*'
}

function wildcardProblem (key: PolicyKey, value: unknown, message: string): PolicyProblem {
  return { path: `/${key}`, code: 'wildcard-with-credentials', message, value, keys: [key, 'credentials'] }
}

/** One risk of an origin with credentials, and the option that lifts the problem. */
export interface Risk {
  readonly code: CorsProblemCode
  readonly message: string
  readonly lift?: 'dangerouslyAllowInsecureOrigins' | 'dangerouslyAllowPublicSuffixes'
}

/** An origin with a risk. */
interface RiskyOrigin extends Risk {
  readonly path: string
  readonly value: string | RegExp
}

function * riskyOriginProblems (options: MergedPolicyOptions): Generator<PolicyProblem> {
  for (const { path, code, message, lift, value } of riskyOrigins(options.origin)) {
    if (lift !== undefined && options[lift]) continue
    yield {
      path,
      code,
      message: `${show(value)} ${message}${lift === undefined ? '' : `, or set ${lift}: true`}`,
      value,
      keys: ['origin', 'credentials', ...lift === undefined ? [] : [lift]]
    }
  }
}

// Many routes may inherit one long list: it is looked at once.
const riskyOriginsOfList = new WeakMap<readonly unknown[], readonly RiskyOrigin[]>()

function riskyOrigins (origin: MergedPolicyOptions['origin']): readonly RiskyOrigin[] {
  if (!Array.isArray(origin)) return risksAt('/origin', origin)
  let risky = riskyOriginsOfList.get(origin)
  if (risky === undefined) {
    risky = origin.flatMap((item, index) => risksAt(`/origin/${index}`, item))
    riskyOriginsOfList.set(origin, risky)
  }
  return risky
}

function risksAt (path: string, item: unknown): RiskyOrigin[] {
  if (typeof item === 'string') return [...risksOf(item)].map(risk => ({ ...risk, path, value: item }))
  if (!types.isRegExp(item) || rareChecks().originRegExpProblem(item) !== undefined) return []
  return rareChecks().broadMatches(item).map(match => ({ ...riskOf(match), path, value: item }))
}

function riskOf ({ kind, origin }: BroadMatch): Risk {
  const code = 'broad-regexp'
  const matches = `matches ${quote(origin)}`
  if (kind === 'stranger') return { code, message: `${matches} too, which anyone can register; name the host, and escape its dots` }
  if (kind === 'insecure') {
    return { code, message: `${matches} too, which is not encrypted, so that anyone on its network can act as its users; start it with ^https:`, lift: 'dangerouslyAllowInsecureOrigins' }
  }
  return { code, message: `${matches} too, a name that anyone can get; name the sites`, lift: 'dangerouslyAllowPublicSuffixes' }
}

/** What is wrong with an origin or a pattern, which is none by itself, only because pages may use the credentials of their users. */
export function * risksOf (origin: string): Generator<Risk> {
  if (origin === '*' || originTextProblem(origin) !== undefined) return
  const { scheme, host } = splitOrigin(origin) as OriginParts
  if (origin === FILE_ORIGIN) {
    yield {
      code: 'insecure-origin',
      message: 'is every page that was opened from a disk, so that whoever gets a user to open a file can act as that user; use https',
      lift: 'dangerouslyAllowInsecureOrigins'
    }
    return
  }
  if (scheme === 'http' && !isLoopbackHost(host)) {
    yield {
      code: 'insecure-origin',
      message: 'is not encrypted, so that anyone on its network can act as its users; ' + `write ${quote(origin.replace('http', 'https'))}`,
      lift: 'dangerouslyAllowInsecureOrigins'
    }
  }
  if (!host.includes('*') || host === '*') return
  const suffix = rareChecks().sharedSuffix(host)
  if (suffix === undefined) return
  yield {
    code: 'public-suffix',
    message: `matches everyone's sites, for anyone can get a name below ${quote(suffix)}; name the sites`,
    lift: 'dangerouslyAllowPublicSuffixes'
  }
}

/** What `select` cannot depend on, and what is no header name. */
export function * varyProblems ({ options, malformed }: ShapedBlock): Generator<CorsProblem> {
  const vary = options['vary'] as string | readonly string[] | undefined
  if (vary === undefined) return
  if (options['select'] === undefined && !malformed.has('select')) {
    yield varyProblem('vary-without-select', 'names what select depends on, and there is no select beside it; leave it out', vary)
  }
  for (const { text, index } of listItems(vary)) {
    if (text === '*') {
      yield varyProblem('invalid-header-name', "'*' names no header; name those that select looks at", text, index)
    } else if (!isToken(text)) {
      yield varyProblem('invalid-header-name', `${quote(text)} is not a header name; write names such as 'X-Tenant'`, text, index)
    }
  }
}

function varyProblem (code: CorsProblemCode, message: string, value: unknown, index?: number): CorsProblem {
  return { path: pointer('vary', ...(index === undefined ? [] : [index])), code, message, value }
}
