import { getHeader, isCorsSafelistedMethod, type HeaderLines } from './headers.ts'
import { parseUrl } from './origins.ts'

/** @see https://fetch.spec.whatwg.org/#concept-request-credentials-mode */
export type Credentials = 'omit' | 'same-origin' | 'include'

/** Why a CORS check fails. */
export type CorsCheckCode =
  | 'ACAO_MISSING' | 'ACAO_WILDCARD_WITH_CREDENTIALS' | 'ACAO_MULTIPLE' | 'ACAO_INVALID'
  | 'ACAO_MISMATCH' | 'ACAC_NOT_TRUE'

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
  return value === 'null' || parseUrl(value) !== undefined ? 'ACAO_MISMATCH' : 'ACAO_INVALID'
}

/** What a preflight asks for. */
export interface AskedOfPreflight {
  readonly method: string
  /** In lower case. */
  readonly headerNames: readonly string[]
  readonly includesCredentials: boolean
}

/** The names that the answer to a preflight lists. */
export interface GrantedNames {
  readonly methods: ReadonlySet<string>
  /** In lower case. */
  readonly headerNames: ReadonlySet<string>
}

export function grantedNames (methods: readonly string[], headerNames: readonly string[]): GrantedNames {
  return { methods: new Set(methods), headerNames: new Set(headerNames.map((name) => name.toLowerCase())) }
}

/** What an answer to a preflight lacks, and which header that is. */
export type PreflightFailure =
  | { readonly code: 'METHOD_NOT_ALLOWED', readonly header?: never }
  | { readonly code: 'AUTHORIZATION_NEEDS_EXPLICIT' | 'HEADER_NOT_ALLOWED', readonly header: string }

/**
 * What a browser does not find first in the answer to a preflight, once its CORS check has passed:
 * the method, Authorization, which the standard does not let `*` stand for, or another header.
 *
 * @see https://fetch.spec.whatwg.org/#cors-preflight-fetch-0
 */
export function preflightCheck (
  { method, headerNames, includesCredentials }: AskedOfPreflight, granted: GrantedNames, wildcardCoversAuthorization = false
): PreflightFailure | undefined {
  const isWildcard = (names: ReadonlySet<string>): boolean => !includesCredentials && names.has('*')
  if (!granted.methods.has(method) && !isCorsSafelistedMethod(method) && !isWildcard(granted.methods)) {
    return { code: 'METHOD_NOT_ALLOWED' }
  }
  const unlisted = headerNames.filter((name) => !granted.headerNames.has(name))
  if (!wildcardCoversAuthorization && unlisted.includes('authorization')) {
    return { code: 'AUTHORIZATION_NEEDS_EXPLICIT', header: 'authorization' }
  }
  const [header] = unlisted
  return header === undefined || isWildcard(granted.headerNames) ? undefined : { code: 'HEADER_NOT_ALLOWED', header }
}
