/** No browser asks for more: servers refuse heads of 16 KiB altogether. */
const MAX_LENGTH = 8192

const COMMA = 0x2c
const IS_TOKEN_CODE = new Uint8Array(256)
for (const char of "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") {
  IS_TOKEN_CODE[char.charCodeAt(0)] = 1
}

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
  if (requested === undefined || requested.length > MAX_LENGTH) return undefined
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
  const names = list.split(',').map((name) => name.trim()).filter(isToken)
  return names.length === 0 ? undefined : names.join(', ')
}

/**
 * A method, or a header name.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-tokens
 */
export function isToken (text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    if (IS_TOKEN_CODE[text.charCodeAt(i)] !== 1) return false
  }
  return text !== ''
}
