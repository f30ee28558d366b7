import { show } from '../text.ts'
import type { OriginProblem } from './origins.ts'

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
