import { titleOf } from '../questions/route-name.ts'
import type { Route } from '../routes/route.ts'

/** @see https://www.iana.org/assignments/http-methods */
const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS', 'PROPFIND', 'QUERY', 'REPORT', 'SEARCH', 'TRACE']

const MAX_METHODS = 4

/** The routes that change state and that pages of every origin may use. */
export function openWrites (routes: readonly Route[]): string[] {
  return routes.flatMap(({ methods, url, constraints, policy }) => {
    const unsafe = methods.filter((method) => !SAFE_METHODS.includes(method))
    if (policy?.origin.kind !== 'any' || unsafe.length === 0) return []
    const shown = unsafe.length > MAX_METHODS ? [...unsafe.slice(0, MAX_METHODS), '…'] : unsafe
    return [titleOf({ methods: shown, url, constraints })]
  })
}
