import { METHODS } from 'node:http'

import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify'

import { parseUrl } from '../fetch/origins.ts'
import { elements, isElementKind } from './elements.ts'
import { isProfileName, profiles, type Profile } from './profiles.ts'
import { SimulateError } from './reasons.ts'
import { CookieJar, PreflightCache } from './stores.ts'
import type { Answer, App, SimulateOptions, SimulateRequest, Target } from './types.ts'

/** The arguments of `simulate`, checked and ready to use. */
interface Settings {
  readonly url: URL
  readonly profile: Profile
  readonly cache: PreflightCache
  readonly cookies: CookieJar | undefined
  readonly targetFor: (url: URL) => Target | undefined
  readonly apps: readonly App[]
}

const optionNames = new Set(['profile', 'base', 'servers', 'cache', 'cookies'])

/** @throws SimulateError where no browser could have made the call. */
export function checkArguments (target: App | Target, request: SimulateRequest, options: SimulateOptions): Settings {
  checkRequest(request)
  checkOptions(options)
  const { profile = 'spec', base, cache = new PreflightCache(), cookies, servers = {} } = options
  const url = requestUrl(request.url, base)
  const others = new Map(Object.entries(servers).map(([origin, server]) => [originOf(origin), checkTarget(server)]))
  const main = checkTarget(target)
  const home = base === undefined ? url.origin : new URL(base).origin
  const mainServesAll = !isApp(target)
  return {
    url,
    profile: profiles[profile],
    cache,
    cookies,
    targetFor: ({ origin }) => others.get(origin) ?? (mainServesAll || origin === home ? main : undefined),
    apps: [target, ...Object.values(servers)].filter(isApp)
  }
}

function checkTarget (target: unknown): Target {
  if (isApp(target)) return injectTarget(target)
  if (typeof target === 'function') return target as Target
  throw new SimulateError('TARGET_INVALID', 'simulate needs a Fastify instance, or a function of (exchange)')
}

function checkOptions (options: SimulateOptions): void {
  if (typeof options !== 'object' || options === null) throw optionError('options have to be an object')
  for (const name of Object.keys(options)) {
    if (!optionNames.has(name)) throw optionError(`there is no option '${name}', only ${[...optionNames].join(', ')}`)
  }
  const { profile, cache, cookies, base, servers } = options
  if (profile !== undefined && !isProfileName(profile)) {
    throw optionError(`there is no profile '${String(profile)}', only ${Object.keys(profiles).join(', ')}`)
  }
  if (cache !== undefined && !(cache instanceof PreflightCache)) throw optionError('cache has to be a PreflightCache')
  if (cookies !== undefined && !(cookies instanceof CookieJar)) throw optionError('cookies has to be a CookieJar')
  if (servers !== undefined && (typeof servers !== 'object' || servers === null)) {
    throw optionError('servers has to be a record of origins and apps')
  }
  if (base !== undefined) originOf(base)
}

function originOf (text: string): string {
  const url = typeof text === 'string' && /^https?:/.test(text) ? parseUrl(text) : undefined
  if (url === undefined) throw optionError(`'${text}' is no http or https URL`)
  return url.origin
}

function requestUrl (text: string, base = 'http://localhost'): URL {
  const url = parseUrl(text, base)
  if (url === undefined) throw new SimulateError('URL_INVALID', `'${text}' is no URL; write one such as '/orders/1'`)
  if (/^(?:data|blob|about):$/.test(url.protocol)) {
    throw new SimulateError('URL_INVALID', `'${text}' has no server, so there is no CORS to look at`)
  }
  return url
}

function optionError (message: string): SimulateError {
  return new SimulateError('OPTION_INVALID', message)
}

const always = ['from', 'url', 'api']
const script = [...always, 'method', 'headers', 'body', 'credentials', 'referrerPolicy']
const members: Readonly<Record<string, readonly string[]>> = {
  fetch: [...script, 'mode', 'redirect', 'cache', 'duplex', 'integrity', 'keepalive'],
  xhr: [...script, 'upload'],
  eventsource: [...always, 'credentials', 'headers'],
  beacon: [...always, 'body']
}
const element = [...always, 'referrerPolicy', 'integrity']

const values: Readonly<Record<string, readonly unknown[]>> = {
  mode: ['cors', 'no-cors', 'same-origin'],
  credentials: ['omit', 'same-origin', 'include'],
  redirect: ['follow', 'error', 'manual'],
  cache: ['default', 'no-store', 'reload', 'no-cache', 'force-cache'],
  crossorigin: ['', 'anonymous', 'use-credentials', null],
  upload: [true, false],
  duplex: ['half'],
  referrerPolicy: [
    '', 'no-referrer', 'no-referrer-when-downgrade', 'same-origin', 'origin', 'strict-origin',
    'origin-when-cross-origin', 'strict-origin-when-cross-origin', 'unsafe-url'
  ]
}

