import type { Policy } from '../compile.ts'
import { appendVary } from '../fetch/response-headers.ts'
import { compileGrant } from '../preflight/answer.ts'
import { withVary } from '../preflight/varied-answer.ts'
import type { CorsRoute } from './types.ts'

/** The headers that a policy sends to an origin that it allows, as far as they are known beforehand. */
export function policyHeaders (policy: Policy, served: readonly string[], varyOfSelect: string | undefined): NonNullable<CorsRoute['headers']> {
  const methods = served.filter((method) => policy.methods?.includes(method) !== false)
  const { granted: { headers: constants, vary }, reflectsHeaders } = withVary(compileGrant(policy, methods), varyOfSelect)
  const { 'content-length': _, ...headers } = constants
  const isConstant = 'access-control-allow-origin' in headers
  const responseVary = appendVary(isConstant ? '' : 'Origin', varyOfSelect ?? '')
  const allowOrigin = { 'access-control-allow-origin': headers['access-control-allow-origin'] ?? '<origin>' }
  return {
    response: {
      ...allowOrigin,
      ...(policy.credentials && { 'access-control-allow-credentials': 'true' }),
      ...(policy.exposeHeaders !== undefined && { 'access-control-expose-headers': policy.exposeHeaders }),
      ...(responseVary !== '' && { vary: responseVary })
    },
    preflight: {
      ...headers,
      ...allowOrigin,
      ...(reflectsHeaders && { 'access-control-allow-headers': '<requested headers>' }),
      ...(vary !== undefined && { vary })
    }
  }
}
