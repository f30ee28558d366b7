import t from 'tap'

import type { Policy } from '../../lib/policy/policy.ts'
import { UrlPoliciesCache } from '../../lib/routes/url-policies.ts'
import { policyOf } from '../fixtures/boot.ts'

t.test('what policies have in common is known by which they are, however many there are', async (t) => {
  const cache = new UrlPoliciesCache()
  const policies = Array.from({ length: 130 }, (_, index) => policyOf({ maxAge: index }))
  for (const policy of policies) cache.get(new Map([['GET', policy]]))
  const commonOf = (...indices: number[]): number | undefined => cache.oneOf(new Set(indices.map((index) => policies[index] as Policy)))?.maxAge
  for (let a = 0; a < 13; a++) for (let b = a + 1; b < 130; b++) t.equal(commonOf(a, b), a)
  t.equal(cache.oneOf(new Set(policies.slice(0, 2))), cache.oneOf(new Set(policies.slice(0, 2).reverse())), 'whichever is first')
  t.equal(commonOf(7), 7)
  t.equal(cache.oneOf(new Set([policies[0], undefined])), undefined)
  t.equal(cache.oneOf(new Set()), undefined)
})

t.test('URLs whose methods have the same policies share them, and no others', async (t) => {
  const cache = new UrlPoliciesCache()
  const [a, b] = [policyOf({ maxAge: 1 }), policyOf({ maxAge: 2 })]
  const known = cache.get(new Map([['GET', a], ['PUT', b]]))
  t.equal(cache.get(new Map([['GET', a], ['PUT', b]])), known)
  t.equal(cache.get(new Map([['GET', a], ['PUT', b]]), ''), known)
  for (const [other, vary] of [[new Map([['GET', b], ['PUT', a]])], [new Map([['GET', a]])], [new Map([['GET', a], ['PUT', undefined]])], [new Map([['GET', a], ['PUT', b]]), 'x-a']] as const) {
    t.not(cache.get(other as Map<string, Policy | undefined>, vary), known)
  }
})
