import Fastify, { type FastifyInstance } from 'fastify'
import t from 'tap'

import cors, { CorsConfigError, type CorsPluginOptions } from '../../lib/index.ts'
import { readRegistration } from '../../lib/policy/registration-options.ts'
import { refusal, rows } from '../fixtures/boot.ts'
import { handler } from '../fixtures/select.ts'

const select = (): undefined => undefined
const policies = { open: { origin: '*' } } as const

const refused: Array<[name: string, options: object, problems: string[][]]> = [
  ['a select that is no function', { policies, select: 'open', vary: 'X-A' }, [['invalid-type', '/select', "must be a function that names a policy, got 'open'"]]],
  ['a select that is a policy', { policies, select: { origin: '*' } }, [['invalid-type', '/select', 'must be a function that names a policy, got an object']]],
  ['a vary that is no list', { policies, select, vary: true }, [['invalid-type', '/vary', 'must be an array of names, or one string with commas, got true']]],
  ['a vary of other things', { policies, select, vary: ['X-A', 3] }, [['invalid-type', '/vary/1', 'must be the name of a header, got 3']]],
  ['a vary of what are no names', { policies, select, vary: ['X A', 'X-A', '', '*'] }, [
    ['invalid-header-name', '/vary/0', "'X A' is not a header name; write names such as 'X-Tenant'"],
    ['invalid-header-name', '/vary/3', "'*' names no header; name those that select looks at"]
  ]],
  ['a string with what is no name', { policies, select, vary: 'X-A, X:B' }, [['invalid-header-name', '/vary', "'X:B' is not a header name; write names such as 'X-Tenant'"]]],
  ['a vary without a select', { policies, vary: 'X-A' }, [['vary-without-select', '/vary', 'names what select depends on, and there is no select beside it; leave it out']]],
  ['several mistakes', { vary: '*', maxAge: '5', select: null }, [
    ['invalid-header-name', '/vary', "'*' names no header; name those that select looks at"],
    ['invalid-type', '/maxAge', "must be an integer from 0 to 86400, got '5'; write 5"],
    ['invalid-type', '/select', 'must be a function that names a policy, got null; leave it out']
  ]],
  ['a select in a named policy', { policies: { open: { select } } }, [
    ['unknown-option', '/policies/open/select', "'select' is not an option here, only of the plugin; move it to the plugin's options"]
  ]]
]

for (const [name, options, problems] of refused) {
  t.test(`${name} is refused`, async (t) => {
    t.strictSame(rows(refusal(() => readRegistration(options))), problems)
  })
}

async function bootError (options: CorsPluginOptions, declare: (app: FastifyInstance) => void = () => {}): Promise<CorsConfigError> {
  const app = Fastify() as FastifyInstance
  app.register(cors, options)
  declare(app)
  try {
    await app.ready()
  } catch (error) {
    if (error instanceof CorsConfigError) return error
    throw error
  }
  throw new Error('the application booted')
}

t.test('a select that has nothing to name is refused', async (t) => {
  const expected = [['select-without-policies', '/select', 'has no policy to name; declare it in policies']]
  t.strictSame(rows(await bootError({ select })), expected)
  t.strictSame(rows(await bootError({ select, global: false, policies: {} })), expected)
  t.strictSame(rows(await bootError({}, (app) => {
    app.register(async (child) => { child.register(cors, { select }) })
  })), expected)
})

t.test('policies of an outer registration are something to name', async (t) => {
  const app = Fastify()
  app.register(cors, { policies })
  app.register(async (child) => { child.register(cors, { select, vary: 'X-A' }) })
  await t.resolves(async () => { await app.ready() })
})

t.test("a route's block is checked over every policy that may be selected", async (t) => {
  const error = await bootError({
    origin: 'https://a.example',
    select,
    policies: { fine: { maxAge: 5 }, open: { origin: '*' }, insecure: { origin: 'http://b.example' } }
  }, (app) => {
    app.get('/fine', { config: { cors: { maxAge: 5 } } }, handler)
    app.put('/secret', { config: { cors: { credentials: true } } }, handler)
  })
  t.match(error.message, /^invalid CORS policy for PUT \/secret\n/)
  t.strictSame(error.route, { method: 'PUT', url: '/secret' })
  t.strictSame(rows(error).map(([code, path]) => [code, path]), [['wildcard-with-credentials', '/credentials'], ['insecure-origin', '/credentials']])
  t.match(error.problems[0]?.message, /\(origin comes from the policy 'open', credentials from the route\)$/)
  t.match(error.problems[1]?.message, /from the policy 'insecure'/)
})

t.test('a block that names its policy is checked over that one alone', async (t) => {
  const app = Fastify()
  app.register(cors, { origin: 'https://a.example', select, policies: { open: { origin: '*' }, fine: { maxAge: 5 } } })
  app.put('/secret', { config: { cors: { policy: 'fine', credentials: true } } }, handler)
  await t.resolves(async () => { await app.ready() })
})

t.test('what is wrong with a block by itself is said once', async (t) => {
  const error = await bootError({ select, policies }, (app) => {
    app.get('/x', { config: { cors: { maxAge: -1, allowedHeaders: ['X A'] } } }, handler)
  })
  t.strictSame(rows(error).map(([code, path]) => [code, path]), [['max-age-range', '/maxAge'], ['invalid-header-name', '/allowedHeaders/0']])
})

t.test('routes with equal blocks have equal choices, however many there are', async (t) => {
  const app = Fastify()
  app.register(cors, { select, policies })
  for (let i = 0; i < 300; i++) app.get(`/${i}`, { config: { cors: { maxAge: 5 } } }, handler)
  await app.ready()
  t.strictSame(new Set(app.cors.routes().map(({ selectable }) => selectable?.join())), new Set(['open']))
})