function checkRequest (request: SimulateRequest): void {
  if (typeof request !== 'object' || request === null) throw requestError('the request has to be an object')
  const { from, url, api = 'fetch', method, integrity } = request
  const problem = pageProblem('from', from)
  if (problem !== undefined) throw new SimulateError('FROM_INVALID', problem)
  if (typeof url !== 'string') throw new SimulateError('URL_INVALID', 'url has to be a string')
  if (api !== 'fetch' && api !== 'xhr' && !isElementKind(api)) {
    throw requestError(`there is no api '${String(api)}', only fetch, xhr, ${Object.keys(elements).join(', ')}`)
  }
  if (method !== undefined && typeof method !== 'string') throw requestError('method has to be a string')
  if (integrity !== undefined && typeof integrity !== 'string') throw requestError('integrity has to be a string')
  checkMembers(request, api)
}

function checkMembers (request: SimulateRequest, api: string): void {
  const hasAttribute = isElementKind(api) && elements[api].crossorigin
  const allowed = [...members[api] ?? element, ...(hasAttribute ? ['crossorigin'] : [])]
  for (const [name, value] of Object.entries(request)) {
    if (value === undefined) continue
    if (!allowed.includes(name)) throw requestError(`the api '${api}' takes no '${name}', only ${allowed.join(', ')}`)
    if (values[name]?.includes(value) === false) {
      const quoted = values[name].map((one) => `'${String(one)}'`)
      throw requestError(`${name} has to be one of ${quoted.join(', ')}, not '${String(value)}'`)
    }
  }
}

function isOrigin (from: unknown): boolean {
  return from === 'null' || (typeof from === 'string' && serialized(from) === from)
}

/** Schemes of browser extensions and apps have no origin in Node's URL: scheme and host are it. */
function serialized (text: string): string | undefined {
  const url = parseUrl(text)
  if (url === undefined || url.host === '') return undefined
  return url.origin === 'null' ? `${url.protocol}//${url.host}` : url.origin
}

/** What is wrong with the origin of a page, which stands under a name. */
export function pageProblem (name: string, from: unknown): string | undefined {
  if (from === undefined) return `${name} is missing; name the page's origin, 'https://app.example.com'`
  if (isOrigin(from)) return undefined
  const message = `${name} has to be an origin, 'https://app.example.com' or 'null', not '${String(from)}'`
  const origin = typeof from === 'string' && /^https?:/.test(from) ? serialized(from) : undefined
  return origin === undefined ? message : `${message}; write '${origin}'`
}

function requestError (message: string): SimulateError {
  return new SimulateError('REQUEST_INVALID', message)
}

/**
 * A target that hands every exchange to `app.inject`. The response is taken when its head is
 * written, so that a stream without an end (EventSource) has an answer; closing its body closes the
 * request, as a browser does that goes away.
 *
 * An https URL stands behind a proxy that ends TLS and says so, which apps with `trustProxy` read.
 *
 * Node's HTTP parser, which `inject` goes around, knows methods by their exact name: anything else
 * gets the 400 of Fastify's default `clientErrorHandler`, without any header of the app.
 */
function injectTarget (app: App): Target {
  return async ({ method, url, headers, body }) => {
    if (!METHODS.includes(method)) return badRequest()
    const response = await app.inject({
      method: method as NonNullable<InjectOptions['method']>,
      url,
      headers: { ...Object.fromEntries(headers), ...(url.startsWith('https:') ? { 'x-forwarded-proto': 'https' } : {}) },
      payloadAsStream: true,
      ...(body === undefined ? {} : { payload: body })
    })
    const stream = response.stream()
    stream.once('close', () => response.raw.res.req.destroy())
    return { status: response.statusCode, headers: headerLines(response.headers), body: stream }
  }
}

function isApp (value: unknown): value is App {
  const { inject, ready } = Object(value) as Partial<FastifyInstance>
  return typeof inject === 'function' && typeof ready === 'function'
}

/** One line for each value, as Node writes them. */
function headerLines (headers: LightMyRequestResponse['headers']): Array<[name: string, value: string]> {
  return Object.entries(headers).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((item): [string, string] => [name, String(item)]))
}

function badRequest (): Answer {
  const body = '{"error":"Bad Request","message":"Client Error","statusCode":400}'
  return {
    status: 400,
    headers: [['Content-Length', String(body.length)], ['Content-Type', 'application/json']],
    body
  }
}
