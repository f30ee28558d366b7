import type { CorsCheckCode } from '../fetch/cors.ts'

/** Why a request can't be made at all. */
type ConstructionCode =
  | 'URL_HAS_CREDENTIALS' | 'METHOD_INVALID' | 'METHOD_FORBIDDEN' | 'METHOD_NOT_ALLOWED_NO_CORS'
  | 'HEADER_INVALID' | 'BODY_ON_GET' | 'STREAM_INVALID' | 'STREAM_NOT_SUPPORTED'

/** Why a preflight fails. */
type PreflightCode =
  | `PREFLIGHT_${CorsCheckCode}` | 'PREFLIGHT_NETWORK' | 'PREFLIGHT_REDIRECT' | 'PREFLIGHT_STATUS'
  | 'ALLOW_METHODS_INVALID' | 'ALLOW_HEADERS_INVALID' | 'METHOD_NOT_ALLOWED'
  | 'AUTHORIZATION_NEEDS_EXPLICIT' | 'HEADER_NOT_ALLOWED'

/** Why a redirect is not followed. */
type RedirectCode =
  | 'REDIRECT_ERROR_MODE' | 'REDIRECT_LOCATION_INVALID' | 'REDIRECT_NON_HTTP' | 'REDIRECT_TOO_MANY'
  | 'REDIRECT_CREDENTIALS' | 'REDIRECT_STREAM_BODY'

/** Every reason for which a page gets nothing. */
export type ReasonCode =
  | ConstructionCode | CorsCheckCode | PreflightCode | RedirectCode
  | 'CROSS_ORIGIN_SAME_ORIGIN_MODE' | 'NO_CORS_REDIRECT_MODE' | 'SCHEME_NOT_HTTP'
  | 'NO_SERVER' | 'NETWORK' | 'KEEPALIVE_TOO_LONG' | 'CORP' | 'INTEGRITY'

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

type Sentence = (detail: ReasonDetail) => string
/** The section of the Fetch Standard that says no, and what to tell the developer. */
type Entry = readonly [step: string, sentence: Sentence]

function found (header: string, value: string | undefined): string {
  return value === undefined ? `it has no ${header}` : `${header}: '${value}'`
}

function capitalized (sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1)
}

const corsCheck: Readonly<Record<CorsCheckCode, Sentence>> = {
  ACAO_MISSING: ({ origin }) =>
    `has no Access-Control-Allow-Origin; allow ${origin} (option origin), on error responses too`,
  ACAO_WILDCARD_WITH_CREDENTIALS: ({ origin }) =>
    `has Access-Control-Allow-Origin: *, which never serves credentials 'include'; send ${origin} and ` +
    'Access-Control-Allow-Credentials: true (options origin and credentials), or request without credentials',
  ACAO_MULTIPLE: ({ value, origin }) =>
    `has more than one origin in Access-Control-Allow-Origin ('${value}'), where one is allowed; ` +
    `send ${origin} alone, and once: look for a proxy or a hook that adds the header a second time`,
  ACAO_INVALID: ({ value, origin }) =>
    `has Access-Control-Allow-Origin: '${value}', which is no origin; send ${origin}`,
  ACAO_MISMATCH: ({ value, origin }) =>
    `allows '${value}', and the page's origin is ${origin}, which a browser compares byte by byte; ` +
    `add ${origin} to the allowed origins (option origin)`,
  ACAC_NOT_TRUE: ({ value }) =>
    `has ${value === undefined ? 'no Access-Control-Allow-Credentials' : `Access-Control-Allow-Credentials: '${value}'`}, ` +
    "and the request's credentials mode is 'include'; send exactly true, once (option credentials)"
}

