import Fastify, { type FastifyInstance } from 'fastify'
import t from 'tap'

import cors, { CorsPolicySchema } from '../../lib/index.ts'
import { mergeLayers } from '../../lib/policy/merge.ts'
import { APP, seen } from '../fixtures/requests.ts'

interface Option {
  readonly title: string
  readonly description: string
  readonly examples: readonly unknown[]
  readonly default?: unknown
}

interface Schema {
  readonly title: string
  readonly properties: { readonly $schema: object } & Readonly<Record<string, Option>>
  readonly definitions: { readonly policies: { readonly title: string } }
}

const { policySchema } = await import(new URL('../../scripts/policy-schema.js', import.meta.url).href) as { policySchema (schema: typeof CorsPolicySchema): Schema }
const schema = policySchema(CorsPolicySchema)
const { $schema: _, ...options } = schema.properties

/** Fastify validates bodies by Ajv. */
async function validator (part = ''): Promise<FastifyInstance> {
  const app = Fastify({ ajv: { customOptions: { coerceTypes: false, removeAdditional: false } } })
  app.addSchema({ $id: 'policy', ...schema })
  app.post('/', { schema: { body: { $ref: `policy#${part}` } } }, async () => 'valid')
  await app.ready()
  return app
}

async function statusOf (app: FastifyInstance, payload: object): Promise<number> {
  return (await app.inject({ method: 'POST', url: '/', payload })).statusCode
}

t.test('the JSON Schema has every option, with a title, a description, examples and the default', async (t) => {
  t.strictSame(Object.keys(options), Object.keys(CorsPolicySchema.properties))
  const defaults: Readonly<Record<string, unknown>> = { ...mergeLayers([]).options }
  for (const [name, { title, description, examples, default: value }] of Object.entries(options)) {
    t.ok(title.length > 10 && title.length < 160, `${name} has a title: ${title}`)
    t.ok(description.startsWith(title) && description.includes(' Default: '), `${name} has a description`)
    t.notMatch(description, /\{@|\n(?!\n)(?<!\n\n)/, `${name} is plain text`)
    t.ok(examples.length > 0, `${name} has examples`)
    t.strictSame(value, defaults[name], `the default of ${name}`)
  }
})

t.test('each example boots, and is valid', async (t) => {
  const app = await validator()
  for (const [name, { examples }] of Object.entries(options)) {
    for (const example of examples) {
      const policy = { ...(name === 'credentials' && { origin: APP }), [name]: example }
      await t.resolves(async () => { await Fastify().register(cors, policy as never) }, `${name}: ${JSON.stringify(example)}`)
      t.equal(await statusOf(app, policy), 200, `${name}: ${JSON.stringify(example)}`)
    }
  }
})

t.test('what has another shape is not valid', async (t) => {
  const app = await validator()
  for (const policy of [{ origins: [] }, { maxAge: '600' }, { maxAge: 86_401 }, { optionsSuccessStatus: 404 }, { credentials: 'true' }, { origin: [1] }]) {
    t.equal(await statusOf(app, policy), 400, JSON.stringify(policy))
  }
})

const FILE = Object.freeze({ $schema: './node_modules/fastify-route-cors/policy.schema.json#/definitions/policies', app: Object.freeze({ origin: APP }) })

t.test('a file of policies by name has a schema of its own', async (t) => {
  const app = await validator('/definitions/policies')
  t.equal(await statusOf(app, FILE), 200)
  t.equal(await statusOf(app, { app: { origin: APP, credential: true } }), 400)
})

t.test('$schema is taken wherever a file is, and means nothing', async (t) => {
  const app = Fastify()
  const $schema = './node_modules/fastify-route-cors/policy.schema.json'
  await app.register(cors, { $schema, origin: false, policies: FILE } as never)
  app.get('/', { config: { cors: 'app' } }, async () => 'ok')
  app.get('/block', { config: { cors: { $schema, origin: APP } as never } }, async () => 'ok')
  await app.ready()
  for (const url of ['/', '/block']) {
    t.strictSame(await seen(app, 'GET', url, { origin: APP }), { status: 200, headers: { 'access-control-allow-origin': APP } })
  }
  t.notMatch(JSON.stringify(app.cors.routes()), /schema\.json/)
  await t.rejects(async () => { await Fastify().register(cors, { $scheme: $schema } as never) }, { code: 'FST_ERR_CORS_INVALID_CONFIG' })
})
