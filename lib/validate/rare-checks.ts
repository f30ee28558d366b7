import { types } from 'node:util'

import { isUnusable } from '../options/copy.ts'

/** What checks RegExps, and patterns by the Public Suffix List. It is long, and few applications need it. */
type RareChecks = typeof import('./on-demand.ts')

/** Without them nothing is checked that needs them. */
let checks: RareChecks | undefined

/**
 * Whether a copy of options mentions a RegExp, or a pattern that public suffixes matter to.
 */
export function needsRareChecks (options: unknown): boolean {
  if (typeof options === 'string') return /:\/\/[^:]*\*/.test(options)
  if (types.isRegExp(options)) return true
  // What could not be copied is refused anyway, and going through it may throw, or never end.
  return typeof options === 'object' && options !== null && !isUnusable(options) && Object.values(options).some(needsRareChecks)
}

/** Has them at hand: before options are checked that may need them. */
export async function loadRareChecks (): Promise<void> {
  checks ??= await import('./on-demand.ts')
}

export function rareChecks (): RareChecks {
  return checks as RareChecks
}
