import type { CorsProblemCode } from '../errors.ts'
import { isSerializedOrigin, parseUrl, splitOrigin, type OriginParts } from '../fetch/origins.ts'
import { distance, quote, show } from '../text.ts'

/** What is wrong with one origin, pattern or RegExp by itself. */
export interface OriginProblem {
  readonly code: CorsProblemCode
  readonly message: string
}

const EXAMPLE = "write an origin such as 'https://app.example.com'"

/** What is wrong with an origin or a pattern, alone or as an item of a list; undefined if it can match a browser's. */
export function originTextProblem (text: string, isItem = false): OriginProblem | undefined {
  const shown = quote(text)
  if (/^\s*null\s*$/i.test(text)) {
    return {
      code: 'null-origin',
      message: `${shown} is sent by every sandboxed page, so that allowing it allows anyone; ` +
        "serve such pages with '*', or allow it in a function"
    }
  }
  if (/^\s*file:/i.test(text)) {
    return {
      code: 'file-origin',
      message: `${shown} is never sent: browsers send 'null' for local files; serve the page over HTTP`
    }
  }
  if (text === '*') {
    return { code: 'invalid-pattern', message: `${shown} cannot be one of several origins; write it alone, without a list` }
  }
  const list = originsIn(text)
  if (list !== undefined) {
    const written = list.origins.map(quote).join(', ')
    const what = list.isList ? 'is a list in one text' : 'has quotes in it'
    return { code: 'not-an-origin', message: `${shown} ${what}; write ${list.isList && !isItem ? `[${written}]` : written}` }
  }
  if (!text.includes('://') && !/^\s*(?:https?|wss?|blob):/i.test(text)) {
    const written = correctOrigin(withScheme(text))
    return {
      code: 'missing-scheme',
      message: `${shown} lacks a scheme; ${written === undefined ? EXAMPLE : `write ${quote(written)}`}`
    }
  }
  const correct = correctOrigin(text)
  if (correct === text) return undefined
  return text.includes('*') ? patternProblem(shown, correct, regExpFor(text)) : notAnOrigin(shown, correct)
}

/** More of them than anybody reads are not written out. */
const MAX_LISTED = 50

