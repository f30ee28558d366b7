import { types } from 'node:util'

import type { CorsAnswer, CorsExplanation } from '../questions/types.ts'
import { titleOf } from '../routes/route-name.ts'
import { show } from '../text.ts'

/** An explanation for a person to read. */
export function formatExplanation ({ allowed, code, reason, route, preflight, response }: CorsExplanation): string {
  return [
    `${allowed ? 'allowed' : 'blocked'}: ${code}`,
    reason,
    ...(route === undefined ? [] : ['', `route      ${titleOf(route)}`]),
    ...formatAnswer('preflight', preflight),
    ...formatAnswer('response ', response)
  ].join('\n')
}

function formatAnswer (name: string, answer: CorsAnswer | undefined): string[] {
  if (answer === undefined) return []
  const { status, headers } = answer
  return ['', `${name}  ${status}`, ...Object.entries(headers).sort().map(([header, value]) => `  ${header}: ${value}`)]
}

/** JSON in which functions and RegExps are shown. */
export function formatJson (value: unknown): string {
  return JSON.stringify(value, (_key, item) => typeof item === 'function' || types.isRegExp(item) ? show(item) : item, 2)
}
