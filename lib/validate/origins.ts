import { types } from 'node:util'

import type { CorsProblemCode } from '../errors.ts'
import { FILE_ORIGIN, isSerializedOrigin, parseUrl, splitOrigin, type OriginParts } from '../fetch/origins.ts'
import { distance, quote } from '../text.ts'

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
        `${isItem ? 'leave it out' : "write '*' to serve such pages without credentials"}, or allow it in a function`
    }
  }
  if (text === FILE_ORIGIN) return undefined
  if (/^\s*file:/i.test(text)) {
    return {
      code: 'file-origin',
      message: `${shown} is never sent: browsers send 'null' for local files; serve the page over HTTP, or write ${quote(FILE_ORIGIN)} for ` +
        'old Android WebViews and Electron, which send that'
    }
  }
  if (text === '*') {
    return { code: 'invalid-pattern', message: `${shown} cannot be one of several origins; write origin: '*', without a list` }
  }
  if (/^\s*(?:true|false)\s*$/i.test(text) && !isItem) return { code: 'missing-scheme', message: `${shown} is a text; write ${text.trim().toLowerCase()}` }
  const list = originsIn(text)
  if (list !== undefined) {
    const written = list.origins.map((text) => quote(text)).join(', ')
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

/** A RegExp for stars that no pattern has: as whole labels elsewhere than in front, several of them, or in place of the scheme. */
function regExpFor (text: string): string | undefined {
  const [, scheme, host = '', port = ''] = /^([a-z][a-z0-9+.-]*|\*):\/\/([a-z0-9._*-]+)(:[0-9]+|:\*)?(?:\/.*)?$/.exec(text.trim()) ?? []
  if (scheme === undefined) return undefined
  const example = `${scheme === '*' ? 'https' : scheme}://${host.replaceAll('*', 'x')}${port === ':*' ? '' : port}`
  if (correctOrigin(example) !== example) return undefined
  const names = host === '*' ? '[^:]+' : host.replaceAll('.', '\\.').replace(/^\*\\\./, '(?:*\\.)+').replaceAll('*', '[a-z0-9-]+')
  return `/^${scheme === '*' ? 'https?' : scheme.replace(/[.+]/g, '\\$&')}:\\/\\/${names}${port === ':*' ? '(?::[0-9]+)?' : port}$/`
}

function patternProblem (shown: string, correct: string | undefined, regExp: string | undefined): OriginProblem {
  const message = correct === undefined
    ? `${shown} is not a pattern: a '*' can be the whole first label, as in 'https://*.example.com', a part of one label, ` +
      "as in 'https://pr-*.example.com', or the port, as in 'http://localhost:*'" + (regExp === undefined ? '' : `; write ${regExp}`)
    : `${shown} matches no origin a browser sends; write ${quote(correct)}`
  return { code: 'invalid-pattern', message }
}

function notAnOrigin (shown: string, correct: string | undefined): OriginProblem {
  const fix = correct === undefined ? EXAMPLE : `write ${quote(correct)}`
  return { code: 'not-an-origin', message: `${shown} is not an origin a browser sends; ${fix}` }
}

const PARSED_SCHEME = /^(?:https?|wss?|blob):/i

/** `text` as it would have to be written to match what a browser sends. */
function correctOrigin (text: string): string | undefined {
  const trimmed = text.trim()
  if (!trimmed.includes('*')) return canonicalOrigin(trimmed)
  const [withoutPath] = /^[^/]*:\/\/[^/]*/.exec(trimmed.replace(/^(https?|wss?):\/*/i, '$1://')) ?? [trimmed]
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
/** One `*` elsewhere: what is before it, and what is behind. */
const PART = /^([^*]*:\/\/)([^*]*)\*([^*]*?)(:\*)?$/

function canonicalPattern (text: string): string | undefined {
  const [, scheme, subdomains, rest, anyPort] = PATTERN.exec(text) ?? []
  if (scheme === undefined) return canonicalPart(text)
  // An origin that the pattern matches tells whether it can match any.
  const parts = patternParts(`${scheme}${subdomains ? 'x.' : ''}${rest}`, anyPort)
  if (parts === undefined) return undefined
  return patternOf(parts, subdomains ? parts.host.replace('x.', '*.') : parts.host, anyPort)
}

/** A `*` inside a label, or for any host of a scheme that is none of the web's. */
function canonicalPart (text: string): string | undefined {
  const [, scheme, before, behind, anyPort] = PART.exec(text) ?? []
  if (scheme === undefined || before === undefined || behind === undefined) return undefined
  const sample = `${scheme}${before}x${behind}`
  const parts = patternParts(sample, anyPort)
  if (parts === undefined) return undefined
  if (before === '' && behind === '' && anyPort === undefined) return parts.scheme.startsWith('http') ? undefined : patternOf(parts, '*', anyPort)
  const isWholeLabel = /(?:^|\.)$/.test(before) && /^(?:[.:]|$)/.test(behind)
  // What is written otherwise than browsers send it would have the star somewhere else.
  if (isWholeLabel || splitOrigin(sample.toLowerCase())?.host !== parts.host) return undefined
  return patternOf(parts, `${before.toLowerCase()}*${parts.host.slice(before.length + 1)}`, anyPort)
}

/** The parts of an origin that a pattern matches. */
function patternParts (sample: string, anyPort: string | undefined): OriginParts | undefined {
  const origin = canonicalOrigin(`${sample}${anyPort === undefined ? '' : ':65535'}`)
  const parts = origin === undefined ? undefined : splitOrigin(origin)
  return parts?.host.endsWith('.') === true ? undefined : parts
}

function patternOf ({ scheme, port }: OriginParts, host: string, anyPort: string | undefined): string {
  return `${scheme}://${host}${anyPort ?? (port === undefined ? '' : `:${port}`)}`
}

/** `text`, which has no scheme, with the one that it most likely needs. */
function withScheme (text: string): string {
  const rest = text.trim().replace(/^[:/]+/, '')
  const isLocal = /^(?:localhost|127\.|\[::1\])/i.test(rest)
  return `${isLocal ? 'http' : 'https'}://${rest}`
}

/** Whether a value is what `origin` takes, and how to write it; undefined where it is none, or long. */
export function originLiteral (value: unknown): string | undefined {
  if (types.isRegExp(value)) return String(value)
  if (Array.isArray(value)) {
    const items = value.slice(0, MAX_LISTED + 1).map((item) => item === '*' ? undefined : originLiteral(item))
    return items.length > 0 && items.length <= MAX_LISTED && items.every((item) => item !== undefined) ? `[${items.join(', ')}]` : undefined
  }
  return typeof value === 'string' && (value === '*' || originTextProblem(value) === undefined) ? quote(value) : undefined
}
