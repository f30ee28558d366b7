import { combineHeaders } from './fetch/http.ts'
import { extractTokens, isForbiddenResponseHeader, type HeaderLines } from '../fetch/headers.ts'
import type { Credentials } from './types.ts'

const safelistedNames = [
  'cache-control', 'content-language', 'content-length', 'content-type', 'expires', 'last-modified', 'pragma'
]

export interface FilteredHeaders {
  readonly headers: Readonly<Record<string, string>>
  readonly hiddenHeaders: readonly string[]
}

/**
 * What of a response's headers a script can see.
 * @see https://fetch.spec.whatwg.org/#concept-filtered-response
 */
export function filterHeaders (
  lines: HeaderLines, type: 'basic' | 'cors' | 'opaque', credentials: Credentials
): FilteredHeaders {
  const isExposed = type === 'cors' ? corsExposedNames(lines, credentials) : () => type === 'basic'
  const headers: Record<string, string> = {}
  const hiddenHeaders: string[] = []
  for (const [name, value] of combineHeaders(lines)) {
    if (isExposed(name) && !isForbiddenResponseHeader(name)) headers[name] = value
    else hiddenHeaders.push(name)
  }
  return { headers, hiddenHeaders }
}

/** @see https://fetch.spec.whatwg.org/#cors-exposed-header-name-list */
function corsExposedNames (lines: HeaderLines, credentials: Credentials): (name: string) => boolean {
  const listed = extractTokens(lines, 'access-control-expose-headers')
  if (listed === null || listed === 'failure') return (name) => safelistedNames.includes(name)
  if (credentials !== 'include' && listed.includes('*')) return () => true
  const exposed = new Set([...safelistedNames, ...listed.map((name) => name.toLowerCase())])
  return (name) => exposed.has(name)
}
