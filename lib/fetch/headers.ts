import { METHODS, type IncomingHttpHeaders, type OutgoingHttpHeader } from 'node:http'

// Methods

const NORMALIZED_METHODS = new Set(['DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT'])
const FORBIDDEN_METHODS = new Set(['CONNECT', 'TRACE', 'TRACK'])
const SERVABLE_METHODS = new Set(METHODS)

/**
 * Upper case for six methods only. `patch` is not among them, and stays as it is.
 *
 * @see https://fetch.spec.whatwg.org/#concept-method-normalize
 */
export function normalizeMethod (method: string): string {
  const upperCased = method.toUpperCase()
  return NORMALIZED_METHODS.has(upperCased) ? upperCased : method
}

/** @see https://fetch.spec.whatwg.org/#forbidden-method */
export function isForbiddenMethod (method: string): boolean {
  return FORBIDDEN_METHODS.has(method.toUpperCase())
}

/** @see https://fetch.spec.whatwg.org/#cors-safelisted-method */
export function isCorsSafelistedMethod (method: string): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'POST'
}

/** Whether Node.js can receive a request with this method. */
export function isServableMethod (method: string): boolean {
  return SERVABLE_METHODS.has(method)
}

/** The methods that Node.js can receive and a script can send. */
export const servableMethods: readonly string[] = METHODS.filter(method => !isForbiddenMethod(method))

// Names

const IS_TOKEN_CODE = new Uint8Array(256)
for (const char of "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") {
  IS_TOKEN_CODE[char.charCodeAt(0)] = 1
}

/**
 * What a method or a header name is made of.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-tokens
 */
export function isToken (text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    if (IS_TOKEN_CODE[text.charCodeAt(i)] !== 1) return false
  }
  return text !== ''
}

const FORBIDDEN_REQUEST_HEADERS = new Set([
  'accept-charset', 'accept-encoding', 'access-control-request-headers',
  'access-control-request-method', 'connection', 'content-length', 'cookie', 'cookie2',
  'date', 'dnt', 'expect', 'host', 'keep-alive', 'origin', 'referer', 'set-cookie', 'te',
  'trailer', 'transfer-encoding', 'upgrade', 'via'
])
const METHOD_OVERRIDES = new Set(['x-http-method', 'x-http-method-override', 'x-method-override'])

/**
 * Whether scripts cannot set this request header to this value; without a value, to none at all.
 *
 * @see https://fetch.spec.whatwg.org/#forbidden-request-header
 */
export function isForbiddenRequestHeader (name: string, value = ''): boolean {
  const lowerCased = name.toLowerCase()
  return FORBIDDEN_REQUEST_HEADERS.has(lowerCased) ||
    lowerCased.startsWith('proxy-') || lowerCased.startsWith('sec-') ||
    (METHOD_OVERRIDES.has(lowerCased) && listNames(value).some(isForbiddenMethod))
}

/** @see https://fetch.spec.whatwg.org/#forbidden-response-header-name */
export function isForbiddenResponseHeader (name: string): boolean {
  const lowerCased = name.toLowerCase()
  return lowerCased === 'set-cookie' || lowerCased === 'set-cookie2'
}

const CORS_RESPONSE_HEADERS: ReadonlySet<string> = new Set([
  'access-control-allow-origin',
  'access-control-allow-credentials',
  'access-control-expose-headers',
  'access-control-allow-methods',
  'access-control-allow-headers',
  'access-control-max-age'
])

/**
 * A header of the CORS protocol that a server sends, in any case.
 *
 * @see https://fetch.spec.whatwg.org/#http-responses
 */
export function isCorsResponseHeader (name: string): boolean {
  // Few headers are that long, so few are lower-cased.
  return name.length >= 22 && CORS_RESPONSE_HEADERS.has(name.toLowerCase())
}

// Lists

/** An item of a list, and its index if the user wrote an array. */
export interface ListItem {
  readonly text: string
  readonly index: number | undefined
}

/**
 * The items of a list that a user wrote as an array or as a string with commas.
 * Empty items are no items, and an item that is no string is a problem of the shape.
 */
export function listItems (list: string | readonly unknown[]): ListItem[] {
  const texts = typeof list === 'string' ? list.split(',') : list
  const items: ListItem[] = []
  for (const [index, text] of texts.entries()) {
    const trimmed = typeof text === 'string' ? text.trim() : ''
    if (trimmed !== '') items.push({ text: trimmed, index: typeof list === 'string' ? undefined : index })
  }
  return items
}

/** The items of a header's value that is a list, whatever they are. */
export function listNames (value: string | undefined): string[] {
  return value === undefined ? [] : value.split(',').map((name) => name.trim()).filter((name) => name !== '')
}

