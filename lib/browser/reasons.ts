import type { CorsCheckCode } from '../fetch/cors.ts'
import { sentences } from './sentences.ts'

/** Why a request can't be made at all. */
export type ConstructionCode =
  | 'URL_HAS_CREDENTIALS' | 'METHOD_INVALID' | 'METHOD_FORBIDDEN' | 'METHOD_NOT_ALLOWED_NO_CORS'
  | 'HEADER_INVALID' | 'BODY_ON_GET' | 'STREAM_INVALID' | 'STREAM_NOT_SUPPORTED'

/** Why a preflight fails. */
export type PreflightCode =
  | `PREFLIGHT_${CorsCheckCode}` | 'PREFLIGHT_NETWORK' | 'PREFLIGHT_REDIRECT' | 'PREFLIGHT_STATUS'
  | 'ALLOW_METHODS_INVALID' | 'ALLOW_HEADERS_INVALID' | 'METHOD_NOT_ALLOWED'
  | 'AUTHORIZATION_NEEDS_EXPLICIT' | 'HEADER_NOT_ALLOWED'

/** Why a redirect is not followed. */
export type RedirectCode =
  | 'REDIRECT_ERROR_MODE' | 'REDIRECT_LOCATION_INVALID' | 'REDIRECT_NON_HTTP' | 'REDIRECT_TOO_MANY'
  | 'REDIRECT_CREDENTIALS' | 'REDIRECT_STREAM_BODY'

/** Every reason for which a page gets nothing. */
export type ReasonCode =
  | ConstructionCode | CorsCheckCode | PreflightCode | RedirectCode
  | 'CROSS_ORIGIN_SAME_ORIGIN_MODE' | 'NO_CORS_REDIRECT_MODE' | 'SCHEME_NOT_HTTP'
  | 'NO_SERVER' | 'NETWORK' | 'CORP' | 'INTEGRITY'

/** What a reason is about, as far as it applies. */
export interface ReasonDetail {
  /** The request header that was not allowed, in lower case. */
  readonly header?: string
  /** The method that was not allowed. */
  readonly method?: string
  /** The value that the browser did not accept. */
  readonly value?: string
  /** The URL that refused. */
  readonly url?: string
  /** The origin that the browser compared with. */
  readonly origin?: string
}

/** Why the page gets nothing. */
export interface Reason extends ReasonDetail {
  readonly code: ReasonCode
  /** What happened and what to change, in one or two sentences. */
  readonly message: string
  /** The section of the Fetch Standard that said no. */
  readonly step: string
  /** How many redirects came before: 0 for the URL that the page asked for. */
  readonly hop: number
}

/** The reason for that code, with its sentence. */
export function reasonFor (code: ReasonCode, detail: ReasonDetail, hop: number): Reason {
  const [step, sentence] = sentences[code]
  return { code, ...detail, message: sentence(detail), step, hop }
}
