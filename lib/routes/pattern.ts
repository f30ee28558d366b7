import type { FastifyInstance } from 'fastify'

/** The options of Fastify's router that decide which URLs a pattern matches. */
export interface RouterOptions {
  readonly caseSensitive: boolean
  readonly ignoreTrailingSlash: boolean
  readonly ignoreDuplicateSlashes: boolean
  readonly useSemicolonDelimiter: boolean
  readonly maxParamLength: number
}

/** Fastify's default: the place where it was not set reports this one. */
const MAX_PARAM_LENGTH = 100

/**
 * The router options of an application. Fastify takes each of them from
 * `routerOptions` or, deprecated, from the top level, and reports both.
 */
export function routerOptionsOf ({ initialConfig }: FastifyInstance): RouterOptions {
  const top: Partial<RouterOptions> = initialConfig
  const nested = (initialConfig as { routerOptions?: Partial<RouterOptions> }).routerOptions ?? {}
  return {
    caseSensitive: nested.caseSensitive !== false && top.caseSensitive !== false,
    ignoreTrailingSlash: nested.ignoreTrailingSlash === true || top.ignoreTrailingSlash === true,
    ignoreDuplicateSlashes: nested.ignoreDuplicateSlashes === true || top.ignoreDuplicateSlashes === true,
    useSemicolonDelimiter: nested.useSemicolonDelimiter === true || top.useSemicolonDelimiter === true,
    maxParamLength: [nested.maxParamLength, top.maxParamLength]
      .find((length) => length !== undefined && length !== MAX_PARAM_LENGTH) ?? MAX_PARAM_LENGTH
  }
}

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

/** A pattern as the router keeps it. */
export function normalizePattern (url: string, options: RouterOptions): string {
  let path = url === '*' ? '/*' : url
  if (options.ignoreDuplicateSlashes) path = path.replace(/\/\/+/g, '/')
  if (options.ignoreTrailingSlash && path.length > 1 && path.endsWith('/')) path = path.slice(0, -1)
  return path
}

/** A pattern, taken apart. Keys are worked out once: at boot there may be thousands, asked for time and again. */
export class Pattern {
  readonly segments: readonly Segment[]
  /** The same for all patterns that the router takes for the same, whatever their parameters are called. */
  readonly key: string
  readonly #caseSensitive: boolean
  #duplicatesKey: string | undefined

  constructor (segments: readonly Segment[], caseSensitive: boolean) {
    this.segments = segments
    this.key = segments.map(({ kind, text }) => `/${kind}:${text}`).join('')
    this.#caseSensitive = caseSensitive
  }

  /**
   * The same for all patterns of which the router takes only one, for the same method and constraints: it
   * heeds whether there is an expression, not which one.
   */
  get duplicatesKey (): string {
    this.#duplicatesKey ??= this.#keyOfDuplicates()
    return this.#duplicatesKey
  }

  #keyOfDuplicates (): string {
    if (this.#caseSensitive && this.segments.every(({ kind, text }) => kind !== 'dynamic' || text === ':')) return this.key
    const key = this.segments.map(({ kind, text }) => `/${kind}:${kind === 'dynamic' ? withoutExpressions(text) : text}`).join('')
    return this.#caseSensitive ? key : key.toLowerCase()
  }
}

const patterns = new WeakMap<RouterOptions, Map<string, Pattern>>()

/** The same object for the same URL and options. */
export function parsePattern (url: string, options: RouterOptions): Pattern {
  let known = patterns.get(options)
  if (known === undefined) patterns.set(options, known = new Map())
  let pattern = known.get(url)
  if (pattern === undefined) {
    const segments = splitSegments(normalizePattern(url, options).slice(1)).map((segment) => parseSegment(segment, options.caseSensitive))
    known.set(url, pattern = new Pattern(segments, options.caseSensitive))
  }
  return pattern
}

/** A parameter at the end, which nothing but its name follows. */
const ALONE = /^(?:[^:]|::)*:$/

