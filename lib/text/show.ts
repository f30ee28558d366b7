import { types } from 'node:util'
import { isUnusable } from '../options/snapshot.ts'

const MAX_LENGTH = 80
// Controls, unassigned and private characters, lone surrogates, and every
// separator but the space: what a terminal or a log would not show as it is.
const INVISIBLE = /[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu

/** `text` on one line, without invisible characters, cut to about 80 characters. */
export function escapeText (text: string): string {
  return cut(text, escapeInvisible)
}

/** A string in quotes, as the user could write it. */
export function quote (text: string): string {
  return cut(text, head => `'${escapeInvisible(head.replace(/['\\]/g, '\\$&'))}'`)
}

function cut (text: string, escape: (head: string) => string): string {
  return text.length > MAX_LENGTH ? `${escape(text.slice(0, MAX_LENGTH))}…` : escape(text)
}

function escapeInvisible (text: string): string {
  return text.replace(INVISIBLE, character => {
    const escaped = JSON.stringify(character).slice(1, -1)
    if (escaped !== character) return escaped
    const code = (character.codePointAt(0) as number).toString(16)
    return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, '0')}`
  })
}

/** Any value a user may have written, as a message shows it. Never throws. */
export function show (value: unknown): string {
  if (isUnusable(value)) return value.description
  if (typeof value === 'string') return quote(value)
  if (typeof value === 'function') return 'a function'
  if (typeof value !== 'object' || value === null) return escapeText(showPrimitive(value))
  if (Array.isArray(value)) return 'an array'
  return types.isRegExp(value) ? escapeText(String(value)) : 'an object'
}

function showPrimitive (value: unknown): string {
  return Object.is(value, -0) ? '-0' : String(value)
}
