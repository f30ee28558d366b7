/** Header lines as they travel: name and value, in order, a repeated name once for each line. */
export type HeaderLines = ReadonlyArray<readonly [name: string, value: string]>

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const outerWhitespace = /^[\t\n\r ]+|[\t\n\r ]+$/g

/** @see https://www.rfc-editor.org/rfc/rfc9110#name-tokens */
export function isToken (text: string): boolean {
  return token.test(text)
}

/** @see https://fetch.spec.whatwg.org/#concept-header-value-normalize */
export function normalizeHeaderValue (value: string): string {
  return value.replace(outerWhitespace, '')
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
 * @see https://fetch.spec.whatwg.org/#concept-header-list-get
 */
export function getHeader (lines: HeaderLines, name: string): string | null {
  const values = headerValues(lines, name)
  return values.length === 0 ? null : values.join(', ')
}

/**
 * The list as a script, or `Headers`, shows it: names in lower case and sorted,
 * the values of one name joined.
 * @see https://fetch.spec.whatwg.org/#concept-header-list-sort-and-combine
 */
export function combineHeaders (lines: HeaderLines): Array<[name: string, value: string]> {
  const combined = new Map<string, string>()
  for (const [name, value] of lines) {
    const lowerCase = name.toLowerCase()
    const before = combined.get(lowerCase)
    const normalized = normalizeHeaderValue(value)
    combined.set(lowerCase, before === undefined ? normalized : `${before}, ${normalized}`)
  }
  return [...combined].sort(([a], [b]) => a < b ? -1 : 1)
}

/** The lines without the empty ones that stand beside another of their name, unless it is `kept`. */
export function withoutEmptyLines (lines: HeaderLines, kept?: string): HeaderLines {
  return lines.filter(([name, value], index) => {
    const lowerCase = name.toLowerCase()
    if (lowerCase === kept || normalizeHeaderValue(value) !== '') return true
    return headerValues(lines, lowerCase).every((other) => other === '') &&
      lines.findIndex(([other]) => other.toLowerCase() === lowerCase) === index
  })
}

/** @see https://fetch.spec.whatwg.org/#ok-status */
export function isOkStatus (status: number): boolean {
  return status >= 200 && status <= 299
}

/** @see https://fetch.spec.whatwg.org/#redirect-status */
export function isRedirectStatus (status: number): boolean {
  return status === 301 || status === 302 || status === 303 || status === 307 || status === 308
}
