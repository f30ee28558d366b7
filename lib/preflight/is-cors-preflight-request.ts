import type { IncomingHttpHeaders } from 'node:http'

interface RequestLine {
  readonly method?: string | undefined
  readonly headers: IncomingHttpHeaders
}

/**
 * An OPTIONS request that says from where and with which method the actual
 * request would come. Anything else is none, whatever its method.
 *
 * @see https://fetch.spec.whatwg.org/#cors-preflight-request
 */
export function isCorsPreflightRequest ({ method, headers }: RequestLine): boolean {
  return method === 'OPTIONS' && Boolean(headers.origin) && Boolean(headers['access-control-request-method'])
}
