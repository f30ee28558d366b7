import type { OutgoingHttpHeader, ServerResponse } from 'node:http'
import type { Http2ServerResponse } from 'node:http2'

import type { FastifyReply } from 'fastify'

import { appendVary, isCorsResponseHeader, joinValues, mergeNames } from '../fetch/headers.ts'

type RawResponse = ServerResponse | Http2ServerResponse
type WriteHead = (this: RawResponse, statusCode: number, ...rest: unknown[]) => RawResponse

/** By name, in lower case as far as the policy has to do with it. */
type Headers = Record<string, OutgoingHttpHeader>

const kGuarded: unique symbol = Symbol('fastify-route-cors.guarded')

/** What a guarded response ends with. */
interface Guarded {
  guard: HeadGuard
  allowOrigin: string | undefined
  allowHeaders: string | undefined
  /** The headers of Fastify's reply, once they hold those of the policy. */
  shown: Headers | undefined
  /** What was called to write a head before: Node's, or that of another package. */
  readonly writeHead: WriteHead
}

type GuardedResponse = RawResponse & { [kGuarded]?: Guarded }

/** The CORS headers of a response, as far as they do not depend on the request. */
export interface ResponseHead {
  /** By lower-case name. `Access-Control-Allow-Origin` is among them if it is constant. */
  readonly headers: Readonly<Record<string, string>>
  /** What `Vary` must name, joined with `', '`. */
  readonly vary: string | undefined
  /** What the response exposes itself is exposed too, where the origin is allowed. */
  readonly exposes?: boolean
  /** `Timing-Allow-Origin` is the policy's: what `Access-Control-Allow-Origin` is, or none. */
  readonly allowsTiming?: boolean
}

export interface HeadGuard extends ResponseHead {
  /** Makes headers end as the policy has them. */
  readonly apply: (head: Headers, allowOrigin: string | undefined, allowHeaders: string | undefined) => void
}

/**
 * Makes the last word over the head of a response.
 *
 * A header set through `reply.header()` can be replaced by a handler, a proxy
 * or a later hook, and is missing from hijacked replies. `writeHead` is what
 * every response goes through, whoever writes it: Fastify, a stream, a
 * `Response` payload, or `reply.raw` by hand. The guard adds the policy's
 * headers there, drops foreign `Access-Control-*` ones, and completes `Vary`.
 */
export function createHeadGuard ({ headers, vary, exposes = false, allowsTiming = false }: ResponseHead): HeadGuard {
  const {
    'access-control-allow-origin': constantOrigin,
    'access-control-allow-credentials': allowCredentials,
    'access-control-expose-headers': exposeHeaders,
    'access-control-allow-methods': allowMethods,
    'access-control-allow-headers': constantHeaders,
    'access-control-max-age': maxAge,
    'cache-control': cacheControl,
    'content-length': contentLength
  } = headers
  const completeVary = remember((given) => appendVary(given, vary ?? ''))
  const joinExposed = remember((given) => mergeNames(exposeHeaders, given))

  function expose (head: Headers): void {
    const exposed = head['access-control-expose-headers']
    if (exposed === undefined) {
      if (exposeHeaders !== undefined) head['access-control-expose-headers'] = exposeHeaders
    } else if (!exposes) {
      delete head['access-control-expose-headers']
    } else if (exposed !== exposeHeaders) {
      head['access-control-expose-headers'] = joinExposed(joinValues(exposed))
    }
  }

  // A property whose name is only known at run time costs as much as all else here together: each stands there by its name.
  function apply (head: Headers, allowOrigin = constantOrigin, allowHeaders = constantHeaders): void {
    if (allowOrigin === undefined) {
      dropCors(head)
    } else {
      head['access-control-allow-origin'] = allowOrigin
      if (allowCredentials !== undefined) head['access-control-allow-credentials'] = allowCredentials
      else if (head['access-control-allow-credentials'] !== undefined) delete head['access-control-allow-credentials']
      if (allowMethods !== undefined) head['access-control-allow-methods'] = allowMethods
      else if (head['access-control-allow-methods'] !== undefined) delete head['access-control-allow-methods']
      if (allowHeaders !== undefined) head['access-control-allow-headers'] = allowHeaders
      else if (head['access-control-allow-headers'] !== undefined) delete head['access-control-allow-headers']
      if (maxAge !== undefined) head['access-control-max-age'] = maxAge
      else if (head['access-control-max-age'] !== undefined) delete head['access-control-max-age']
      expose(head)
    }
    if (allowsTiming) allowTiming(head, allowOrigin)
    // Of a preflight: other plugins say theirs of every response.
    if (cacheControl !== undefined) head['cache-control'] = cacheControl
    // Not the policy's alone: what a hook has set stays.
    if (contentLength !== undefined) head['content-length'] ??= contentLength

    const varied = head['vary']
    if (varied === vary) return
    if (varied !== undefined) head['vary'] = completeVary(joinValues(varied))
    else head['vary'] = vary as string
  }

  return { headers, vary, exposes, allowsTiming, apply }
}