const preflight: Readonly<Record<Exclude<PreflightCode, `PREFLIGHT_${CorsCheckCode}`>, Sentence>> = {
  PREFLIGHT_NETWORK: ({ value }) => `got no answer (${value}); see why the server cuts the connection`,
  PREFLIGHT_REDIRECT: ({ value }) =>
    `was answered with the redirect ${value}, and a preflight is never followed; ask for the final URL, ` +
    'and let no hook redirect OPTIONS requests (trailing slash, http to https, login)',
  PREFLIGHT_STATUS: ({ value }) =>
    `was answered with status ${value}, and only 200 to 299 will do; answer OPTIONS before authentication, ` +
    'rate limits and validation',
  ALLOW_METHODS_INVALID: ({ value }) =>
    `has Access-Control-Allow-Methods: '${value}', which is no list of method names; separate names with commas`,
  ALLOW_HEADERS_INVALID: ({ value }) =>
    `has Access-Control-Allow-Headers: '${value}', which is no list of header names; separate names with commas`,
  METHOD_NOT_ALLOWED: ({ method, value }) =>
    `does not allow the method ${method} (${found('Access-Control-Allow-Methods', value)}); list it in exactly ` +
    'that case (option methods, or a route for the method)',
  AUTHORIZATION_NEEDS_EXPLICIT: ({ value }) =>
    `does not name the header authorization (${found('Access-Control-Allow-Headers', value)}), and the standard does ` +
    "not let '*' stand for it, though browsers of today do; list Authorization there (option allowedHeaders)",
  HEADER_NOT_ALLOWED: ({ header, value }) =>
    `does not allow the header ${header} (${found('Access-Control-Allow-Headers', value)}); list it there ` +
    '(option allowedHeaders)'
}

const others: Readonly<Record<Exclude<ReasonCode, CorsCheckCode | PreflightCode>, Entry>> = {
  URL_HAS_CREDENTIALS: ['Request constructor', () => 'fetch() takes no URL with user info; send an Authorization header'],
  METHOD_INVALID: ['Request constructor', ({ method }) => `'${method}' is no method name; use letters only`],
  METHOD_FORBIDDEN: ['Request constructor', ({ method }) => `a page may not use the method ${method}; choose another one`],
  METHOD_NOT_ALLOWED_NO_CORS: ['Request constructor', ({ method }) =>
    `mode 'no-cors' allows GET, HEAD and POST, not ${method}; use mode 'cors'`],
  HEADER_INVALID: ['Headers', ({ header }) => `the header '${header}' has an invalid name or value; ` +
    'names are tokens, values hold no line break and no character above U+00FF'],
  BODY_ON_GET: ['Request constructor', ({ method }) => `${method} takes no body; leave it out or use POST`],
  STREAM_INVALID: ['Request constructor', () =>
    "a stream as body needs duplex: 'half', a mode other than 'no-cors' and no keepalive; send a string or bytes instead"],
  STREAM_NOT_SUPPORTED: ['Request constructor', () => 'this browser takes no stream as body; send a string or bytes'],
  CROSS_ORIGIN_SAME_ORIGIN_MODE: ['Main fetch', ({ url }) => `mode 'same-origin' refuses ${url}; use mode 'cors'`],
  NO_CORS_REDIRECT_MODE: ['Main fetch', () => "mode 'no-cors' needs redirect 'follow'; use mode 'cors'"],
  SCHEME_NOT_HTTP: ['Main fetch', ({ url }) => `${url} is neither http nor https, and CORS knows no other scheme`],
  NO_SERVER: ['HTTP-network fetch', ({ url }) => `no app stands behind ${url} in this test; ` +
    'pass one in options.servers, or name the origin of the app in options.base'],
  NETWORK: ['HTTP-network fetch', ({ url, value }) =>
    `${url} gave no answer (${value}); see why the server cuts the connection`],
  KEEPALIVE_TOO_LONG: ['HTTP-network-or-cache fetch', ({ url }) => `the body for ${url} is longer than the 64 KiB that a beacon, or fetch() ` +
    'with keepalive, may have; send less, or without keepalive'],
  CORP: ['Cross-origin resource policy check', ({ url, value }) => `${url} has Cross-Origin-Resource-Policy: ${value}; ` +
    "send cross-origin, or request it with CORS (crossorigin attribute, mode 'cors')"],
  INTEGRITY: ['Main fetch', ({ url }) => `the integrity of ${url} can't be confirmed; ` +
    'correct the hash, and request another origin with CORS (crossorigin attribute)'],
  REDIRECT_ERROR_MODE: ['HTTP fetch', ({ url }) => `${url} redirects, and redirect is 'error'; ask for the final URL`],
  REDIRECT_LOCATION_INVALID: ['HTTP-redirect fetch', ({ value }) => `Location: '${value}' is no URL; correct it`],
  REDIRECT_NON_HTTP: ['HTTP-redirect fetch', ({ value }) =>
    `the redirect to ${value} leaves http and https; correct Location`],
  REDIRECT_TOO_MANY: ['HTTP-redirect fetch', ({ url }) => `more than 20 redirects, the last from ${url}; look for a loop`],
  REDIRECT_CREDENTIALS: ['HTTP-redirect fetch', ({ value }) =>
    `the redirect to ${value} has user info, which CORS refuses; leave it out of Location`],
  REDIRECT_STREAM_BODY: ['HTTP-redirect fetch', ({ url }) =>
    `${url} redirects a request whose body is a stream, which can't be sent twice; answer 303, or ask for the final URL`]
}

