import type { LightMyRequestResponse } from 'fastify'

/** A request that a script makes of another origin. */
export interface Asked {
  readonly method: string
  readonly origin: string
  /** Names that need a preflight, in lower case and in order, as a browser sends them. */
  readonly headerNames: readonly string[]
  readonly includesCredentials: boolean
}

/** What a browser makes of the answers. */
export interface Decision {
  readonly preflight: 'granted' | 'refused'
  /** How long the preflight may be kept, in seconds. */
  readonly maxAge: number | undefined
  readonly response: 'read' | 'blocked'
  /** What of {@link SENT} a script may read. */
  readonly exposed: readonly string[]
}

/** Headers of every response; none of them is safelisted. */
export const SENT = { 'x-response-time': '1', etag: '"e"', 'x-a': '1' }

const SAFELISTED = ['GET', 'HEAD', 'POST']
/** What a browser does without the header (https://fetch.spec.whatwg.org/#http-access-control-max-age). */
const DEFAULT_MAX_AGE = 5

/** What the Fetch Standard makes of two answers, in as few words as can be: not the model of this package, which is what is compared too. */
export function decide (asked: Asked, preflight: LightMyRequestResponse, response: LightMyRequestResponse): Decision {
  const isGranted = passes(asked, preflight) && preflight.statusCode >= 200 && preflight.statusCode <= 299 &&
    (SAFELISTED.includes(asked.method) || isListed(asked, asked.method, names(preflight, 'access-control-allow-methods'))) &&
    asked.headerNames.every((name) => isListed(asked, name, names(preflight, 'access-control-allow-headers').map((each) => each.toLowerCase())))
  const isRead = passes(asked, response)
  return {
    preflight: isGranted ? 'granted' : 'refused',
    maxAge: isGranted ? Number(preflight.headers['access-control-max-age'] ?? DEFAULT_MAX_AGE) : undefined,
    response: isRead ? 'read' : 'blocked',
    exposed: isRead ? Object.keys(SENT).filter((name) => isListed(asked, name, names(response, 'access-control-expose-headers').map((each) => each.toLowerCase()))) : []
  }
}

function passes ({ origin, includesCredentials }: Asked, { headers }: LightMyRequestResponse): boolean {
  const allowed = headers['access-control-allow-origin']
  if (allowed === '*') return !includesCredentials
  return allowed === origin && (!includesCredentials || headers['access-control-allow-credentials'] === 'true')
}

function isListed ({ includesCredentials }: Asked, name: string, list: readonly string[]): boolean {
  return list.includes(name) || (!includesCredentials && name !== 'authorization' && list.includes('*'))
}

function names (response: LightMyRequestResponse, header: string): string[] {
  return [response.headers[header] ?? []].flat().join(',').split(',').map((name) => name.trim())
}
