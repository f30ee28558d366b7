import { headerValues, isToken } from './fetch/http.ts'
import type { HeaderLines } from './fetch/http.ts'

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
  const items: string[] = []
  for (const value of values) {
    for (const element of value.split(',')) {
      const item = element.replace(/^[\t ]+|[\t ]+$/g, '')
      if (item === '') continue
      if (!isToken(item)) return 'failure'
      items.push(item)
    }
  }
  return items
}
