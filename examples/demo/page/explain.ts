import type { Exchange } from '../setup.ts'
import type { Outcome } from './outcome.ts'

const SAFELISTED_METHODS = ['GET', 'HEAD', 'POST']

export interface Question {
  readonly credentials: boolean
  /** A response header that the page wanted to read. */
  readonly reads?: string | undefined
}

/** One sentence why the browser judged as it did, by what went over the wire. */
export function explain (question: Question, { verdict }: Outcome, exchanges: readonly Exchange[]): string {
  const last = exchanges.at(-1)
  if (last === undefined) return 'Nothing reached the API: the browser refused to send it.'
  const reason = firstProblem(question, exchanges)
  if (verdict === 'blocked') return `${upperFirst(reason ?? 'nothing in the CORS headers explains it: see what the page was told')}.`
  if (reason !== undefined) return `This browser lets it pass, although ${reason}.`
  return `${grantOf(exchanges)}${shared(last)}.`
}

function firstProblem ({ credentials, reads }: Question, exchanges: readonly Exchange[]): string | undefined {
  for (const exchange of exchanges) {
    const problem = corsCheckProblem(exchange, credentials) ?? (isPreflight(exchange) ? preflightProblem(exchange) : undefined)
    if (problem !== undefined) return problem
  }
  if (reads === undefined) return undefined
  const exposed = listOf(exchanges.at(-1), 'Access-Control-Expose-Headers')
  return exposed.includes('*') || exposed.includes(reads.toLowerCase())
    ? undefined
    : `the answer can be read, but Access-Control-Expose-Headers does not name ${reads}`
}

/** @see https://fetch.spec.whatwg.org/#concept-cors-check */
function corsCheckProblem (exchange: Exchange, credentials: boolean): string | undefined {
  const { requestHeaders, responseHeaders } = exchange
  const answer = isPreflight(exchange) ? 'the answer to the preflight' : 'the answer'
  const allowed = responseHeaders['Access-Control-Allow-Origin']
  const origin = requestHeaders['origin'] ?? 'this page'
  if (allowed === undefined) return `${answer} has no Access-Control-Allow-Origin`
  if (allowed === '*') return credentials ? `${answer} allows any origin, which does not count for requests with credentials` : undefined
  if (allowed !== origin) return `${answer} allows ${allowed}, and the request came from ${origin}`
  if (credentials && responseHeaders['Access-Control-Allow-Credentials'] !== 'true') {
    return `${answer} does not allow credentials`
  }
  return undefined
}

/** @see https://fetch.spec.whatwg.org/#cors-preflight-fetch */
function preflightProblem (exchange: Exchange): string | undefined {
  const { requestHeaders, status = 0 } = exchange
  if (status < 200 || status > 299) return `the preflight was answered with ${status}`
  const method = requestHeaders['access-control-request-method'] ?? ''
  const methods = listOf(exchange, 'Access-Control-Allow-Methods')
  if (!SAFELISTED_METHODS.includes(method) && !methods.includes(method.toLowerCase()) && !methods.includes('*')) {
    return `the answer to the preflight does not allow ${method}`
  }
  const headers = listOf(exchange, 'Access-Control-Allow-Headers')
  const asked = requestHeaders['access-control-request-headers']?.split(',') ?? []
  const missing = asked.find((name) => !headers.includes(name.trim()) && !headers.includes('*'))
  return missing === undefined ? undefined : `the answer to the preflight does not allow the header ${missing}`
}

function grantOf (exchanges: readonly Exchange[]): string {
  const asked = exchanges.find(isPreflight)?.requestHeaders
  if (asked === undefined) return 'No preflight was needed, and '
  const method = asked['access-control-request-method']
  const headers = asked['access-control-request-headers']
  return headers === undefined ? `The preflight granted ${method}, and ` : `The preflight granted ${method} with ${headers}, and `
}

function shared ({ responseHeaders }: Exchange): string {
  const allowed = responseHeaders['Access-Control-Allow-Origin']
  const credentials = responseHeaders['Access-Control-Allow-Credentials'] === 'true' ? ', with credentials' : ''
  return allowed === '*' ? 'the answer may be read by any origin' : `the answer names ${allowed}${credentials}`
}

export function isPreflight ({ method, requestHeaders }: Exchange): boolean {
  return method === 'OPTIONS' && requestHeaders['access-control-request-method'] !== undefined
}

function listOf (exchange: Exchange | undefined, name: string): string[] {
  return (exchange?.responseHeaders[name] ?? '').split(',').map((item) => item.trim().toLowerCase())
}

function upperFirst (text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
