import { types } from 'node:util'

import { isLiveOrigins } from './live.ts'

/** Stands for a value that cannot be copied, and that no option takes. */
export class Unusable {
  readonly value: unknown
  readonly description: string

  constructor (value: unknown, description: string) {
    this.value = value
    this.description = description
  }
}

/** Stands for `undefined` where that is no way to leave an option out. */
export const UNDEFINED: Unusable = new Unusable(undefined, 'undefined')

/** Whether a value of a copy stands for one that could not be copied. */
export function isUnusable (value: unknown): value is Unusable {
  // A function may be a proxy, which even `instanceof` can make throw.
  return typeof value === 'object' && value instanceof Unusable
}

/** Whether a value of a copy is an object of options. */
export function isBlock (value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) &&
    !isUnusable(value) && !types.isRegExp(value) && !isLiveOrigins(value)
}

/** Longer lists are not read, for they cannot be meant. */
const MAX_LIST_LENGTH = 1_000_000

/**
 * A deep, frozen copy of what a user wrote, which is safe to look at: it holds
 * primitives, functions, RegExps, live lists, arrays and objects without a prototype, and
 * an {@link Unusable} for anything else. `depth` is how far options may nest.
 */
export function frozenCopy (value: unknown, depth: number): unknown {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return value
  try {
    // The one question that a function is asked, and that a revoked proxy of one fails.
    if (typeof value === 'function' && !Array.isArray(value)) return value
    // A route's block is copied when it is declared, and once more when it is merged.
    if (value instanceof Unusable || isLiveOrigins(value)) return value
    return Object.freeze(copy(value, depth))
  } catch {
    return new Unusable(value, 'a value that throws when it is read')
  }
}

function copy (value: object, depth: number): object {
  if (types.isRegExp(value)) {
    // `g` and `y` make a RegExp remember where it stopped, from one request to the next.
    return new RegExp(value.source, value.flags.replace(/[gy]/g, ''))
  }
  if (Array.isArray(value)) return depth > 0 ? copyList(value, depth) : new Unusable(value, 'an array')
  if (!isPlain(value)) return new Unusable(value, 'an object that is not a plain one')
  if (depth === 0) return new Unusable(value, 'an object')
  const copied = Object.create(null)
  for (const key of Object.keys(value)) {
    const item = copyProperty(value, key, depth)
    if (item !== undefined) copied[key] = item
  }
  return copied
}

function copyList (list: readonly unknown[], depth: number): object {
  if (list.length > MAX_LIST_LENGTH) return new Unusable(list, `an array of ${list.length} items`)
  // By index: an iterator of the user's could go on for ever, and holes count as items.
  return Array.from({ length: list.length }, (_, index) => copyProperty(list, index, depth))
}

function copyProperty (holder: object, key: PropertyKey, depth: number): unknown {
  let item: unknown
  try {
    item = Reflect.get(holder, key)
  } catch {
    return new Unusable(undefined, 'a getter that throws')
  }
  return frozenCopy(item, depth - 1)
}

/** What a literal, `JSON.parse` or an imported module makes, of any realm. */
function isPlain (value: object): boolean {
  const prototype = Object.getPrototypeOf(value)
  return prototype === null ||
    (Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf'))
}
