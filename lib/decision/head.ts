import type { OutgoingHttpHeader, ServerResponse } from 'node:http'
import type { Http2ServerResponse } from 'node:http2'

import { appendVary, isCorsResponseHeader, isVary, joinValues, toRecord } from '../fetch/headers.ts'

type RawResponse = ServerResponse | Http2ServerResponse
type WriteHead = (this: RawResponse, statusCode: number, ...rest: unknown[]) => RawResponse

const kAllowOrigin: unique symbol = Symbol('fastify-route-cors.allowOrigin')
const kAllowHeaders: unique symbol = Symbol('fastify-route-cors.allowHeaders')
const kWriteHead: unique symbol = Symbol('fastify-route-cors.writeHead')

interface GuardState {
  [kAllowOrigin]?: string
  [kAllowHeaders]?: string
  /** A `writeHead` that another package had put on the response before. */
  [kWriteHead]?: WriteHead
  writeHead: unknown
}

/** The CORS headers of a response, as far as they do not depend on the request. */
export interface ResponseHead {
  /** By lower-case name. `Access-Control-Allow-Origin` is among them if it is constant. */
  readonly headers: Readonly<Record<string, string>>
  /** What `Vary` must name, joined with `', '`. */
  readonly vary: string | undefined
}

export type HeadGuard = WriteHead & ResponseHead

/**
 * Makes the last word over the head of a response.
 *
 * A header set through `reply.header()` can be replaced by a handler, a proxy
 * or a later hook, and is missing from hijacked replies. `writeHead` is what
 * every response goes through, whoever writes it: Fastify, a stream, a
 * `Response` payload, or `reply.raw` by hand. The guard adds the policy's
 * headers there, drops foreign `Access-Control-*` ones, and completes `Vary`.
 */
export function createHeadGuard ({ headers, vary }: ResponseHead): HeadGuard {
  const setConstants = compileConstants(headers)
  // Most responses of a route that set Vary set the same value each time.
  let lastVary: string | undefined
  let lastCompleted = ''

  function completeVary (given: string): string {
    if (given !== lastVary) {
      lastCompleted = appendVary(given, vary ?? '')
      lastVary = given
    }
    return lastCompleted
  }

  function writeHead (this: RawResponse & GuardState, statusCode: number, reason?: unknown, given?: unknown): RawResponse {
    const hasReason = typeof reason === 'string'
    const head = copyOthers(toRecord(hasReason ? given : (given ?? reason)))
    setConstants(head)
    const { [kAllowOrigin]: allowOrigin, [kAllowHeaders]: allowHeaders } = this
    if (allowOrigin !== undefined) head['access-control-allow-origin'] = allowOrigin
    if (allowHeaders !== undefined) head['access-control-allow-headers'] = allowHeaders

    let givenVary = head['vary']
    if (this.getHeaderNames().length > 0) {
      const rawVary = takeRawHeaders(this)
      givenVary ??= rawVary
    }
    if (givenVary !== undefined) head['vary'] = completeVary(joinValues(givenVary))
    else if (vary !== undefined) head['vary'] = vary

    const write = this[kWriteHead] ?? (Object.getPrototypeOf(this) as { writeHead: WriteHead }).writeHead
    return hasReason ? write.call(this, statusCode, reason, head) : write.call(this, statusCode, head)
  }

  return Object.assign(writeHead as WriteHead, { headers, vary })
}

/** Foreign CORS headers that were set on the raw response go; its `Vary` comes back. */
function takeRawHeaders (response: RawResponse): OutgoingHttpHeader | undefined {
  for (const name of response.getHeaderNames()) {
    if (isCorsResponseHeader(name)) response.removeHeader(name)
  }
  return response.getHeader('vary')
}

/** Puts a guard on a response, with the values that depend on the request. */
export function guardHead (response: RawResponse, guard: HeadGuard, allowOrigin?: string, allowHeaders?: string): void {
  const guarded = response as unknown as GuardState
  const current = guarded.writeHead as HeadGuard
  if (current !== Object.getPrototypeOf(response).writeHead && current.headers === undefined) {
    guarded[kWriteHead] = current
  }
  if (allowOrigin !== undefined) guarded[kAllowOrigin] = allowOrigin
  if (allowHeaders !== undefined) guarded[kAllowHeaders] = allowHeaders
  guarded.writeHead = guard
}

/**
 * Sets the headers of a guard on the raw response too, so that code which
 * reads them before the head is written, or copies them, finds them there.
 */
export function setRawHeaders (response: RawResponse, guard: HeadGuard, allowOrigin?: string): void {
  for (const [name, value] of Object.entries(guard.headers)) response.setHeader(name, value)
  if (allowOrigin !== undefined) response.setHeader('access-control-allow-origin', allowOrigin)
  if (guard.vary === undefined) return
  const given = response.getHeader('vary')
  response.setHeader('vary', given === undefined ? guard.vary : appendVary(joinValues(given), guard.vary))
}

type Headers = Record<string, OutgoingHttpHeader>

/**
 * What a head holds besides CORS headers, with its `Vary` in lower case. In a
 * new object: the given one may be a constant that its owner uses again.
 */
function copyOthers (given: Headers | undefined): Headers {
  // A property whose name is only known at run time costs as much as all else here together.
  if (given !== undefined && isPlainPayload(given)) {
    return { 'content-type': given['content-type'], 'content-length': given['content-length'] }
  }
  const head: Headers = {}
  for (const name in given) {
    if (isVary(name)) head['vary'] = given[name] as OutgoingHttpHeader
    else if (!isCorsResponseHeader(name)) head[name] = given[name] as OutgoingHttpHeader
  }
  return head
}

/** The two headers that Fastify itself sets for a payload, and no other. */
function isPlainPayload (given: Headers): given is Record<'content-type' | 'content-length', OutgoingHttpHeader> {
  let count = 0
  for (const name in given) {
    if (name !== 'content-type' && name !== 'content-length') return false
    count++
  }
  return count === 2
}

/**
 * A function that sets the headers of a policy that are the same for every
 * request. Each stands there by its name, for the reason given above.
 */
function compileConstants (headers: Readonly<Record<string, string>>): (head: Headers) => void {
  const {
    'access-control-allow-origin': allowOrigin,
    'access-control-allow-credentials': allowCredentials,
    'access-control-expose-headers': exposeHeaders,
    'access-control-allow-methods': allowMethods,
    'access-control-allow-headers': allowHeaders,
    'access-control-max-age': maxAge,
    'cache-control': cacheControl,
    'content-length': contentLength
  } = headers
  return (head) => {
    if (allowOrigin !== undefined) head['access-control-allow-origin'] = allowOrigin
    if (allowCredentials !== undefined) head['access-control-allow-credentials'] = allowCredentials
    if (exposeHeaders !== undefined) head['access-control-expose-headers'] = exposeHeaders
    if (allowMethods !== undefined) head['access-control-allow-methods'] = allowMethods
    if (allowHeaders !== undefined) head['access-control-allow-headers'] = allowHeaders
    if (maxAge !== undefined) head['access-control-max-age'] = maxAge
    // Of a preflight: other plugins say theirs of every response.
    if (cacheControl !== undefined) head['cache-control'] = cacheControl
    // Not the policy's alone: what a hook has set stays.
    if (contentLength !== undefined) head['content-length'] ??= contentLength
  }
}
