import type { PreflightAnswer } from '../preflight/answer.ts'
import type { CorsDecisionCode } from './decision.ts'

interface PreflightRequest {
  readonly origin: string
  readonly method: string
  /** `Access-Control-Request-Headers` */
  readonly headers: string | undefined
}

/** What was granted of a preflight, as far as that depends on the request. */
interface Granted {
  readonly isOriginAllowed: boolean
  /** The `Access-Control-Allow-Headers` that were reflected. */
  readonly reflected: string | undefined
}

interface Refusal {
  readonly code: CorsDecisionCode
  readonly header?: string
}

const SAFELISTED_METHODS = ['GET', 'HEAD', 'POST']

/**
 * What a browser will not find in an answer, in the order in which it looks.
 *
 * @see https://fetch.spec.whatwg.org/#cors-preflight-fetch-0
 */
export function preflightRefusal (
  { rule, granted: { headers } }: PreflightAnswer,
  { origin, method, headers: requested }: PreflightRequest,
  { isOriginAllowed, reflected }: Granted
): Refusal | undefined {
  if (rule === undefined) return { code: 'NO_CORS' }
  if (!isOriginAllowed || (rule.kind === 'one' && rule.origin !== origin)) return { code: 'ORIGIN_NOT_ALLOWED' }
  const methods = listOf(headers['access-control-allow-methods'])
  if (!methods.includes(method) && !SAFELISTED_METHODS.includes(method)) return { code: 'METHOD_NOT_ALLOWED' }
  const header = missingHeader(listOf(requested), listOf(reflected ?? headers['access-control-allow-headers']))
  return header === undefined ? undefined : { code: 'HEADER_NOT_ALLOWED', header }
}

function missingHeader (requested: readonly string[], allowed: readonly string[]): string | undefined {
  const names = new Set(allowed.map((name) => name.toLowerCase()))
  return requested.map((name) => name.toLowerCase())
    .find((name) => !names.has(name) && (name === 'authorization' || !names.has('*')))
}

function listOf (value: string | undefined): string[] {
  return value === undefined ? [] : value.split(',').map((item) => item.trim()).filter((item) => item !== '')
}
