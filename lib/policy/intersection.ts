import type { FastifyRequest } from 'fastify'

import type { OriginCallback } from '../options/types.ts'
import type { OriginRule } from './origin-rule.ts'
import type { Policy } from './policy.ts'
import { askOrigin } from './user-function.ts'

/**
 * The policy that grants in a preflight what all of the given ones grant, for
 * routes that only the actual request can tell apart.
 */
export function intersectPolicies (policies: readonly [Policy, ...Policy[]]): Policy {
  const [first] = policies
  const allowedHeaders = policies.map((policy) => policy.allowedHeaders).reduce(intersectHeaders)
  return {
    ...first,
    origin: policies.map((policy) => policy.origin).reduce(intersectRules),
    methods: policies.map((policy) => policy.methods).reduce(intersectMethods),
    allowedHeaders,
    allowHeaders: allowedHeaders === true || allowedHeaders.length === 0 ? undefined : allowedHeaders.join(', '),
    credentials: policies.every((policy) => policy.credentials),
    maxAge: policies.map((policy) => policy.maxAge).reduce(smaller),
    cacheControl: policies.map((policy) => policy.cacheControl).reduce(same),
    optionsSuccessStatus: policies.map((policy) => policy.optionsSuccessStatus).reduce((a, b) => a === b ? a : 204),
    preflightContinue: policies.every((policy) => policy.preflightContinue)
  }
}

function intersectRules (a: OriginRule, b: OriginRule): OriginRule {
  if (a.kind === 'any') return b
  if (b.kind === 'any') return a
  if (a.kind === 'one' && b.kind === 'one' && a.origin === b.origin) return a
  if (a.kind === 'ask' || b.kind === 'ask') return { kind: 'ask', ask: askBoth(a, b) }
  return { kind: 'match', matches: (origin) => allows(a, origin) && allows(b, origin) }
}

function askBoth (a: OriginRule, b: OriginRule) {
  return (origin: string, callback: OriginCallback, request: FastifyRequest): void => {
    askRule(a, origin, request, (error, isAllowed) => {
      if (error !== null || !isAllowed) callback(error, false)
      else askRule(b, origin, request, callback)
    })
  }
}

function askRule (
  rule: OriginRule,
  origin: string,
  request: FastifyRequest,
  decided: (error: Error | null, isAllowed: boolean) => void
): void {
  if (rule.kind === 'ask') askOrigin(rule.ask, origin, request, decided)
  else decided(null, allows(rule, origin))
}

function allows (rule: Exclude<OriginRule, { kind: 'ask' }>, origin: string): boolean {
  if (rule.kind === 'match') return rule.matches(origin)
  return rule.kind === 'any' || rule.origin === origin
}

function intersectMethods (a: Policy['methods'], b: Policy['methods']): Policy['methods'] {
  return a === undefined || b === undefined ? a ?? b : a.filter((method) => b.includes(method))
}

function intersectHeaders (a: Policy['allowedHeaders'], b: Policy['allowedHeaders']): Policy['allowedHeaders'] {
  if (a === true) return b
  if (b === true) return a
  if (isWildcard(a)) return isWildcard(b) ? a : b.filter(isCoveredByWildcard)
  if (isWildcard(b)) return a.filter(isCoveredByWildcard)
  const names = new Set(b.map((name) => name.toLowerCase()))
  return a.filter((name) => names.has(name.toLowerCase()))
}

function isWildcard (headers: readonly string[]): boolean {
  return headers.includes('*')
}

/** @see https://fetch.spec.whatwg.org/#cors-non-wildcard-request-header-name */
function isCoveredByWildcard (name: string): boolean {
  return name.toLowerCase() !== 'authorization'
}

function smaller (a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : Math.min(a, b)
}

function same (a: string | undefined, b: string | undefined): string | undefined {
  return a === b ? a : undefined
}
