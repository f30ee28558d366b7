import { types } from 'node:util'

import { isUnusable } from './options/copy.ts'
import { isLiveOrigins, sourceOf } from './options/live.ts'

const MAX_LENGTH = 80
// Controls, unassigned and private characters, lone surrogates, and every
// separator but the space: what a terminal or a log would not show as it is.
const INVISIBLE = /[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu

/** `text` on one line, without invisible characters, cut to about 80 characters. */
export function escapeText (text: string): string {
  return cut(text, escapeInvisible)
}

/** A string in quotes, as the user could write it; of the first 80 characters, unless there may be more. */
export function quote (text: string, max: number = MAX_LENGTH): string {
  return cut(text, head => `'${escapeInvisible(head.replace(/['\\]/g, '\\$&'))}'`, max)
}

function cut (text: string, escape: (head: string) => string, max: number = MAX_LENGTH): string {
  return text.length > max ? `${escape(text.slice(0, max))}…` : escape(text)
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
  if (isLiveOrigins(value)) return `live origins (${sourceOf(value).description})`
  return types.isRegExp(value) ? escapeText(String(value)) : 'an object'
}

function showPrimitive (value: unknown): string {
  return Object.is(value, -0) ? '-0' : String(value)
}

const MAX_ITEMS = 3

/** The value of an option, as a report shows it. */
export function showOption (value: unknown): string {
  if (!Array.isArray(value)) return show(value)
  const items = value.slice(0, MAX_ITEMS).map(show)
  if (value.length > MAX_ITEMS) items.push(`… ${value.length - MAX_ITEMS} more`)
  return `[${items.join(', ')}]`
}

const MAX_COMPARED_LENGTH = 64

/** The word that `text` was most likely meant to be, if one is near. */
export function nearest (text: string, words: Iterable<string>): string | undefined {
  if (text.length > MAX_COMPARED_LENGTH) return undefined
  let best: string | undefined
  let bestDistance = Math.max(1, Math.floor(text.length / 3)) + 1
  for (const word of words) {
    if (word.length > MAX_COMPARED_LENGTH) continue
    const far = distance(text.toLowerCase(), word.toLowerCase())
    if (far < bestDistance) {
      best = word
      bestDistance = far
    }
  }
  return best
}

/** How many letters must be added, dropped, replaced or swapped to turn `a` into `b`. */
export function distance (a: string, b: string): number {
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = at(row, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1)
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const swapped = isSwapped ? at(before, j - 2) + 1 : Infinity
      next.push(Math.min(replaced, swapped, at(row, j) + 1, at(next, j - 1) + 1))
    }
    before = row
    row = next
  }
  return at(row, b.length)
}

const at = (row: readonly number[], index: number): number => row[index] as number