function allowTiming (head: Headers, allowOrigin: string | undefined): void {
  if (allowOrigin === undefined) delete head['timing-allow-origin']
  else head['timing-allow-origin'] = allowOrigin
}

/** Where nothing is allowed, nothing of CORS stands. */
function dropCors (head: Headers): void {
  for (const name in head) {
    if (isCorsResponseHeader(name)) delete head[name]
  }
}

/** Most responses of a route that set a header set it to the same value each time. */
function remember (complete: (given: string) => string): (given: string) => string {
  let last: string | undefined
  let completed = ''
  return (given) => {
    if (given !== last) {
      completed = complete(given)
      last = given
    }
    return completed
  }
}

/** Puts a guard on a response, or in the place of the one that is there, with the values that depend on the request. */
export function guardHead (response: RawResponse, guard: HeadGuard, allowOrigin?: string, allowHeaders?: string): void {
  const guarded = (response as GuardedResponse)[kGuarded]
  if (guarded === undefined) {
    const { writeHead } = response as { writeHead: WriteHead }
    ;(response as GuardedResponse)[kGuarded] = { guard, allowOrigin, allowHeaders, shown: undefined, writeHead }
    ;(response as { writeHead: unknown }).writeHead = writeGuardedHead
    return
  }
  // Whoever has wrapped the function meanwhile still calls it.
  guarded.guard = guard
  guarded.allowOrigin = allowOrigin
  guarded.allowHeaders = allowHeaders
}

/**
 * Lets the headers of a guard be seen before the head is written, and after: `reply.getHeaders()` has
 * them, for the hooks that come, the handler, and the log.
 */
export function showHead (reply: FastifyReply): void {
  const guarded = (reply.raw as GuardedResponse)[kGuarded] as Guarded
  const shown = guarded.shown = headersOf(reply)
  if (shown !== undefined) guarded.guard.apply(shown, guarded.allowOrigin, guarded.allowHeaders)
}

/** The symbol under which this Fastify keeps the headers of a reply. */
let kHeaders: symbol | undefined

/** `reply.header()` for each would cost as much as all else. */
function headersOf (reply: FastifyReply): Headers | undefined {
  kHeaders ??= Object.getOwnPropertySymbols(reply).find(({ description }) => description === 'fastify.reply.headers')
  return (reply as unknown as Record<symbol, Headers | undefined>)[kHeaders as symbol]
}

/** Takes the place of a response's `writeHead`. */
function writeGuardedHead (this: GuardedResponse, statusCode: number, reason?: unknown, given?: unknown): RawResponse {
  const { guard, allowOrigin, allowHeaders, shown, writeHead } = this[kGuarded] as Guarded
  const hasReason = typeof reason === 'string'
  let head = hasReason ? given : given ?? reason
  // Node says what is wrong with a second head, or with a name that has no value.
  if (!this.headersSent && !isOdd(head)) {
    if (head === shown && shown !== undefined) {
      if (this.getHeaderNames().length > 0) takeRawHeaders(this, shown, guard)
      guard.apply(shown, allowOrigin, allowHeaders)
    } else {
      const own: Headers = {}
      const others = takeOthers(head, own)
      if (this.getHeaderNames().length > 0) takeRawHeaders(this, own, guard)
      guard.apply(own, allowOrigin, allowHeaders)
      head = Array.isArray(head) ? [...others, ...Object.entries(own)].flat(1) : toObject([...others, ...Object.entries(own)])
    }
  }
  return hasReason ? writeHead.call(this, statusCode, reason, head) : writeHead.call(this, statusCode, head)
}