/** `:` stays for a parameter alone, `()` stands for one that is a part of an expression. */
function withoutExpressions (text: string): string {
  if (ALONE.test(text)) return text
  let rest = ''
  let depth = 0
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i)
    if (char === ')') depth--
    if (depth === 0) rest += char
    if (char === '(') depth++
    if (char === '\\' && depth > 0) i++
  }
  return rest.replace(/::|:[^:()\-.]*(?:\(\))?/g, (colon) => colon === '::' ? colon : '()')
}

const PLAIN_SEGMENT = /^[\w\-.~!$&'+,=@]*$/

/** The path that a pattern without parameters matches; none where its spelling in a URL may differ. */
export function pathOfStaticPattern (segments: readonly Segment[]): string | undefined {
  if (!segments.every(({ kind, text }) => kind === 'static' && PLAIN_SEGMENT.test(text))) return undefined
  return segments.map(({ text }) => `/${text}`).join('')
}

/** Whether it matters to a pattern how the letters of a URL are cased, where routes do not care. */
export function heedsCase (segments: readonly Segment[]): boolean {
  return segments.some(({ kind, text }) => kind === 'dynamic' && text !== ':')
}

/** Splits at each slash but those inside the regular expression of a parameter. */
function splitSegments (path: string): string[] {
  if (!/[()\\]/.test(path)) return path.split('/')
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
  // Most are: there may be thousands at boot.
  if (!/[:*]/.test(segment)) return { kind: 'static', text: caseSensitive ? segment : segment.toLowerCase() }
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
    if (kind !== 'dynamic' || text !== ':' || other.kind === 'wildcard') return false
  }
  return segments.length === others.length
}

interface Node<T> {
  statics: Map<string, Node<T>> | undefined
  dynamic: Node<T> | undefined
  /** Patterns that end here. */
  ends: T[] | undefined
  /** Patterns whose wildcard stands here. */
  wildcards: T[] | undefined
}

/**
 * Which patterns may match one and the same URL. It errs on the side of too
 * many: parameters are taken to match anything, whatever their expression.
 */
export class OverlapIndex<T> {
  readonly #root: Node<T> = createNode()

  add (segments: readonly Segment[], value: T): void {
    let node = this.#root
    for (const { kind, text } of segments) {
      if (kind === 'wildcard') {
        (node.wildcards ??= []).push(value)
        return
      }
      node = kind === 'dynamic' ? (node.dynamic ??= createNode()) : staticChild(node, text)
    }
    (node.ends ??= []).push(value)
  }

  /** All that may match a URL which these segments match. */
  overlapping (segments: readonly Segment[]): T[] {
    const found: T[] = []
    collect(this.#root, segments, 0, found)
    return found
  }
}

function collect<T> (node: Node<T>, segments: readonly Segment[], depth: number, found: T[]): void {
  const segment = segments[depth]
  if (segment === undefined) {
    addAll(found, node.ends)
    return
  }
  addAll(found, node.wildcards)
  if (segment.kind === 'static') {
    const child = node.statics?.get(segment.text)
    if (child !== undefined) collect(child, segments, depth + 1, found)
    if (node.dynamic !== undefined) collect(node.dynamic, segments, depth + 1, found)
    return
  }
  for (const child of children(node)) {
    if (segment.kind === 'dynamic') collect(child, segments, depth + 1, found)
    else collectBelow(child, found)
  }
}

function collectBelow<T> (node: Node<T>, found: T[]): void {
  addAll(found, node.ends)
  addAll(found, node.wildcards)
  for (const child of children(node)) collectBelow(child, found)
}

function addAll<T> (target: T[], source: readonly T[] = []): void {
  for (const value of source) target.push(value)
}

function * children<T> ({ statics, dynamic }: Node<T>): Generator<Node<T>> {
  if (statics !== undefined) yield * statics.values()
  if (dynamic !== undefined) yield dynamic
}

function staticChild<T> (node: Node<T>, text: string): Node<T> {
  const statics = node.statics ??= new Map<string, Node<T>>()
  const known = statics.get(text)
  if (known !== undefined) return known
  const child = createNode<T>()
  statics.set(text, child)
  return child
}

function createNode<T> (): Node<T> {
  return { statics: undefined, dynamic: undefined, ends: undefined, wildcards: undefined }
}
