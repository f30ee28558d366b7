import Fastify, { type FastifyInstance } from 'fastify'
import t from 'tap'

import cors from '../../lib/index.ts'
import { APP, seen, seenPreflight, type Seen } from '../fixtures/requests.ts'
import { handler, OPTIONS, PARTNER, select, under } from '../fixtures/select.ts'

const CHILD = 'https://child.example'
const METHOD = 'Access-Control-Request-Method'
const REFLECTED = `${METHOD}, Access-Control-Request-Headers`
const constant = (origin: string, vary = 'X-Policy'): Seen => ({
  status: 200, headers: { 'access-control-allow-origin': origin, ...(vary !== '' && { vary }) }
})
const granted = (origin: string, methods: string, vary: string): Seen => ({
  status: 204, headers: { 'access-control-allow-origin': origin, 'access-control-allow-methods': methods, vary }
})

async function build (declare: (app: FastifyInstance) => void): Promise<FastifyInstance> {
  const app = Fastify({ exposeHeadRoutes: false }) as FastifyInstance
  app.register(cors, { ...OPTIONS, policies: { one: { origin: PARTNER } } })
  declare(app)
  t.teardown(async () => { await app.close() })
  await app.ready()
  return app
}

t.test('a registration in a child context inherits select, which picks among the policies known there', async (t) => {
  const app = await build((app) => {
    app.get('/x', handler)
    app.register(async (child) => {
      child.register(cors, { origin: CHILD, policies: { one: { exposedHeaders: 'X-Child' }, own: { origin: APP } } })
      child.get('/x', handler)
    }, { prefix: '/child' })
  })
  t.strictSame(await seen(app, 'GET', '/child/x'), constant(CHILD))
  t.strictSame(await seen(app, 'GET', '/child/x', { headers: under('own') }), constant(APP))
  t.strictSame(await seen(app, 'GET', '/child/x', { headers: under('one') }), {
    status: 200, headers: { 'access-control-allow-origin': CHILD, 'access-control-expose-headers': 'X-Child', vary: 'X-Policy' }
  }, 'the one of the child')
  t.strictSame(await seen(app, 'GET', '/x', { headers: under('one') }), constant(PARTNER))
  t.strictSame(await seen(app, 'GET', '/x', { headers: under('own') }), { status: 500, headers: { vary: 'X-Policy' } }, 'unknown outside')
})

t.test('a select of its own, with a vary of its own, takes the place of the outer one', async (t) => {
  const app = await build((app) => {
    app.get('/x', handler)
    app.register(async (child) => {
      child.register(cors, { origin: CHILD, select: ({ headers }) => headers['x-child'] as string | undefined, vary: 'X-Child' })
      child.get('/x', handler)
    }, { prefix: '/child' })
    app.register(async (child) => {
      child.register(cors, { select: () => 'one' })
      child.get('/x', handler)
    }, { prefix: '/always' })
  })
  t.strictSame(await seen(app, 'GET', '/child/x', { headers: under('nothing') }), constant(CHILD, 'X-Child'))
  t.strictSame(await seen(app, 'GET', '/child/x', { headers: { 'x-child': 'one' } }), constant(PARTNER, 'X-Child'))
  t.strictSame(await seen(app, 'GET', '/always/x'), constant(PARTNER, ''))
  t.strictSame(await seen(app, 'GET', '/x', { headers: { 'x-child': 'one' } }), constant(APP))
})

t.test('a not-found handler of a child context answers with what is selected there', async (t) => {
  const app = await build((app) => {
    app.register(async (child) => {
      child.register(cors, { origin: CHILD })
      child.setNotFoundHandler(async (_request, reply) => await reply.code(404).send())
      child.get('/x', handler)
    }, { prefix: '/child' })
  })
  t.strictSame(await seen(app, 'GET', '/child/nothing'), { ...constant(CHILD), status: 404 })
  t.strictSame(await seen(app, 'GET', '/child/nothing', { headers: under('one') }), { ...constant(PARTNER), status: 404 })
})

t.test('a URL with routes of two contexts is answered by the select of the route that the request would reach', async (t) => {
  const app = await build((app) => {
    app.get('/two', handler)
    app.post('/two', handler)
    app.register(async (child) => {
      child.register(cors, { origin: CHILD, policies: { own: { origin: CHILD } }, select: ({ headers }) => headers['x-child'] as string | undefined, vary: 'X-Child' })
      child.put('/two', handler)
      child.patch('/two', handler)
    })
    app.register(async (child) => {
      child.register(cors, { policies: { third: { origin: CHILD } } })
      child.delete('/two', handler)
    })
  })
  const both = (outer: string, inner: string): object => ({ headers: { 'x-policy': outer, 'x-child': inner } })
  t.strictSame(await seenPreflight(app, 'POST', '/two', both('one', 'one')), granted(PARTNER, 'GET, POST, DELETE', `${REFLECTED}, X-Policy`), 'what the other one says is not known')
  t.strictSame(await seenPreflight(app, 'PUT', '/two', both('one', 'one')), granted(PARTNER, 'PUT, PATCH', `${REFLECTED}, X-Child`))
  t.strictSame(await seenPreflight(app, 'PUT', '/two', both('nothing', 'own')), granted(CHILD, 'PUT, PATCH', `${REFLECTED}, X-Child`))
  t.strictSame(await seenPreflight(app, 'DELETE', '/two', both('third', 'nothing')), granted(CHILD, 'DELETE', `${REFLECTED}, X-Policy`), 'unknown to the others')
  t.strictSame(await seenPreflight(app, 'POST', '/two', both('third', 'nothing')), { status: 500, headers: { vary: 'X-Policy' } })
})

