import type { RouterOptions } from './router-options.ts'

/**
 * One segment of a pattern: text, a parameter (with what stands around it), or
 * `*` for the rest of the URL. Two segments of the same text match the same.
 */
export interface Segment {
  readonly kind: 'static' | 'dynamic' | 'wildcard'
  readonly text: string
}

const OPTIONAL_PARAMETER = /(\/:[^/()]*?)\?(\/?)/

/** The patterns that a route's URL stands for: an optional last parameter makes two. */
export function expandOptionalParameter (url: string): string[] {
  if (!OPTIONAL_PARAMETER.test(url)) return [url]
  return [
    url.replace(OPTIONAL_PARAMETER, '$1$2'),
    url.replace(OPTIONAL_PARAMETER, '$2') || '/'
  ]
}

export function parsePattern (url: string, options: RouterOptions): Segment[] {
  let path = url === '*' ? '/*' : url
  if (options.ignoreDuplicateSlashes) path = path.replace(/\/\/+/g, '/')
  if (options.ignoreTrailingSlash && path.length > 1 && path.endsWith('/')) path = path.slice(0, -1)
  return splitSegments(path.slice(1)).map((segment) => parseSegment(segment, options.caseSensitive))
}

/** The same for all patterns that the router takes for the same, whatever their parameters are called. */
export function keyOfPattern (segments: readonly Segment[]): string {
  return segments.map(({ kind, text }) => `/${kind}:${text}`).join('')
}

const PLAIN_SEGMENT = /^[\w\-.~!$&'+,=@]*$/

/** The path that a pattern without parameters matches; none where its spelling in a URL may differ. */
export function pathOfStaticPattern (segments: readonly Segment[]): string | undefined {
  if (!segments.every(({ kind, text }) => kind === 'static' && PLAIN_SEGMENT.test(text))) return undefined
  return segments.map(({ text }) => `/${text}`).join('')
}

/** Splits at each slash but those inside the regular expression of a parameter. */
function splitSegments (path: string): string[] {
  const segments = ['']
  let depth = 0
  for (let i = 0; i < path.length; i++) {
    const char = path.charAt(i)
    if (char === '/' && depth === 0) {
      segments.push('')
      continue
    }
    if (char === '(') depth++
    if (char === ')') depth--
    segments[segments.length - 1] += char === '\\' ? char + path.charAt(++i) : char
  }
  return segments
}

/** `:name`, with the start of its regular expression if it has one; `::` is a literal colon. */
const COLON = /::|:([^:()\-.]*)/g

function parseSegment (segment: string, caseSensitive: boolean): Segment {
  const literal = segment.replaceAll('::', '')
  if (literal.includes(':')) {
    // Names do not matter, but all else does: `(?:a|b)` holds a colon too.
    const text = segment.includes('(') ? segment : segment.replace(COLON, (colon) => colon === '::' ? colon : ':')
    return { kind: 'dynamic', text }
  }
  if (literal.includes('*')) return { kind: 'wildcard', text: segment }
  const text = segment.replaceAll('::', ':')
  return { kind: 'static', text: caseSensitive ? text : text.toLowerCase() }
}

/** Whether every URL that the second pattern matches is matched by the first one too. */
export function covers (segments: readonly Segment[], others: readonly Segment[]): boolean {
  for (const [index, { kind, text }] of segments.entries()) {
    const other = others[index]
    if (other === undefined) return false
    if (kind === 'wildcard') return text === '*'
    if (kind === other.kind && text === other.text) continue
    if (text !== ':' || other.kind === 'wildcard') return false
  }
  return segments.length === others.length
}
