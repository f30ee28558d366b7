import Fastify, { type FastifyInstance } from 'fastify'
import t from 'tap'

import cors from '../../lib/index.ts'
import { APP, EVIL, seen, seenPreflight } from '../fixtures/requests.ts'

const ADMIN = 'https://admin.example.com'

const handler = async (): Promise<string> => 'ok'

function allowOriginOf ({ headers }: { headers: Readonly<Record<string, unknown>> }): unknown {
  return headers['access-control-allow-origin']
}

/** A root and a child registration, in each order in which they can load. */
const nestings: Record<string, (app: FastifyInstance) => unknown> = {
  'the outer one first': async (app) => {
    await app.register(cors, { origin: APP, maxAge: 5, policies: { named: { maxAge: 1 }, outer: { maxAge: 2 } } })
    app.register(child, { prefix: '/child' })
  },
  'the outer one last': (app) => {
    app.register(child, { prefix: '/child' })
    app.register(cors, { origin: APP, maxAge: 5, policies: { named: { maxAge: 1 }, outer: { maxAge: 2 } } })
  }
}

async function child (instance: FastifyInstance): Promise<void> {
  instance.get('/above', handler)
  await instance.register(cors, { origin: [APP, ADMIN], policies: { named: { maxAge: 3 } } })
  instance.get('/below', handler)
  instance.get('/named', { config: { cors: 'named' } }, handler)
  instance.get('/outer', { config: { cors: 'outer' } }, handler)
}

for (const [name, register] of Object.entries(nestings)) {
  t.test(`a child registration refines the outer one, ${name}`, async (t) => {
    const app = Fastify()
    await register(app)
    app.get('/root', handler)
    await app.ready()
    t.strictSame((await seen(app, 'GET', '/root', { origin: ADMIN })).headers, { 'access-control-allow-origin': APP })
    for (const url of ['/child/above', '/child/below']) {
      t.strictSame((await seen(app, 'GET', url, { origin: ADMIN })).headers, { 'access-control-allow-origin': ADMIN, vary: 'Origin' }, url)
      const { headers } = await seenPreflight(app, 'GET', url, { origin: ADMIN })
      t.strictSame([headers['access-control-allow-origin'], headers['access-control-max-age']], [ADMIN, '5'], url)
    }
    t.equal((await seenPreflight(app, 'GET', '/child/named')).headers['access-control-max-age'], '3', 'the inner name replaces')
    t.equal((await seenPreflight(app, 'GET', '/child/outer')).headers['access-control-max-age'], '2', 'the outer name is inherited')
    t.equal(allowOriginOf(await seen(app, 'GET', '/child/nothing', { origin: ADMIN })), APP, 'the root serves its 404s')
  })
}

t.test('routes outside of the only registration have no CORS, declared before or after it', async (t) => {
  const app = Fastify()
  app.get('/before', handler)
  await app.register(async (child) => {
    await child.register(cors, { origin: APP })
    child.get('/child', handler)
  })
  app.get('/after', handler)
  await app.ready()
  for (const url of ['/before', '/after']) {
    t.strictSame(await seen(app, 'GET', url), { status: 200, headers: {} }, url)
    t.strictSame(await seenPreflight(app, 'GET', url), { status: 404, headers: {} }, url)
  }
  t.strictSame(await seen(app, 'GET', '/child'), { status: 200, headers: { 'access-control-allow-origin': APP } })
})

t.test('global, and the rest of what concerns a registration alone, are not inherited', async (t) => {
  const app = Fastify()
  await app.register(cors, { global: false, origin: APP })
  app.get('/root', handler)
  app.register(async (child) => {
    await child.register(cors, { maxAge: 1 })
    child.get('/child', handler)
  })
  t.strictSame((await seen(app, 'GET', '/root')).headers, {})
  t.strictSame((await seen(app, 'GET', '/child')).headers, { 'access-control-allow-origin': APP })
})

t.test('a registration in a child covers that child alone, and its prefix exactly', async (t) => {
  const app = Fastify()
  app.register(async (child) => {
    await child.register(cors, { origin: APP })
    child.get('/u', handler)
    child.setNotFoundHandler(async (_request, reply) => await reply.code(404).send('child'))
  }, { prefix: '/api' })
  app.get('/api-internal/u', handler)
  app.get('/root', handler)
  t.equal(allowOriginOf(await seen(app, 'GET', '/api/u')), APP)
  t.equal(allowOriginOf(await seen(app, 'GET', '/api/nothing')), APP)
  t.equal(allowOriginOf(await seenPreflight(app, 'GET', '/api/nothing')), APP)
  for (const url of ['/root', '/api-internal/u', '/nothing']) {
    t.strictSame((await seen(app, 'GET', url, { origin: APP })).headers, {}, url)
    t.strictSame(await seenPreflight(app, 'GET', url), { status: 404, headers: {} }, url)
  }
})

t.test('a route that is declared outside, after a child was registered, has no CORS', async (t) => {
  const app = Fastify()
  await app.register(async (child) => { await child.register(cors, { origin: APP }) })
  app.get('/outside', handler)
  t.strictSame(await seen(app, 'GET', '/outside', { origin: APP }), { status: 200, headers: {} })
  t.strictSame(await seenPreflight(app, 'GET', '/outside'), { status: 404, headers: {} })
})

t.test('siblings keep their own policies', async (t) => {
  const app = Fastify()
  for (const [prefix, origin] of [['/a', APP], ['/b', ADMIN]] as const) {
    app.register(async (child) => {
      await child.register(cors, { origin })
      child.put('/u', handler)
    }, { prefix })
  }
  t.equal(allowOriginOf(await seenPreflight(app, 'PUT', '/a/u')), APP)
  t.equal(allowOriginOf(await seenPreflight(app, 'PUT', '/b/u')), ADMIN)
})

t.test('registering twice in one context is refused, and ready() settles', async (t) => {
  const app = Fastify()
  await app.register(cors)
  await t.rejects(async () => { await app.register(cors) }, { code: 'FST_ERR_CORS_ALREADY_REGISTERED' })
  const again = Fastify()
  again.register(cors)
  again.register(cors)
  await t.rejects(async () => { await again.ready() }, { code: 'FST_ERR_CORS_ALREADY_REGISTERED' })
})

t.test('hooks of other contexts do not stand before a preflight', async (t) => {
  const app = Fastify()
  await app.register(cors, { origin: APP })
  const auth = async (): Promise<void> => { throw Object.assign(new Error('no'), { statusCode: 401 }) }
  app.addHook('onRequest', auth)
  app.register(async (child) => {
    child.addHook('onRequest', auth)
    child.addHook('preHandler', auth)
    child.put('/u', { onRequest: auth }, handler)
    child.options('/own', handler)
    child.get('/own', handler)
  })
  t.equal((await seenPreflight(app, 'PUT', '/u')).status, 204)
  t.equal((await seenPreflight(app, 'GET', '/own')).status, 204)
  t.equal((await seenPreflight(app, 'GET', '/nothing')).status, 204)
  t.strictSame(await seen(app, 'PUT', '/u', { origin: EVIL }), { status: 401, headers: { 'access-control-allow-origin': APP } })
})

t.test('an OPTIONS route of the user outside the scope keeps the plugin away from its URL', async (t) => {
  const app = Fastify()
  app.options('/u', async (_request, reply) => await reply.code(202).send())
  app.register(async (child) => {
    await child.register(cors, { origin: APP })
    child.put('/u', handler)
  })
  t.strictSame(await seenPreflight(app, 'PUT', '/u'), { status: 202, headers: {} })
})