/**
 * Adds names to a `Vary` value, each once. `*` covers every name.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.vary
 */
export function appendVary (given: string, names: string): string {
  const members = listNames(given)
  const present = new Set(members.map((member) => member.toLowerCase()))
  if (present.has('*')) return '*'
  const missing = names.split(', ').filter((name) => name !== '' && !present.has(name.toLowerCase()))
  return missing.length === 0 ? given : [...members, ...missing].join(', ')
}

/** The names of two lists, each once, whatever its case; those of the first one first. */
export function mergeNames (list: string | undefined, others: string): string {
  const names = new Map<string, string>()
  for (const name of [...listNames(list), ...listNames(others)]) {
    const key = name.toLowerCase()
    if (!names.has(key)) names.set(key, name)
  }
  return [...names.values()].join(', ')
}

// Header lists

/** Header lines as they travel: name and value, in order, a repeated name once for each line. */
export type HeaderLines = ReadonlyArray<readonly [name: string, value: string]>

/** @see https://fetch.spec.whatwg.org/#concept-header-value-normalize */
export function normalizeHeaderValue (value: string): string {
  return value.replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, '')
}

/** The normalized values of every line of that name, in order. */
export function headerValues (lines: HeaderLines, name: string): string[] {
  const values: string[] = []
  for (const [lineName, value] of lines) {
    if (lineName.toLowerCase() === name) values.push(normalizeHeaderValue(value))
  }
  return values
}

/**
 * All values of that name joined by a comma and a space, or null without one.
 *
 * @see https://fetch.spec.whatwg.org/#concept-header-list-get
 */
export function getHeader (lines: HeaderLines, name: string): string | null {
  const values = headerValues(lines, name)
  return values.length === 0 ? null : values.join(', ')
}

/**
 * The items of a header that is a list of tokens, such as `Access-Control-Allow-Methods`.
 * Empty items are skipped; one item that is no token makes the whole header a failure,
 * however many good ones stand beside it.
 *
 * @returns null where the header is absent
 * @see https://fetch.spec.whatwg.org/#extract-header-list-values
 */
export function extractTokens (lines: HeaderLines, name: string): string[] | 'failure' | null {
  const values = headerValues(lines, name)
  if (values.length === 0) return null
  const items = values.join(',').split(',').map((item) => item.replace(/^[\t ]+|[\t ]+$/g, '')).filter((item) => item !== '')
  return items.every(isToken) ? items : 'failure'
}

/** Several values of one header, as one. */
export function joinValues (value: OutgoingHttpHeader): string {
  return Array.isArray(value) ? value.join(', ') : String(value)
}

// Preflights

interface RequestLine {
  readonly method?: string | undefined
  readonly headers: IncomingHttpHeaders
}

/**
 * An OPTIONS request that says from where and with which method the actual
 * request would come. Anything else is none, whatever its method.
 *
 * @see https://fetch.spec.whatwg.org/#cors-preflight-request
 */
export function isCorsPreflightRequest ({ method, headers }: RequestLine): boolean {
  return method === 'OPTIONS' && Boolean(headers.origin) && Boolean(headers['access-control-request-method'])
}

/** No browser asks for more: servers refuse heads of 16 KiB altogether. */
const MAX_REFLECTED_LENGTH = 8192
const COMMA = 0x2c

// An application's pages ask for the same few lists over and over; mostly for one.
let lastRequested = ''
let lastReflected: string | undefined

/**
 * The requested header names that may be sent back, joined with `', '`: those
 * that are tokens, if all are no longer than 8 KiB. `undefined` for none.
 *
 * @see https://fetch.spec.whatwg.org/#http-access-control-request-headers
 */
export function reflectRequestHeaders (requested: string | undefined): string | undefined {
  if (requested === undefined || requested.length > MAX_REFLECTED_LENGTH) return undefined
  if (requested !== lastRequested) {
    lastReflected = isAsBrowsersSendIt(requested) ? requested.replaceAll(',', ', ') : keepTokens(requested)
    lastRequested = requested
  }
  return lastReflected
}

/** Browsers join with a comma alone, so that nothing has to be taken apart. */
function isAsBrowsersSendIt (list: string): boolean {
  let previous = COMMA
  for (let i = 0; i < list.length; i++) {
    const code = list.charCodeAt(i)
    if (code === COMMA ? previous === COMMA : IS_TOKEN_CODE[code] !== 1) return false
    previous = code
  }
  return previous !== COMMA
}

function keepTokens (list: string): string | undefined {
  const names = listNames(list).filter(isToken)
  return names.length === 0 ? undefined : names.join(', ')
}
