import { readFile, writeFile } from 'node:fs/promises'

import { Value } from '@sinclair/typebox/value'
import Fastify from 'fastify'
import t, { type Test } from 'tap'

import cors, { type CorsConfigError, CorsPolicySchema, type RouteCors } from '../lib/index.ts'
import { APP, seen } from './fixtures/requests.ts'

const handler = async (): Promise<string> => 'ok'

async function rejects (t: Test, boot: () => Promise<unknown>, expected: object): Promise<void> {
  t.match(await boot().then(() => undefined, (error: unknown) => error), expected)
}

t.test('wrong options reject register, and ready() settles', async (t) => {
  const app = Fastify()
  await t.rejects(async () => { await app.register(cors, { maxAge: '600', orgin: APP } as never) }, {
    code: 'FST_ERR_CORS_INVALID_CONFIG',
    problems: [{ path: '/maxAge', code: 'invalid-type' }, { path: '/orgin', code: 'unknown-option' }]
  })
  const unawaited = Fastify()
  unawaited.register(cors, { origin: 'example.com' } as never)
  await rejects(t, async () => { await unawaited.ready() }, { problems: [{ code: 'missing-scheme' }] })
  const listening = Fastify()
  listening.register(cors, { origin: 'null' } as never)
  await rejects(t, async () => { await listening.listen({ host: '127.0.0.1', port: 0 }) }, { problems: [{ code: 'null-origin' }] })
})

t.test('a wrong route rejects ready(), with all that is wrong with it', async (t) => {
  const app = Fastify()
  app.register(cors)
  app.put('/orders/:id', {
    config: { cors: { origin: ['https://a.example', 'https://Example.com/'], maxAge: '600' } as unknown as RouteCors }
  }, handler)
  const error = await Promise.resolve(app.ready()).then(() => undefined, (error: CorsConfigError) => error)
  t.equal(error?.message, [
    'invalid CORS policy for PUT /orders/:id',
    "  /origin/1    'https://Example.com/' is not an origin a browser sends; write 'https://example.com'",
    "  /maxAge      must be an integer from 0 to 86400, got '600'; write 600"
  ].join('\n'))
  t.strictSame(error?.route, { method: 'PUT', url: '/orders/:id' })
  t.equal(error?.code, 'FST_ERR_CORS_INVALID_CONFIG')
})

t.test('a wrong route of several methods names them', async (t) => {
  const app = Fastify()
  app.register(cors)
  app.route({ method: ['PUT', 'POST'], url: '/u', config: { cors: 'nobody' }, handler })
  await rejects(t, async () => { await app.ready() }, { route: { method: ['PUT', 'POST'], url: '/u' }, problems: [{ code: 'unknown-policy' }] })
})

t.test('what only the merge makes wrong is refused too', async (t) => {
  const app = Fastify()
  await app.register(cors)
  app.put('/u', { config: { cors: { credentials: true } as RouteCors } }, handler)
  await rejects(t, async () => { await app.ready() }, { problems: [{ code: 'wildcard-with-credentials' }] })
})

t.test('a child registration that is wrong alone is right within an outer one, whichever loads first', async (t) => {
  for (const outerFirst of [true, false]) {
    const app = Fastify()
    if (outerFirst) app.register(cors, { origin: APP })
    app.register(async (child) => {
      await child.register(cors, { credentials: true })
      child.get('/u', handler)
    })
    if (!outerFirst) app.register(cors, { origin: APP })
    t.strictSame((await seen(app, 'GET', '/u')).headers, { 'access-control-allow-origin': APP, 'access-control-allow-credentials': 'true' })
  }
  const alone = Fastify()
  alone.register(async (child) => { await child.register(cors, { origin: '*', credentials: true } as never) })
  await rejects(t, async () => { await alone.ready() }, { problems: [{ code: 'wildcard-with-credentials' }] })
})

t.test('with global false, options that serve no route are checked for their shape alone', async (t) => {
  const app = Fastify()
  await app.register(cors, { global: false, origin: true, credentials: true } as never)
  app.get('/u', { config: { cors: { origin: APP } } }, handler)
  t.strictSame((await seen(app, 'GET', '/u')).headers, { 'access-control-allow-origin': APP, 'access-control-allow-credentials': 'true' })
  const used = Fastify()
  await used.register(cors, { global: false, origin: true, credentials: true } as never)
  used.get('/u', { config: { cors: true } }, handler)
  await rejects(t, async () => { await used.ready() }, { problems: [{ code: 'wildcard-with-credentials' }] })
})

t.test('a policy file that the schema accepts works as options', async (t) => {
  const file = `${t.testdir()}/policy.json`
  await writeFile(file, JSON.stringify({ origin: [APP], credentials: true, methods: 'GET, PUT', maxAge: 600 }))
  const policy: unknown = JSON.parse(await readFile(file, 'utf8'))
  t.equal(Value.Check(CorsPolicySchema, policy), true)
  const app = Fastify()
  await app.register(cors, policy as never)
  app.get('/u', handler)
  t.strictSame((await seen(app, 'GET', '/u')).headers, { 'access-control-allow-origin': APP, 'access-control-allow-credentials': 'true' })
})

t.test('an error of another plugin comes through', async (t) => {
  const app = Fastify()
  app.register(cors)
  app.get('/u', handler)
  app.register(async () => { throw new Error('no database') })
  await rejects(t, async () => { await app.ready() }, { message: 'no database' })
})

t.test('a plugin that fails to register OPTIONS routes fails the boot', async (t) => {
  const app = Fastify()
  app.addHook('onRoute', ({ method }) => { if (method === 'OPTIONS') throw new Error('no OPTIONS here') })
  app.register(cors)
  app.get('/u', handler)
  await rejects(t, async () => { await app.ready() }, { message: 'no OPTIONS here' })
})
