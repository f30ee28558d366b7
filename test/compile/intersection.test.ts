import type { FastifyRequest } from 'fastify'
import t from 'tap'

import { intersectPolicies } from '../../lib/policy/intersection.ts'
import type { OriginRule } from '../../lib/policy/origin-rule.ts'
import { policyOf } from '../fixtures/boot.ts'
import { Watched } from '../fixtures/live.ts'

const A = 'https://a.example'
const B = 'https://b.example'
const request = {} as FastifyRequest

function intersect (...blocks: object[]): ReturnType<typeof intersectPolicies> {
  const [first, ...others] = blocks.map((block) => policyOf(block))
  return intersectPolicies([first as NonNullable<typeof first>, ...others])
}

/** What is in force of the policies, but where the origin is concerned. */
function partsOf (...blocks: object[]): object {
  const { methods, allowedHeaders, allowHeaders, credentials, maxAge, cacheControl, optionsSuccessStatus, preflightContinue } = intersect(...blocks)
  return { methods, allowedHeaders, allowHeaders, credentials, maxAge, cacheControl, optionsSuccessStatus, preflightContinue }
}

const DEFAULTS = {
  methods: undefined,
  allowedHeaders: true,
  allowHeaders: undefined,
  credentials: false,
  maxAge: undefined,
  cacheControl: undefined,
  optionsSuccessStatus: 204,
  preflightContinue: false
}
const both = { origin: A, credentials: true, maxAge: 9, cacheControl: 60, optionsSuccessStatus: 200, preflightContinue: true, methods: 'GET, PUT, PATCH', allowedHeaders: 'x-a, X-B, x-c' }
const ALL = {
  methods: ['GET', 'PUT', 'PATCH'],
  allowedHeaders: ['x-a', 'X-B', 'x-c'],
  allowHeaders: 'x-a, X-B, x-c',
  credentials: true,
  maxAge: 9,
  cacheControl: 'max-age=60',
  optionsSuccessStatus: 200,
  preflightContinue: true
}

const cases: ReadonlyArray<readonly [name: string, other: object, expected: object]> = [
  ['the same', {}, ALL],
  ['one without credentials', { credentials: false }, { ...ALL, credentials: false }],
  ['one that says nothing of how long', { maxAge: undefined, cacheControl: undefined }, { ...ALL, maxAge: undefined, cacheControl: undefined }],
  ['one that holds for less', { maxAge: 5, cacheControl: 5 }, { ...ALL, maxAge: 5, cacheControl: undefined }],
  ['one with another status', { optionsSuccessStatus: 202 }, { ...ALL, optionsSuccessStatus: 204 }],
  ['one that answers itself', { preflightContinue: false }, { ...ALL, preflightContinue: false }],
  ['one with other methods', { methods: 'PATCH, DELETE, GET' }, { ...ALL, methods: ['GET', 'PATCH'] }],
  ['one with every method', { methods: undefined }, ALL],
  ['one with other headers', { allowedHeaders: 'x-b, X-C, x-d' }, { ...ALL, allowedHeaders: ['X-B', 'x-c'], allowHeaders: 'X-B, x-c' }],
  ['one with no header in common', { allowedHeaders: 'x-d' }, { ...ALL, allowedHeaders: [], allowHeaders: undefined }],
  ['one that reflects', { allowedHeaders: true }, ALL]
]

for (const [name, other, expected] of cases) {
  t.test(`what two policies have in common: ${name}`, async (t) => {
    t.strictSame(partsOf(both, { ...both, ...other }), expected)
    t.strictSame({ ...partsOf({ ...both, ...other }, both), allowedHeaders: undefined, allowHeaders: undefined, methods: undefined },
      { ...expected, allowedHeaders: undefined, allowHeaders: undefined, methods: undefined }, 'whichever is first')
  })
}

t.test('two policies without options have the defaults in common', async (t) => {
  t.strictSame(partsOf({}, {}), DEFAULTS)
})

/** Asks a rule; functions answer at once here. */
function allows (rule: OriginRule, origin: string): unknown {
  if (rule.kind === 'any') return true
  if (rule.kind === 'one') return rule.origin === origin
  if (rule.kind === 'match') return rule.matches(origin, request)
  let answer: unknown
  rule.ask(origin, (error, isAllowed) => { answer = error ?? isAllowed }, request)
  return answer
}

t.test('an origin is allowed where all allow it', async (t) => {
  t.strictSame(intersect({}, {}).origin, { kind: 'any' })
  t.strictSame(intersect({ origin: A }, {}, { origin: A }).origin, { kind: 'one', origin: A }, 'one origin, named twice')
  const cases: ReadonlyArray<readonly [blocks: object[], kind: string, allowed: boolean[]]> = [
    [[{ origin: A }, { origin: B }], 'match', [false, false]],
    [[{ origin: A }, { origin: [A, B] }], 'match', [true, false]],
    [[{ origin: [A, B] }, {}], 'match', [true, true]],
    [[{ origin: 'https://*.example' }, { origin: [B, 'https://c.example'] }], 'match', [false, true]],
    [[{ origin: [A, B] }, { origin: (origin: string) => origin === A }], 'ask', [true, false]],
    [[{ origin: (origin: string) => origin === B }, { origin: (origin: string) => origin !== B }], 'ask', [false, false]],
    [[{ origin: A }, { origin: () => true }], 'ask', [true, false]]
  ]
  for (const [blocks, kind, allowed] of cases) {
    const { origin } = intersect(...blocks)
    t.equal(origin.kind, kind)
    t.strictSame([allows(origin, A), allows(origin, B)], allowed, JSON.stringify(blocks))
  }
})

t.test('an error of a function is told, and the others are not asked', async (t) => {
  const error = new Error('no database')
  let asked = 0
  const throwing = (): boolean => { throw error }
  const counting = (): boolean => { asked++; return true }
  t.equal(allows(intersect({ origin: throwing }, { origin: counting }).origin, A), error)
  t.equal(allows(intersect({ origin: counting }, { origin: throwing }).origin, A), error)
  t.equal(asked, 1)
})

t.test('a key that cannot be told is an error where others are asked, too', async (t) => {
  const { origins } = new Watched({}, { key: () => { throw new Error('no tenant') } })
  t.match(allows(intersect({ origin: origins }, { origin: () => true }).origin, A), { message: 'no tenant' })
  const lists = intersect({ origin: [origins, A] }, { origin: [B] }).origin
  t.equal(lists.kind === 'match' && lists.live.length, 1, 'the live lists of all of them are known')
})
