import { headerValues, normalizeHeaderValue, type HeaderLines } from '../../fetch/headers.ts'

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
