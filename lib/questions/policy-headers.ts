import { compileGrant, compileResponse } from '../answer.ts'
import type { Decision } from '../decision.ts'
import type { Policy } from '../compile.ts'
import type { CorsRoute } from './types.ts'

/** The headers that a policy sends to an origin that it allows, as far as they are known beforehand. */
export function policyHeaders (policy: Policy, served: readonly string[], vary: string | undefined): NonNullable<CorsRoute['headers']> {
  const methods = served.filter((method) => policy.methods?.includes(method) !== false)
  return {
    response: headersOf(compileResponse(policy, vary).granted, '<origin>', undefined),
    preflight: headersOf(compileGrant(policy, methods, vary).granted, '<origin>', '<requested headers>')
  }
}

/** The headers that a decision puts on a response, for such a request. */
export function headersOf (
  { head, reflectsOrigin, reflectsHeaders }: Decision, origin: string | undefined, requestedHeaders: string | undefined
): Record<string, string> {
  if (head === undefined) return {}
  const { 'content-length': _, ...headers } = head.headers
  return {
    ...headers,
    ...(reflectsOrigin && origin !== undefined && { 'access-control-allow-origin': origin }),
    ...(reflectsHeaders && requestedHeaders !== undefined && { 'access-control-allow-headers': requestedHeaders }),
    ...(head.vary !== undefined && { vary: head.vary })
  }
}
