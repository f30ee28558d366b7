import type { Credentials } from '../fetch/cors.ts'
import {
  isCorsSafelistedMethod, isForbiddenMethod, isToken, normalizeHeaderValue, normalizeMethod, type HeaderLines
} from '../fetch/headers.ts'
import { elements, type Api, type ElementKind } from './elements.ts'
import { combineHeaders, isCorsSafelistedRequestHeader, isForbiddenRequestHeader, isNoCorsSafelistedRequestHeader } from './headers.ts'
import type { Profile } from './profiles.ts'
import { SimulateError, throws, type RequestFailure } from './reasons.ts'
import type { CacheMode, Mode, Redirect, ReferrerPolicy, SimulateRequest } from './types.ts'

/** A request's body, and what follows from its kind. */
interface RequestBody {
  readonly bytes: Buffer
  /** The Content-Type that the browser adds where the script set none. */
  readonly contentType: string | null
  /** It can be sent once only, and forces a preflight. */
  readonly isStream: boolean
}

/**
 * A request on its way. What a redirect changes is mutable.
 * @see https://fetch.spec.whatwg.org/#concept-request
 */
export interface FetchRequest {
  readonly api: Api
  readonly origin: string
  readonly mode: Mode
  readonly credentials: Credentials
  readonly redirect: Redirect
  readonly referrerPolicy: ReferrerPolicy
  readonly cache: CacheMode
  readonly destination: string
  readonly integrity: string
  /** The request may outlive the page. */
  readonly keepalive: boolean
  /** Set by scripts, not by elements: unsafe methods and headers are possible, and preflighted. */
  readonly unsafeRequest: boolean
  readonly useCorsPreflight: boolean
  /** Every URL so far; the last one is the current one. Never empty. */
  readonly urls: URL[]
  /** The Origin header of the last request within the same origin. */
  sentOrigin: string | null
  /** What the page asked for. */
  readonly given: {
    readonly method: string
    readonly headers: HeaderLines
    /** Whether Firefox gives the type back: not one that XMLHttpRequest has taken from a body. */
    readonly restoresType: boolean
    /** Whether Firefox still asks for the type when it is gone: for one that neither a header of a script nor an upload listener accompanies. */
    readonly asksForType: boolean
  }
  /** Why the request ends as soon as its preflight is made. */
  refusal: RequestFailure | undefined
  /** Which headers the last redirect has taken from those given. */
  taken: ReadonlySet<string>
  method: string
  headers: HeaderLines
  body: RequestBody | undefined
  tainting: 'basic' | 'cors' | 'opaque'
}

export function currentUrl (request: FetchRequest): URL {
  return request.urls[request.urls.length - 1] as URL
}

/** Whether `same-origin` credentials that went along at home count as `include` where CORS has begun. */
export function countsHomeCredentials ({ credentials, urls, origin }: FetchRequest, profile: Profile): boolean {
  return profile.homeCredentialsCount && credentials === 'same-origin' && urls[0]?.origin === origin
}

/**
 * What the API makes of its arguments; throws what the API would throw.
 * @see https://fetch.spec.whatwg.org/#dom-request
 */
export async function constructRequest (
  init: SimulateRequest, url: URL, profile: Profile, notes: string[]
): Promise<FetchRequest> {
  const api = init.api ?? 'fetch'
  if (api === 'fetch' && (url.username !== '' || url.password !== '')) throw throws('URL_HAS_CREDENTIALS')
  const method = requestMethod(init.method ?? (api === 'beacon' ? 'POST' : 'GET'))
  const fixed = modeAndCredentials(init, api, profile)
  if (fixed.mode === 'no-cors' && !isCorsSafelistedMethod(method)) {
    throw throws('METHOD_NOT_ALLOWED_NO_CORS', { method })
  }
  const filled = fillHeaders(init.headers ?? [], fixed.mode, profile, notes)
  const headers = api === 'xhr' ? combineHeaders(filled) : filled
  const hasOwnHeaders = headers.length > 0
  const hasOwnType = headers.some(([name]) => name === 'content-type')
  const body = await requestBody(init, api, method, fixed.mode, profile, notes)
  const type = body === undefined && profile.keepsTypeOfDroppedForm && init.body instanceof URLSearchParams
    ? 'application/x-www-form-urlencoded;charset=UTF-8'
    : body?.contentType
  if (type != null && !hasOwnType) {
    headers.push(...fillHeaders([['content-type', type]], profile.noCorsKeepsTypeOfBody ? 'cors' : fixed.mode, profile, notes))
  }
  const mode = api === 'beacon' ? beaconMode(headers, profile) : fixed.mode
  addAccept(headers, api)
  return {
    api,
    origin: init.from,
    mode,
    credentials: fixed.credentials,
    redirect: init.redirect ?? 'follow',
    referrerPolicy: init.referrerPolicy ?? '',
    cache: init.cache ?? 'default',
    destination: destinationOf(api, profile),
    integrity: init.integrity ?? '',
    keepalive: init.keepalive === true || api === 'beacon',
    unsafeRequest: api === 'fetch' || api === 'xhr' || api === 'beacon',
    useCorsPreflight: (init.upload === true && (profile.uploadNeedsNoBody || body !== undefined)) || body?.isStream === true,
    urls: [url],
    sentOrigin: null,
    given: {
      method,
      headers,
      restoresType: hasOwnType || api !== 'xhr' || profile.headersAfterRedirect !== 'restored',
      asksForType: api === 'xhr' && !hasOwnHeaders && init.upload !== true
    },
    refusal: undefined,
    taken: new Set(),
    method,
    headers,
    body,
    tainting: 'basic'
  }
}

