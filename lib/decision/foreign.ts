import type { FastifyRequest } from 'fastify'

/**
 * Whether a request whose `Origin` nobody allows comes from a page of another origin than this server's, as far
 * as the browser tells. A program, and a page that is being opened, tell nothing.
 *
 * @see https://w3c.github.io/webappsec-fetch-metadata/#sec-fetch-site-header
 */
export function isForeign (request: FastifyRequest): boolean {
  const { method, headers: { origin, 'sec-fetch-site': site } } = request.raw
  // No page can set it. It tells of the server's own page where `Origin` is hidden, or the server knows its name by a proxy only.
  if (site === 'same-origin' || site === 'none') return false
  if (origin !== undefined) return !isOwn(origin, request)
  return (site === 'cross-site' || site === 'same-site') && method !== 'GET' && method !== 'HEAD' && method !== 'OPTIONS'
}

/** Whether an origin is that of the server, by the name that it was asked for. */
function isOwn (origin: string, { protocol, host }: FastifyRequest): boolean {
  // The first versions of Fastify 5 give none where a request has none.
  if (!host) return false
  const scheme = schemeOfPage(protocol)
  const defaultPort = scheme === 'https' ? ':443' : ':80'
  const name = host.toLowerCase()
  return origin === `${scheme}://${name.endsWith(defaultPort) ? name.slice(0, -defaultPort.length) : name}`
}

/** Some proxies forward the scheme of a WebSocket, which is not that of the page that opens it. */
function schemeOfPage (protocol: string): string {
  const scheme = protocol.toLowerCase()
  return scheme === 'ws' ? 'http' : scheme === 'wss' ? 'https' : scheme
}
