import type { OutgoingHttpHeader } from 'node:http'

import { isCorsResponseHeader, isVary } from './fetch/headers.ts'

export type Headers = Record<string, OutgoingHttpHeader>

/**
 * What a head holds besides CORS headers, with its `Vary` in lower case. In a
 * new object: the given one may be a constant that its owner uses again.
 */
export function copyOthers (given: Headers | undefined): Headers {
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
export function compileConstants (headers: Readonly<Record<string, string>>): (head: Headers) => void {
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