const corsCheckEntries = Object.entries(corsCheck).flatMap(([code, sentence]): Array<[string, Entry]> => [
  [code, ['CORS check', (detail) => `The response of ${detail.url} ${sentence(detail)}.`]],
  [`PREFLIGHT_${code}`, ['CORS check', (detail) => `The preflight of ${detail.url} ${sentence(detail)}.`]]
])
const preflightEntries = Object.entries(preflight).map(([code, sentence]): [string, Entry] =>
  [code, ['CORS-preflight fetch', (detail) => `The preflight of ${detail.url} ${sentence(detail)}.`]])
const otherEntries = Object.entries(others).map(([code, [step, sentence]]): [string, Entry] =>
  [code, [step, (detail) => capitalized(`${sentence(detail)}.`)]])

/** Every reason code: the section of the standard, and a sentence that ends with the correction. */
export const sentences: Readonly<Record<ReasonCode, Entry>> = Object.fromEntries(
  [...corsCheckEntries, ...preflightEntries, ...otherEntries]
) as Record<ReasonCode, Entry>

/** The reason for that code, with its sentence. */
export function reasonFor (code: ReasonCode, detail: ReasonDetail, hop: number): Reason {
  const [step, sentence] = sentences[code]
  return { code, ...detail, message: sentence(detail), step, hop }
}

/** What was wrong with the arguments of `simulate`. */
export type SimulateErrorCode =
  | 'TARGET_INVALID' | 'REQUEST_INVALID' | 'OPTION_INVALID' | 'FROM_INVALID' | 'URL_INVALID' | 'ANSWER_INVALID'

/** A call of `simulate` that no browser could have made: a mistake in the test, not in the server. */
export class SimulateError extends TypeError {
  readonly code: SimulateErrorCode

  constructor (code: SimulateErrorCode, message: string) {
    super(message)
    this.name = 'SimulateError'
    this.code = code
  }
}

/** The request's end, with its reason: thrown by the steps, caught by `simulate`. */
export class RequestFailure extends Error {
  readonly verdict: 'throws' | 'blocked'
  readonly code: ReasonCode
  readonly detail: ReasonDetail

  constructor (verdict: 'throws' | 'blocked', code: ReasonCode, detail: ReasonDetail = {}) {
    super(code)
    this.verdict = verdict
    this.code = code
    this.detail = detail
  }
}

/** A TypeError or DOMException of the page's own API; nothing is sent. */
export function throws (code: ReasonCode, detail?: ReasonDetail): RequestFailure {
  return new RequestFailure('throws', code, detail)
}

/** @see https://fetch.spec.whatwg.org/#concept-network-error */
export function networkError (code: ReasonCode, detail?: ReasonDetail): RequestFailure {
  return new RequestFailure('blocked', code, detail)
}
