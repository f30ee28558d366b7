import type { IncomingHttpHeaders } from 'node:http'

import type { CorsDecisionCode, Decision } from '../decision.ts'

const SAFELISTED_METHODS = ['GET', 'HEAD', 'POST']

/**
 * What a browser will not find in the answer to a preflight, in the order in which it looks.
 *
 * @see https://fetch.spec.whatwg.org/#cors-preflight-fetch-0
 */
export function missingGrant (
  { code, head }: Decision, preflight: IncomingHttpHeaders, allowHeaders: string | undefined
): { readonly code: CorsDecisionCode, readonly header?: string } {
  if (code !== 'ALLOWED' || head === undefined) return { code }
  const method = preflight['access-control-request-method'] as string
  const methods = listOf(head.headers['access-control-allow-methods'])
  if (!methods.includes(method) && !SAFELISTED_METHODS.includes(method)) return { code: 'METHOD_NOT_ALLOWED' }
  const names = new Set(listOf(allowHeaders ?? head.headers['access-control-allow-headers']).map((name) => name.toLowerCase()))
  const header = listOf(preflight['access-control-request-headers']).map((name) => name.toLowerCase())
    .find((name) => !names.has(name) && (name === 'authorization' || !names.has('*')))
  return header === undefined ? { code } : { code: 'HEADER_NOT_ALLOWED', header }
}

function listOf (value: string | undefined): string[] {
  return value === undefined ? [] : value.split(',').map((item) => item.trim()).filter((item) => item !== '')
}
