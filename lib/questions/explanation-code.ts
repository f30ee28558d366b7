import { OriginDeniedError } from '../errors.ts'
import type { Reason } from '../testing/reasons.ts'
import type { Seen } from '../testing/types.ts'
import type { DryRun } from './dry-run.ts'
import type { CorsExplanationCode } from './types.ts'

/** Of all that a browser can find wrong, what can be wrong with an answer of the plugin. */
const CODES: Readonly<Record<string, CorsExplanationCode>> = {
  ACAO_MISMATCH: 'ORIGIN_NOT_ALLOWED',
  ACAO_WILDCARD_WITH_CREDENTIALS: 'CREDENTIALS_NOT_ALLOWED',
  ACAC_NOT_TRUE: 'CREDENTIALS_NOT_ALLOWED',
  METHOD_NOT_ALLOWED: 'METHOD_NOT_ALLOWED',
  HEADER_NOT_ALLOWED: 'HEADER_NOT_ALLOWED',
  AUTHORIZATION_NEEDS_EXPLICIT: 'HEADER_NOT_ALLOWED'
}

/** What the browser's verdict means on the side of the plugin, which gave the last answer. */
export function explanationCode ({ verdict, type, reason }: Seen, last: DryRun | undefined): CorsExplanationCode {
  if (verdict === 'readable') return type === 'basic' ? 'SAME_ORIGIN' : 'ALLOWED'
  if (last === undefined) return 'NOT_SENT'
  const code = (reason as Reason).code.replace(/^PREFLIGHT_/, '')
  return code === 'ACAO_MISSING' ? whyNoOrigin(last) : CODES[code] as CorsExplanationCode
}

/** Only an answer that says it depends on the origin has looked at it. */
function whyNoOrigin ({ status, headers, error, isPassedOn, choice }: DryRun): CorsExplanationCode {
  if (choice?.failed === true) return 'SELECT_FAILED'
  if (error !== undefined && !(error instanceof OriginDeniedError)) return 'ORIGIN_FUNCTION_FAILED'
  if (headers['vary']?.split(', ').includes('Origin') === true) return 'ORIGIN_NOT_ALLOWED'
  return status === 400 && isPassedOn ? 'BAD_URL' : 'NO_CORS'
}