t.test('versions of two contexts are granted what all that may be selected for the other grants', async (t) => {
  const app = await build((app) => {
    app.get('/v', { constraints: { version: '1.0.0' } }, handler)
    app.register(async (child) => {
      child.register(cors, { origin: '*', policies: { one: { origin: '*' }, narrow: { allowedHeaders: ['X-Narrow'] } }, select: () => 'one' })
      child.get('/v', { constraints: { version: '2.0.0' } }, handler)
    })
    app.register(async (child) => {
      child.register(cors, { policies: { own: { origin: CHILD } } })
      child.get('/v', { constraints: { version: '3.0.0' } }, handler)
    })
    app.options('/v', handler)
  })
  t.strictSame(await seenPreflight(app, 'GET', '/v', { headers: under('one') }), {
    status: 204,
    headers: { 'access-control-allow-origin': PARTNER, 'access-control-allow-methods': 'GET', 'access-control-allow-headers': 'X-Narrow', vary: `${METHOD}, X-Policy` }
  })
})

t.test('however many may be selected for the other, all of them are asked, and the stack is not the limit', async (t) => {
  const policies = Object.fromEntries(Array.from({ length: 8000 }, (_, index) => [`t${index}`, { origin: [APP, `https://t${index}.example`] as const }]))
  const app = Fastify()
  app.register(cors, { origin: APP, allowedHeaders: false, policies, select: () => 't1' })
  app.get('/v', { constraints: { version: '1.0.0' } }, handler)
  app.register(async (child) => {
    await child.register(cors, { select: () => 't2' })
    child.get('/v', { constraints: { version: '2.0.0' } }, handler)
  })
  const vary = `Origin, ${METHOD}`
  t.strictSame(await seenPreflight(app, 'GET', '/v'), {
    status: 204, headers: { 'access-control-allow-origin': APP, 'access-control-allow-methods': 'GET, HEAD', vary }
  })
  t.strictSame(await seenPreflight(app, 'GET', '/v', { origin: 'https://t1.example' }), { status: 204, headers: { vary } })
})

t.test('a child context without a registration of its own is asked about with the outer select', async (t) => {
  const app = await build((app) => {
    app.register(async (child) => { child.put('/x', handler) }, { prefix: '/child' })
  })
  t.strictSame(await seen(app, 'PUT', '/child/x', { headers: under('one') }), constant(PARTNER))
  t.strictSame(await seenPreflight(app, 'PUT', '/child/x', { headers: under('one') }), granted(PARTNER, 'PUT', `${REFLECTED}, X-Policy`))
})

t.test('the outer registration may come after one that inherits from it', async (t) => {
  const app = Fastify()
  await app.register(async (child) => {
    child.register(cors, { policies: { own: { origin: CHILD } } })
    child.get('/child', handler)
  })
  await app.register(cors, { origin: APP, policies: { one: { origin: PARTNER } }, select, vary: ['X-Policy'] })
  t.strictSame(await seen(app, 'GET', '/child', { headers: under('own') }), constant(CHILD))
  t.strictSame(await seen(app, 'GET', '/child', { headers: under('one') }), constant(PARTNER))
})

t.test('a name that only one of the contexts has, whose versions share the URL, grants nothing', async (t) => {
  const app = await build((app) => {
    app.get('/mine', { constraints: { version: '1.0.0' } }, handler)
    app.get('/generated', { constraints: { version: '1.0.0' } }, handler)
    app.options('/mine', handler)
    app.register(async (child) => {
      child.register(cors, { policies: { own: { origin: CHILD } } })
      child.get('/mine', { constraints: { version: '2.0.0' } }, handler)
      child.get('/generated', { constraints: { version: '2.0.0' } }, handler)
    })
  })
  const asked = { origin: CHILD, headers: under('own') }
  t.strictSame(await seenPreflight(app, 'GET', '/generated', asked), { status: 204, headers: { vary: `${METHOD}, X-Policy` } })
  // Nothing is said about a response of the user's own.
  t.strictSame(await seenPreflight(app, 'GET', '/mine', asked), { status: 200, headers: {} })
})

t.test('a context without select is not asked about where another one has it', async (t) => {
  const app = Fastify({ exposeHeadRoutes: false })
  app.register(async (child) => {
    child.register(cors, OPTIONS)
    child.get('/selected', handler)
  })
  app.register(async (child) => {
    child.register(cors, { origin: CHILD })
    child.get('/plain', handler)
  })
  await app.ready()
  t.strictSame(await seenPreflight(app, 'GET', '/plain'), granted(CHILD, 'GET', REFLECTED))
  t.strictSame(await seenPreflight(app, 'PUT', '/plain'), granted(CHILD, 'GET', METHOD))
})
