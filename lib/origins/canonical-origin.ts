import { isSerializedOrigin, parseUrl, splitOrigin } from '../fetch/origins.ts'
import type { OriginParts } from '../fetch/origins.ts'
import { distance } from '../text/nearest.ts'

const PARSED_SCHEME = /^(?:https?|wss?|blob):/i

/** `text` as it would have to be written to match what a browser sends. */
export function correctOrigin (text: string): string | undefined {
  const trimmed = text.trim()
  if (!trimmed.includes('*')) return canonicalOrigin(trimmed)
  const withoutPath = /^[^/]*:\/\/[^/]*/.exec(trimmed)?.[0] ?? trimmed
  return withoutPath.includes('*') ? canonicalPattern(withoutPath) : canonicalOrigin(withoutPath)
}

/** The origin that a browser would send for a page at the URL `text`. */
function canonicalOrigin (text: string): string | undefined {
  const origin = PARSED_SCHEME.test(text) ? parsedOrigin(text) : otherOrigin(text)
  return origin !== undefined && isSerializedOrigin(origin) ? origin : undefined
}

function parsedOrigin (text: string): string | undefined {
  return parseUrl(text)?.origin.replace(/^ws/, 'http')
}

/** Schemes of extensions and apps, which the URL parser does not know, and typos. */
function otherOrigin (text: string): string | undefined {
  const [, scheme, rest] = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]+)/i.exec(text) ?? []
  if (scheme === undefined) return undefined
  const meant = ['https', 'http'].find(known => distance(scheme.toLowerCase(), known) === 1)
  return meant === undefined ? `${scheme}://${rest}`.toLowerCase() : parsedOrigin(`${meant}://${rest}`)
}

const PATTERN = /^([^*]*:\/\/)(\*\.)?([^*]*?)(:\*)?$/

function canonicalPattern (text: string): string | undefined {
  const [, scheme, subdomains, rest, anyPort] = PATTERN.exec(text) ?? []
  if (scheme === undefined) return undefined
  // An origin that the pattern matches tells whether it can match any.
  const origin = canonicalOrigin(`${scheme}${subdomains ? 'x.' : ''}${rest}${anyPort ? ':65535' : ''}`)
  if (origin === undefined) return undefined
  const parts = splitOrigin(origin) as OriginParts
  if (parts.host.endsWith('.')) return undefined
  const host = subdomains ? parts.host.replace('x.', '*.') : parts.host
  const port = anyPort ? ':*' : parts.port === undefined ? '' : `:${parts.port}`
  return `${parts.scheme}://${host}${port}`
}

/** `text`, which has no scheme, with the one that it most likely needs. */
export function withScheme (text: string): string {
  const rest = text.trim().replace(/^[:/]+/, '')
  const isLocal = /^(?:localhost|127\.|\[::1\])/i.test(rest)
  return `${isLocal ? 'http' : 'https'}://${rest}`
}
