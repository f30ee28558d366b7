import type { OutgoingHttpHeader } from 'node:http'

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

export function isVary (name: string): boolean {
  return name.length === 4 && name.toLowerCase() === 'vary'
}

/**
 * Adds names to a `Vary` value, each once. `*` covers every name.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.vary
 */
export function appendVary (given: string, names: string): string {
  const members = given.split(',').map((member) => member.trim()).filter((member) => member !== '')
  const present = new Set(members.map((member) => member.toLowerCase()))
  if (present.has('*')) return '*'
  const missing = names.split(', ').filter((name) => name !== '' && !present.has(name.toLowerCase()))
  return missing.length === 0 ? given : [...members, ...missing].join(', ')
}

/** Several values of one header, as one. */
export function joinValues (value: OutgoingHttpHeader): string {
  return Array.isArray(value) ? value.join(', ') : String(value)
}

/** The headers that `writeHead` was given, whichever of its three forms was used. */
export function toRecord (headers: unknown): Record<string, OutgoingHttpHeader> | undefined {
  if (!Array.isArray(headers)) return headers as Record<string, OutgoingHttpHeader> | undefined
  const record: Record<string, OutgoingHttpHeader> = {}
  const flat = headers.flat() as OutgoingHttpHeader[]
  for (let i = 0; i < flat.length; i += 2) {
    const name = String(flat[i])
    const value = flat[i + 1] as string
    record[name] = name in record ? [record[name] as string, value].flat() : value
  }
  return record
}
