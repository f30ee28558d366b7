import { test } from 'tap'
import { PolicyCache } from '../../lib/policy/policy.ts'
import { policyOf } from '../fixtures/boot.ts'

const allowAll = (): boolean => true

const equal: Array<[what: string, a: unknown, b: unknown]> = [
  ['nothing', {}, { maxAge: undefined }],
  ['one origin and a list of it', { origin: 'https://a.example' }, { origin: ['https://a.example', 'https://a.example'] }],
  ['origins in any order', { origin: ['https://a.example', 'https://b.example'] }, { origin: ['https://b.example', 'https://a.example'] }],
  ['RegExps of one source and flags', { origin: /^a:\/\/b$/i }, { origin: [/^a:\/\/b$/gi] }],
  ['one function', { origin: allowAll }, { origin: allowAll }],
  ['methods in any order', { methods: ['PUT', 'PATCH'] }, { methods: 'PATCH, put' }],
  ['allowed headers in any order and case', { allowedHeaders: ['X-A', 'X-B'] }, { allowedHeaders: 'x-b,x-a' }],
  ['no allowed headers', { allowedHeaders: false }, { allowedHeaders: [] }],
  ['exposed headers in any order and case', { exposedHeaders: ['X-A', 'X-B'] }, { exposedHeaders: 'x-b,x-a' }],
  ['no exposed headers', {}, { exposedHeaders: '' }],
  ['cache control in both spellings', { cacheControl: 60 }, { cacheControl: ' max-age=60 ' }]
]

for (const [what, a, b] of equal) {
  test(`${what}: one policy`, async t => {
    const cache = new PolicyCache()
    t.equal(policyOf(a, {}, cache), policyOf(b, {}, cache))
  })
}

const different: Array<[what: string, a: unknown, b: unknown]> = [
  ['origins', { origin: 'https://a.example' }, { origin: 'https://b.example' }],
  ['true and false', { origin: true }, { origin: false }],
  ['RegExps of other flags', { origin: /^a:\/\/b$/i }, { origin: /^a:\/\/b$/ }],
  ['functions', { origin: () => true }, { origin: () => true }],
  ['all methods and none', {}, { methods: [] }],
  ['reflected headers and none', {}, { allowedHeaders: false }],
  ['reflected headers and the star', {}, { allowedHeaders: '*' }],
  ['max-age and none', { maxAge: 0 }, {}],
  ['credentials', { origin: 'https://a.example', credentials: true }, { origin: 'https://a.example' }],
  ['enforce', { enforce: true }, {}],
  ['rawHeaders', { rawHeaders: true }, {}],
  ['timingAllowOrigin', { timingAllowOrigin: true }, {}],
  ['strictPreflight', { strictPreflight: true }, {}],
  ['preflightContinue', { preflightContinue: true }, {}],
  ['status', { optionsSuccessStatus: 200 }, {}],
  ['cacheControl', { cacheControl: 'no-store' }, {}]
]

for (const [what, a, b] of different) {
  test(`${what}: two policies`, async t => {
    const cache = new PolicyCache()
    t.not(policyOf(a, {}, cache), policyOf(b, {}, cache))
  })
}

test('the star is a list of one, and is sent', async t => {
  const policy = policyOf({ allowedHeaders: '*', exposedHeaders: '*' })
  t.strictSame([policy.allowedHeaders, policy.allowHeaders, policy.exposeHeaders], [['*'], '*', '*'])
})

test('a policy is frozen', async t => {
  const policy = policyOf({ methods: ['PUT'], allowedHeaders: 'X-A' })
  for (const part of [policy, policy.methods, policy.allowedHeaders, policy.options, policy.from]) t.ok(Object.isFrozen(part))
})
