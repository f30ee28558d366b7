import { NoOriginsError, OriginsTextError } from '../errors.ts'
import type { OriginText } from '../options/types.ts'

/** What {@link parseOrigins} does without origins. */
export interface ParseOriginsOptions {
  /**
   * The origins where the text holds none: one, or a list, which may be empty.
   *
   * @default none: then no origins are an error
   */
  readonly fallback?: OriginText | readonly OriginText[] | undefined
}

/**
 * The origins in a text, as an environment variable holds them: separated by
 * commas or white space, or a JSON array of strings; quotes are dropped. The
 * items are taken as they are; like any others they are checked at boot.
 *
 * @throws `FST_ERR_CORS_NO_ORIGINS` if the text is `undefined` or holds no
 * origin, and there is no `fallback`
 * @throws `FST_ERR_CORS_ORIGINS_TEXT` if it is no text, if what begins as a
 * JSON array is none or holds anything but strings, or if `fallback` is neither
 * a string nor an array of strings
 *
 * @example
 * app.register(cors, { origin: parseOrigins(process.env.ORIGINS, { fallback: 'http://localhost:3000' }) })
 */
export function parseOrigins (text: string | undefined, options: ParseOriginsOptions = {}): OriginText[] {
  const fallback = readFallback(options)
  if (text !== undefined && typeof text !== 'string') throw new OriginsTextError('origins are read from a text, as a variable holds it')
  const origins = text === undefined ? [] : readText(text)
  if (origins.length > 0) return origins
  if (fallback === undefined) throw new NoOriginsError()
  return fallback
}

/** Looked at even where it is not needed, so that a mistake in it does not wait for the day when the variable is missing. */
function readFallback (options: unknown): OriginText[] | undefined {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new OriginsTextError('the second argument of parseOrigins is an object such as { fallback: \'https://app.example.com\' }')
  }
  const { fallback } = options as { fallback?: unknown }
  if (fallback === undefined) return undefined
  const list: readonly unknown[] = Array.isArray(fallback) ? fallback : [fallback]
  if (!isTexts(list)) throw new OriginsTextError('fallback is an origin or an array of origins')
  return [...list]
}

function readText (text: string): OriginText[] {
  // Shells and compose files leave quotes around a whole value, so around an array as well.
  if (/^[\s'"]*\[/.test(text)) return readArray(text.slice(text.indexOf('['), text.lastIndexOf(']') + 1), text)
  // No origin holds any of these, so they can only stand between two.
  return text.split(/[\s,'"]+/).filter((item) => item !== '') as OriginText[]
}

function readArray (array: string, text: string): OriginText[] {
  const list = parse(array)
  const isAll = /^[\s'"]*$/.test(text.slice(text.lastIndexOf(']') + 1))
  if (!isAll || !Array.isArray(list) || !isTexts(list)) {
    throw new OriginsTextError('a text that begins with [ is read as a JSON array of strings, such as ["https://app.example.com"]')
  }
  return list
}

function parse (json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

/** Whether they are origins is for the check at boot; the type is what spares a cast. */
function isTexts (list: readonly unknown[]): list is OriginText[] {
  return list.every((item) => typeof item === 'string')
}