/** The origins that stand in one text, with what people put between and around them; undefined unless all are clear. */
function originsIn (text: string): { readonly origins: string[], readonly isList: boolean } | undefined {
  const isArray = /^[\s'"]*\[/.test(text)
  const inside = isArray ? text.replace('[', ' ').replace(/\](?=[\s'"]*$)/, ' ') : text
  const items = inside.split(/[\s,'"]+/).filter((item) => item !== '')
  const isList = isArray || items.length > 1
  if (items.length === 0 || items.length > MAX_LISTED || !(isList || /['"]/.test(text))) return undefined
  const origins = items.map((item) => item.includes('://') ? correctOrigin(item) : undefined)
  return origins.every((origin) => origin !== undefined) ? { origins, isList } : undefined
}

/** A RegExp for stars where no pattern has them: within labels, or for the whole host of an extension or an application. */
function regExpFor (text: string): string | undefined {
  const [, scheme, host] = /^([a-z][a-z0-9+.-]*):\/\/([a-z0-9._*-]+(?::[0-9]+)?)$/.exec(text) ?? []
  if (scheme === undefined || host === undefined) return undefined
  const isWhole = host === '*' && !/^(?:https?|wss?)$/.test(scheme)
  if (!isWhole && /(?:^|[.*])\*(?:[.:*]|$)/.test(host)) return undefined
  const example = `${scheme}://${host.replaceAll('*', 'x')}`
  if (correctOrigin(example) !== example) return undefined
  const source = `${scheme.replace(/[.+]/g, '\\$&')}:\\/\\/${host.replace(/[.]/g, '\\.').replaceAll('*', '[a-z0-9-]+')}`
  return `/^${source}$/`
}

function patternProblem (shown: string, correct: string | undefined, regExp: string | undefined): OriginProblem {
  const message = correct === undefined
    ? `${shown} is not a pattern: a '*' can only be the whole first label, as in 'https://*.example.com', ` +
      "or the port, as in 'http://localhost:*'" + (regExp === undefined ? '' : `; write ${regExp}`)
    : `${shown} matches no origin a browser sends; write ${quote(correct)}`
  return { code: 'invalid-pattern', message }
}

function notAnOrigin (shown: string, correct: string | undefined): OriginProblem {
  const fix = correct === undefined ? EXAMPLE : `write ${quote(correct)}`
  return { code: 'not-an-origin', message: `${shown} is not an origin a browser sends; ${fix}` }
}

/** What is wrong with a RegExp; undefined if it always looks at the whole origin, and may match one. */
export function originRegExpProblem (regExp: RegExp): OriginProblem | undefined {
  if (isAnchored(regExp.source, regExp.flags)) {
    if (!alternativesOf(regExp.source).every((alternative) => isImpossible(alternative, regExp.flags))) return undefined
    return {
      code: 'not-an-origin',
      message: `${show(regExp)} matches no origin a browser sends; write scheme, host and port in lower case, without a path and a default port, ` +
        'as in /^https:\\/\\/app\\.example\\.com$/'
    }
  }
  const message = regExp.multiline
    ? 'has the flag m, with which ^ and $ do not mean the whole origin; leave the flag out'
    : 'also matches origins that merely contain what it looks for; start each alternative with ^ and end it with $'
  return { code: 'unanchored-regexp', message: `${show(regExp)} ${message}` }
}

/** The alternatives of a RegExp that stand in no group. */
function alternativesOf (source: string): string[] {
  const alternatives = ['']
  let depth = 0
  for (let i = 0; i < source.length; i++) {
    let text = source.charAt(i)
    if (text === '[') text = source.slice(i, endOfClass(source, i, false) + 1)
    else if (text === '\\') text += source.charAt(i + 1)
    i += text.length - 1
    if (text === '(') depth++
    if (text === ')') depth--
    if (text === '|' && depth === 0) alternatives.push('')
    else alternatives[alternatives.length - 1] += text
  }
  return alternatives
}

/** What may be a colon: one, a dot, a class of all but some, and escapes that are not looked into. */
const MAY_BE_COLON = /:|\[\^|\\[SWDpPuxck\d]|(?<!\\)\./

/** Whether no origin has in it what an alternative asks for: it errs on the side of no. */
function isImpossible (alternative: string, flags: string): boolean {
  const withoutOpenings = alternative.replace(/\(\?(?:<?[=!]|<[^>]*>|[a-z-]*:)/g, '(')
  if (!MAY_BE_COLON.test(withoutOpenings)) return true
  if (/^\^https:.*[^\\]:443\$$|^\^http:.*[^\\]:80\$$/i.test(alternative)) return true
  const required = requiredLetters(withoutOpenings)
  return /[\s#@]/.test(required) || required.split('/').length > 3 || (!flags.includes('i') && /[A-Z]/.test(required))
}

/** The letters that stand outside of groups and classes, and that no quantifier makes optional. */
function requiredLetters (alternative: string): string {
  return alternative
    .replace(/\[(?:\\.|[^\]\\])*\]/g, '.')
    // From the inside out.
    .replace(/\\[()]/g, '.')
    .replace(/\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)/g, '.')
    .replace(/\\[a-zA-Z0-9]/g, '.')
    .replace(/\\?.(?:[*?]|\{0)/g, '.')
    .replace(/\{[^}]*\}|[.^$+|()[\]*?\\]/g, '')
}

const PARSED_SCHEME = /^(?:https?|wss?|blob):/i

/** `text` as it would have to be written to match what a browser sends. */
function correctOrigin (text: string): string | undefined {
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
function withScheme (text: string): string {
  const rest = text.trim().replace(/^[:/]+/, '')
  const isLocal = /^(?:localhost|127\.|\[::1\])/i.test(rest)
  return `${isLocal ? 'http' : 'https'}://${rest}`
}

/** What is known of the alternatives of a group, or of the whole source. */
interface Group {
  readonly kind: 'group' | 'lookaround' | 'multiline'
  /** Whether all alternatives before the current one start and end anchored. */
  starts: boolean
  ends: boolean
  current: Alternative
}

interface Alternative {
  /** Whether anything but assertions was seen. */
  begun: boolean
  starts: boolean
  ends: boolean
}

/**
 * Whether a RegExp can only match a whole text: each of its alternatives starts
 * with `^` and ends with `$`, itself or in a group.
 */
export function isAnchored (source: string, flags: string): boolean {
  if (flags.includes('m')) return false
  const outer: Group[] = []
  let group = openGroup('group')
  for (let i = 0; i < source.length; i++) {
    const character = source[i]
    if (character === '(') {
      outer.push(group)
      const opening = /^\?(?:<?[=!]|<[^>]*>|[a-z-]*:)/.exec(source.slice(i + 1, i + 64))?.[0] ?? ''
      group = openGroup(kindOfGroup(opening))
      i += opening.length
    } else if (character === ')') {
      const closed = closeAlternative(group)
      group = outer.pop() as Group
      addGroup(group.current, closed, '*+?{'.includes(source[i + 1] ?? ' '))
    } else if (character === '|') {
      group = closeAlternative(group)
    } else {
      addAtom(group.current, character)
      if (character === '\\') i++
      if (character === '[') i = endOfClass(source, i, flags.includes('v'))
    }
  }
  const whole = closeAlternative(group)
  return whole.starts && whole.ends
}

function openGroup (kind: Group['kind']): Group {
  return { kind, starts: true, ends: true, current: newAlternative() }
}

function newAlternative (): Alternative {
  return { begun: false, starts: false, ends: false }
}

function kindOfGroup (opening: string): Group['kind'] {
  if (/[=!]$/.test(opening)) return 'lookaround'
  return /^\?[a-z]*m/.test(opening) ? 'multiline' : 'group'
}

function closeAlternative (group: Group): Group {
  return {
    ...group,
    starts: group.starts && group.current.starts,
    ends: group.ends && group.current.ends,
    current: newAlternative()
  }
}

function addAtom (alternative: Alternative, character: string | undefined): void {
  if (character === '^' && !alternative.begun) alternative.starts = true
  alternative.ends = character === '$'
  alternative.begun = true
}

function addGroup (alternative: Alternative, group: Group, isQuantified: boolean): void {
  if (group.kind === 'lookaround') return
  const counts = group.kind === 'group' && !isQuantified
  if (!alternative.begun) alternative.starts = counts && group.starts
  alternative.ends = counts && group.ends
  alternative.begun = true
}

/** The index of the `]` that closes the class at `start`; classes nest with the flag v. */
function endOfClass (source: string, start: number, nests: boolean): number {
  let depth = 1
  let i = start
  while (depth > 0) {
    i++
    if (source[i] === '\\') i++
    else if (source[i] === ']') depth--
    else if (source[i] === '[' && nests) depth++
  }
  return i
}
