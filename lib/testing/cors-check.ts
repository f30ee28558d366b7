import { getHeader } from './fetch/http.ts'
import type { CorsCheckCode } from './reasons.ts'
import type { HeaderLines } from './fetch/http.ts'
import type { Credentials } from './types.ts'

export interface CorsCheckFailure {
  readonly code: CorsCheckCode
  /** What the header holds, where it is there. */
  readonly value?: string
}

/**
 * Whether a response may be shared with `origin`. The comparison is one of bytes, on the
 * joined value of all lines.
 *
 * @see https://fetch.spec.whatwg.org/#concept-cors-check
 */
export function corsCheck (
  origin: string, credentials: Credentials, lines: HeaderLines
): CorsCheckFailure | undefined {
  const allowed = getHeader(lines, 'access-control-allow-origin')
  if (allowed === null) return { code: 'ACAO_MISSING' }
  if (allowed === '*') {
    return credentials === 'include' ? { code: 'ACAO_WILDCARD_WITH_CREDENTIALS', value: allowed } : undefined
  }
  if (allowed !== origin) return { code: allowOriginProblem(allowed), value: allowed }
  if (credentials !== 'include') return undefined
  const allowCredentials = getHeader(lines, 'access-control-allow-credentials')
  if (allowCredentials === 'true') return undefined
  return allowCredentials === null
    ? { code: 'ACAC_NOT_TRUE' }
    : { code: 'ACAC_NOT_TRUE', value: allowCredentials }
}

function allowOriginProblem (value: string): CorsCheckCode {
  if (/[, ]/.test(value)) return 'ACAO_MULTIPLE'
  return value === 'null' || URL.canParse(value) ? 'ACAO_MISMATCH' : 'ACAO_INVALID'
}