function isOdd (given: unknown): boolean {
  return Array.isArray(given) && !Array.isArray(given[0]) && given.length % 2 !== 0
}

/** CORS headers that were set on the raw response go from there; what is joined is kept. */
function takeRawHeaders (response: RawResponse, head: Headers, { vary, allowsTiming }: HeadGuard): void {
  for (const name of response.getHeaderNames()) {
    if (!isCorsResponseHeader(name) && name !== 'vary' && !(name === 'timing-allow-origin' && allowsTiming)) continue
    const value = response.getHeader(name) as OutgoingHttpHeader
    if (isJoined(name) && value !== vary) head[name] = mergeNames(joinValues(value), joinValues(head[name] ?? ''))
    if (name !== 'vary') response.removeHeader(name)
  }
}

type Entry = readonly [name: string, value: OutgoingHttpHeader | undefined]

/** What a head holds besides the headers of a policy. Those that a policy completes get into a record of their own. */
function takeOthers (given: unknown, own: Headers): Entry[] {
  const others: Entry[] = []
  for (const entry of Array.isArray(given) ? mergeEntries(entriesOf(given)) : entriesOf(given)) {
    const name = String(entry[0]).toLowerCase()
    const value = entry[1]
    if (value !== undefined && (isJoined(name) || isReplaced(name))) addTo(own, name, value)
    else if (!isCorsResponseHeader(name)) others.push(entry)
  }
  return others
}

/** One entry for each name: of two, Node would keep the last one alone where other headers were set before. */
function mergeEntries (entries: readonly Entry[]): Entry[] {
  const merged = new Map<string, Entry>()
  for (const [name, value] of entries) {
    const key = String(name).toLowerCase()
    const known = merged.get(key)
    merged.set(key, known === undefined ? [name, value] : [known[0], [known[1], value].flat() as string[]])
  }
  return [...merged.values()]
}

/** The headers that `writeHead` was given, in whichever of its forms. */
function entriesOf (given: unknown): Entry[] {
  if (!Array.isArray(given)) return typeof given === 'object' && given !== null ? Object.entries(given) : []
  if (Array.isArray(given[0])) return given as Entry[]
  const entries: Entry[] = []
  for (let i = 0; i < given.length; i += 2) entries.push(given.slice(i, i + 2) as unknown as Entry)
  return entries
}

/** Whatever a header is called, `__proto__` too. */
function toObject (entries: readonly Entry[]): Record<string, unknown> {
  const record = Object.create(null) as Record<string, unknown>
  for (const [name, value] of entries) record[name] = value
  return record
}

function isJoined (name: string): boolean {
  return name === 'vary' || name === 'access-control-expose-headers'
}

/** What a policy may say too, so that it must not stand there twice. */
function isReplaced (name: string): boolean {
  return name === 'cache-control' || name === 'content-length' || name === 'timing-allow-origin'
}

function addTo (head: Headers, name: string, value: OutgoingHttpHeader): void {
  const known = head[name]
  head[name] = known === undefined || !isJoined(name) ? value : mergeNames(joinValues(known), joinValues(value))
}

/**
 * Sets the headers of a guard on the raw response too, so that code which
 * reads them before the head is written, or copies them, finds them there.
 */
export function setRawHeaders (response: RawResponse, guard: HeadGuard, allowOrigin?: string): void {
  for (const [name, value] of Object.entries(guard.headers)) response.setHeader(name, value)
  if (allowOrigin !== undefined) response.setHeader('access-control-allow-origin', allowOrigin)
  const timing = allowOrigin ?? guard.headers['access-control-allow-origin']
  if (guard.allowsTiming === true && timing !== undefined) response.setHeader('timing-allow-origin', timing)
  if (guard.vary === undefined) return
  const given = response.getHeader('vary')
  response.setHeader('vary', given === undefined ? guard.vary : appendVary(joinValues(given), guard.vary))
}
