import type { Policy } from '../compile.ts'
import type { Route } from '../routes/route.ts'
import { keyOfPattern, parsePattern, type RouterOptions } from '../routes/pattern.ts'

const SAFELISTED_METHODS = ['GET', 'HEAD', 'POST']

interface Method {
  readonly method: string
  readonly url: string
  readonly policy: Policy | undefined
}

/**
 * URLs where one method gets the request headers that a browser was granted for
 * another: what a preflight grants is kept by URL, headers and methods apart.
 *
 * @see https://fetch.spec.whatwg.org/#concept-cache-match-header
 */
export function urlsOfSharedGrants (routes: readonly Route[], router: RouterOptions): string[] {
  const declared = routes.filter((route) => !route.generated)
  if (new Set(declared.map(({ policy }) => policy)).size < 2) return []
  const groups = new Map<string, Method[]>()
  for (const { methods, url, constraints, policy } of declared) {
    const key = `${keyOfPattern(parsePattern(url, router))} ${String(constraints['host'])}`
    const group = groups.get(key) ?? []
    groups.set(key, group)
    group.push(...methods.filter((method) => method !== 'OPTIONS').map((method) => ({ method, url, policy })))
  }
  return [...groups.values()].flatMap(describeGroup)
}

function describeGroup (group: readonly Method[]): string[] {
  const affected = new Set<string>()
  for (const giver of group) {
    for (const taker of group) {
      if (!isShared(giver, taker)) continue
      affected.add(giver.method)
      affected.add(taker.method)
    }
  }
  const [first] = group
  return first === undefined || affected.size === 0 ? [] : [`${first.url} (${[...affected].join(', ')})`]
}

function isShared (giver: Method, taker: Method): boolean {
  if (giver.method === taker.method || giver.policy === undefined || giver.policy.maxAge === 0) return false
  // A browser learns nothing about the method where no preflight grants it.
  if (taker.policy === undefined && !SAFELISTED_METHODS.includes(taker.method)) return false
  return !includesAll(taker.policy?.allowedHeaders ?? [], giver.policy.allowedHeaders)
}

function includesAll (allowed: Policy['allowedHeaders'], others: Policy['allowedHeaders']): boolean {
  if (allowed === true || allowed.includes('*')) return true
  if (others === true) return false
  const names = new Set(allowed.map((name) => name.toLowerCase()))
  return others.every((name) => names.has(name.toLowerCase()))
}