function destinationOf (api: Api, profile: Profile): string {
  if (api === 'fetch' || api === 'xhr') return ''
  return api === 'json-module' && !profile.jsonModulesHaveDestination ? 'script' : elements[api].destination
}

function requestMethod (method: string): string {
  if (!isToken(method)) throw throws('METHOD_INVALID', { method })
  if (isForbiddenMethod(method)) throw throws('METHOD_FORBIDDEN', { method })
  return normalizeMethod(method)
}

function modeAndCredentials (
  init: SimulateRequest, api: Api, profile: Profile
): { mode: Mode, credentials: Credentials } {
  if (api === 'fetch') return { mode: init.mode ?? 'cors', credentials: init.credentials ?? 'same-origin' }
  if (api === 'xhr' || api === 'eventsource') {
    return { mode: 'cors', credentials: init.credentials === 'include' ? 'include' : 'same-origin' }
  }
  if (api === 'beacon') return { mode: 'cors', credentials: 'include' }
  return elementMode(api, init.crossorigin ?? null, profile)
}

/** What the crossorigin attribute makes of it: `''` and anything unknown mean anonymous. */
function elementMode (
  kind: ElementKind, crossorigin: string | null, profile: Profile
): { mode: Mode, credentials: Credentials } {
  const element = elements[kind]
  if (kind === 'font' && !profile.fontsNeedCors) return { mode: 'no-cors', credentials: 'include' }
  if (crossorigin === null) {
    return element.mode === null
      ? { mode: 'no-cors', credentials: 'include' }
      : { mode: element.mode, credentials: 'same-origin' }
  }
  return { mode: 'cors', credentials: crossorigin === 'use-credentials' ? 'include' : 'same-origin' }
}

async function requestBody (
  init: SimulateRequest, api: Api, method: string, mode: Mode, profile: Profile, notes: string[]
): Promise<RequestBody | undefined> {
  const takesNone = method === 'GET' || method === 'HEAD'
  if (!takesNone || init.body === undefined || init.body === null) return await extractBody(init, mode, profile)
  if (api !== 'xhr') throw throws('BODY_ON_GET', { method })
  notes.push(`XMLHttpRequest drops the body of a ${method} request`)
  return undefined
}

/** @see https://w3c.github.io/beacon/#sendbeacon-method */
function beaconMode (headers: ReadonlyArray<readonly [string, string]>, profile: Profile): Mode {
  return headers.every(([name, value]) => isCorsSafelistedRequestHeader(name, value, profile)) ? 'no-cors' : 'cors'
}

function addAccept (headers: Array<[string, string]>, api: Api): void {
  if (headers.some(([name]) => name === 'accept')) return
  headers.push(['accept', (api === 'fetch' || api === 'xhr' ? undefined : elements[api].accept) ?? '*/*'])
}

const invalidInValue = /[\0\n\r\u0100-\uffff]/

/**
 * The headers that remain of what a script sets: names in lower case, values stripped. Forbidden
 * ones are dropped, and in mode no-cors all but the safelisted ones.
 *
 * @see https://fetch.spec.whatwg.org/#concept-headers-append
 */
function fillHeaders (
  given: NonNullable<SimulateRequest['headers']>, mode: Mode, profile: Profile, notes: string[]
): Array<[name: string, value: string]> {
  const headers: Array<[string, string]> = []
  for (const [givenName, givenValue] of pairs(given)) {
    const value = normalizeHeaderValue(givenValue)
    const name = givenName.toLowerCase()
    if (!isToken(name) || invalidInValue.test(value)) throw throws('HEADER_INVALID', { header: name })
    if (isForbiddenRequestHeader(name, value, profile)) {
      notes.push(`the browser drops the header ${name}, which scripts may not set`)
    } else if (mode === 'no-cors' && !isNoCorsSafelistedRequestHeader(name, joined(headers, name, value), profile)) {
      notes.push(`mode 'no-cors' drops the header ${name}`)
    } else {
      headers.push([name, value])
    }
  }
  return headers
}

function pairs (given: NonNullable<SimulateRequest['headers']>): Array<[string, string]> {
  const all: unknown[] = Symbol.iterator in Object(given)
    ? [...given as Iterable<unknown>]
    : Object.entries(given)
  if (!all.every(isPairOfStrings)) {
    throw new SimulateError('REQUEST_INVALID', 'headers have to be a record of strings, pairs of two strings, or Headers')
  }
  return all
}

function isPairOfStrings (pair: unknown): pair is [string, string] {
  return Array.isArray(pair) && pair.length === 2 && pair.every((part) => typeof part === 'string')
}

function joined (headers: ReadonlyArray<readonly [string, string]>, name: string, value: string): string {
  return [...headers.filter(([other]) => other === name).map(([, before]) => before), value].join(', ')
}

/**
 * The bytes and the type of what a script passes as body.
 * @see https://fetch.spec.whatwg.org/#concept-bodyinit-extract
 */
async function extractBody (
  { body, duplex, keepalive }: SimulateRequest, mode: Mode, profile: Profile
): Promise<RequestBody | undefined> {
  if (body === undefined || body === null) return undefined
  const isStream = body instanceof ReadableStream
  if (isStream && profile.streamBody === 'not-supported') throw throws('STREAM_NOT_SUPPORTED')
  if (isStream && profile.streamBody === 'preflighted' && (duplex !== 'half' || mode === 'no-cors' || keepalive === true)) {
    throw throws('STREAM_INVALID')
  }
  const isStringified = isStream && profile.streamBody === 'stringified'
  const extracted = new Response(isStringified ? String(body) : body)
  return {
    bytes: Buffer.from(await extracted.arrayBuffer()),
    contentType: extracted.headers.get('content-type'),
    isStream: isStream && !isStringified
  }
}
