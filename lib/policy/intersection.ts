import type { FastifyRequest } from 'fastify'

import type { OriginCallback } from '../options/types.ts'
import { matchRule, type OriginRule } from './origin-rule.ts'
import type { Policy } from './policy.ts'
import { askOrigin, KEY_FAILED, toError } from './user-function.ts'

/**
 * The policy that grants in a preflight what all of the given ones grant, for
 * routes that only the actual request can tell apart.
 */
export function intersectPolicies (policies: readonly [Policy, ...Policy[]]): Policy {
  const [first] = policies
  const allowedHeaders = policies.map((policy) => policy.allowedHeaders).reduce(intersectHeaders)
  return {
    ...first,
    origin: intersectRules(policies.map((policy) => policy.origin)),
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

/** Side by side and not one within the other: they may be as many as there are policies to select from. */
function intersectRules (rules: readonly OriginRule[]): OriginRule {
  const distinct = new Map<unknown, OriginRule>()
  for (const rule of rules) {
    if (rule.kind !== 'any') distinct.set(rule.kind === 'one' ? rule.origin : rule, rule)
  }
  const [first, ...others] = distinct.values()
  if (first === undefined) return { kind: 'any' }
  if (others.length === 0) return first
  const all = [first, ...others]
  const fixed = all.filter((rule) => rule.kind !== 'ask')
  if (fixed.length < all.length) return { kind: 'ask', ask: askAll(all) }
  const live = fixed.flatMap((rule) => rule.kind === 'match' ? rule.live : [])
  return matchRule((origin, request) => fixed.every((rule) => allows(rule, origin, request)), live)
}

function askAll (rules: readonly OriginRule[]) {
  return (origin: string, callback: OriginCallback, request: FastifyRequest): void => {
    let asked = 0
    function askNext (): void {
      const rule = rules[asked++]
      if (rule === undefined) {
        callback(null, true)
        return
      }
      askRule(rule, origin, request, (error, isAllowed) => {
        if (error !== null || !isAllowed) callback(error, false)
        else askNext()
      })
    }
    askNext()
  }
}

function askRule (
  rule: OriginRule,
  origin: string,
  request: FastifyRequest,
  decided: (error: Error | null, isAllowed: boolean) => void
): void {
  if (rule.kind === 'ask') {
    askOrigin(rule.ask, origin, request, decided)
    return
  }
  let isAllowed
  try {
    isAllowed = allows(rule, origin, request)
  } catch (error) {
    decided(toError(error, KEY_FAILED), false)
    return
  }
  decided(null, isAllowed)
}

function allows (rule: Exclude<OriginRule, { kind: 'ask' }>, origin: string, request: FastifyRequest): boolean {
  if (rule.kind === 'match') return rule.matches(origin, request)
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
