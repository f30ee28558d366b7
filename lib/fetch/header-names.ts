const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/

/** @see https://www.rfc-editor.org/rfc/rfc9110#name-tokens */
export function isToken (text: string): boolean {
  return TOKEN.test(text)
}

const FORBIDDEN_REQUEST_HEADERS = new Set([
  'accept-charset', 'accept-encoding', 'access-control-request-headers',
  'access-control-request-method', 'connection', 'content-length', 'cookie', 'cookie2',
  'date', 'dnt', 'expect', 'host', 'keep-alive', 'origin', 'referer', 'set-cookie', 'te',
  'trailer', 'transfer-encoding', 'upgrade', 'via'
])

/**
 * Whether scripts cannot set this request header whatever its value is.
 *
 * @see https://fetch.spec.whatwg.org/#forbidden-request-header
 */
export function isForbiddenRequestHeader (name: string): boolean {
  const lowerCased = name.toLowerCase()
  return FORBIDDEN_REQUEST_HEADERS.has(lowerCased) ||
    lowerCased.startsWith('proxy-') || lowerCased.startsWith('sec-')
}

/** @see https://fetch.spec.whatwg.org/#forbidden-response-header-name */
export function isForbiddenResponseHeader (name: string): boolean {
  const lowerCased = name.toLowerCase()
  return lowerCased === 'set-cookie' || lowerCased === 'set-cookie2'
}
