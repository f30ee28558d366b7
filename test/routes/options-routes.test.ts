import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import t from 'tap'

import cors from '../../lib/index.ts'
import { APP, seenPreflight, send } from '../fixtures/requests.ts'

const PLAIN = Object.freeze({ origin: APP, allowedHeaders: false } as const)

const handler = async (): Promise<string> => 'ok'
const mine = async (_request: FastifyRequest, reply: FastifyReply): Promise<unknown> => await reply.code(202).send('mine')

/** OPTIONS routes of the application that a generated one could collide with. */
const collisions: Record<string, (app: FastifyInstance) => unknown> = {
  'above, before the plugin': (app) => {
    app.options('/u', mine)
    app.put('/u', handler)
    app.register(cors, PLAIN)
  },
  'below in the same context': async (app) => {
    await app.register(cors, PLAIN)
    app.put('/u', handler)
    app.options('/u', mine)
  },
  'in a later plugin': async (app) => {
    await app.register(cors, PLAIN)
    app.put('/u', handler)
    await app.after()
    app.register(async (child) => { child.options('/u', mine) })
  },
  'in two later plugins': async (app) => {
    await app.register(cors, PLAIN)
    app.put('/u', handler).put('/v', handler)
    await app.after()
    app.register(async (child) => { child.options('/u', mine) })
    app.register(async (child) => { child.options('/v', mine) })
  },
  'for every URL, before': (app) => {
    app.options('*', mine)
    app.register(cors, PLAIN)
    app.put('/u', handler)
  },
  'for every method of the URL, in a later plugin': async (app) => {
    await app.register(cors, PLAIN)
    app.put('/u', handler)
    await app.after()
    app.register(async (child) => { child.route({ method: ['POST', 'OPTIONS'], url: '/u', handler: mine }) })
  },
  'for a parameter': (app) => {
    app.options('/:any', mine)
    app.register(cors, PLAIN)
    app.put('/u', handler)
  }
}

for (const [name, declare] of Object.entries(collisions)) {
  t.test(`an OPTIONS route of the application ${name} gets what is no preflight`, async (t) => {
    const app = Fastify()
    await declare(app)
    const { status, headers } = await seenPreflight(app, 'PUT', '/u')
    t.equal(status, 204)
    t.equal((headers as Record<string, string>)['access-control-allow-origin'], APP)
    t.match(String((headers as Record<string, string>)['access-control-allow-methods']), /\bPUT\b/)
    const other = await send(app, 'OPTIONS', '/u', { origin: APP })
    t.equal(other.statusCode, 202)
    t.equal(other.body, 'mine')
    t.equal(other.headers['access-control-allow-origin'], APP)
    t.equal((await send(app, 'PUT', '/u')).body, 'ok')
  })
}

t.test('an OPTIONS route / under a prefix, in a later plugin, does not collide', async (t) => {
  const app = Fastify()
  await app.register(cors, PLAIN)
  app.put('/p', handler).put('/p/', handler)
  await app.after()
  app.register(async (child) => { child.options('/', mine) }, { prefix: '/p' })
  for (const url of ['/p', '/p/']) {
    t.equal((await seenPreflight(app, 'PUT', url)).headers['access-control-allow-origin'], APP)
    t.equal((await send(app, 'OPTIONS', url)).body, 'mine')
  }
})

t.test('a method that is declared twice is refused, though there is a generated route to make room for', async (t) => {
  const app = Fastify()
  await app.register(cors)
  app.put('/u', handler)
  await app.after()
  t.throws(() => app.route({ method: ['PUT', 'OPTIONS'], url: '/u', handler }), { message: /'PUT'.* already declared for route '\/u'/ })
})

t.test('all() on a URL, on * and by a second registration do not collide', async (t) => {
  const app = Fastify()
  await app.register(cors, PLAIN)
  app.all('/u', mine)
  app.get('/v', handler)
  app.all('*', mine)
  await app.after()
  app.register(async (child) => { child.all('/v/w', mine) })
  await app.ready()
  t.equal((await send(app, 'OPTIONS', '/u', { origin: APP })).body, 'mine')
  t.equal((await send(app, 'OPTIONS', '/elsewhere', { origin: APP })).body, 'mine')
  for (const url of ['/u', '/v', '/v/w', '/elsewhere']) {
    t.equal((await seenPreflight(app, 'GET', url)).headers['access-control-allow-origin'], APP, url)
  }
})

t.test('an OPTIONS route that an outer context serves is not asked about a child that has the plugin', async (t) => {
  const app = Fastify()
  app.options('*', mine)
  app.register(async (child) => {
    await child.register(cors, PLAIN)
    child.put('/u', handler)
  })
  t.equal((await seenPreflight(app, 'PUT', '/u')).headers['access-control-allow-origin'], APP)
})

t.test('an OPTIONS request that is no preflight gets 204, Allow and the default headers', async (t) => {
  const app = Fastify()
  await app.register(cors, { origin: [APP, 'https://b.example'], credentials: true })
  app.get('/u', { config: { cors: { origin: 'https://c.example' } } }, handler)
  app.delete('/u', { config: { cors: false } }, handler)
  const response = await send(app, 'OPTIONS', '/u', { origin: APP })
  const { date, connection, ...headers } = response.headers
  t.equal(response.statusCode, 204)
  t.strictSame(headers, {
    allow: 'GET, HEAD, DELETE, OPTIONS',
    'access-control-allow-origin': APP,
    'access-control-allow-credentials': 'true',
    vary: 'Origin'
  })
})

t.test('with global false it gets no CORS headers', async (t) => {
  const app = Fastify()
  await app.register(cors, { global: false })
  app.get('/u', { config: { cors: true } }, handler)
  const { statusCode, headers } = await send(app, 'OPTIONS', '/u', { origin: APP })
  t.equal(statusCode, 204)
  t.equal(headers['access-control-allow-origin'], undefined)
  t.equal((await send(app, 'OPTIONS', '/nothing')).statusCode, 404)
})

t.test('strictPreflight refuses it with 400 where the application has no route for it', async (t) => {
  const app = Fastify()
  await app.register(cors, { strictPreflight: true })
  app.get('/u', handler)
  app.options('/mine', mine)
  for (const url of ['/u', '/nothing']) {
    const response = await send(app, 'OPTIONS', url, { origin: APP })
    t.equal(response.statusCode, 400, url)
    t.equal(response.body, 'Invalid Preflight Request')
  }
  t.equal((await send(app, 'OPTIONS', '/mine', { origin: APP })).body, 'mine')
  t.equal((await seenPreflight(app, 'GET', '/u')).status, 204)
})

t.test('strictPreflight of one route holds for its URL', async (t) => {
  const app = Fastify()
  await app.register(cors)
  app.get('/u', { config: { cors: { strictPreflight: true } } }, handler)
  app.get('/v', handler)
  t.equal((await send(app, 'OPTIONS', '/u')).statusCode, 400)
  t.equal((await send(app, 'OPTIONS', '/v')).statusCode, 204)
})

t.test('a URL with two slashes behind a prefix that ends in one keeps them', async (t) => {
  const app = Fastify()
  app.register(async (child) => {
    await child.register(cors, { origin: APP, allowedHeaders: false })
    child.put('//u', handler)
  }, { prefix: '/p/' })
  await app.after()
  app.options('/p/u', mine)
  t.strictSame(await seenPreflight(app, 'PUT', '/p//u'), {
    status: 204,
    headers: { 'access-control-allow-origin': APP, 'access-control-allow-methods': 'PUT', vary: 'Access-Control-Request-Method' }
  })
  t.equal((await send(app, 'OPTIONS', '/p/u', { origin: APP })).body, 'mine')
})

t.test('an OPTIONS route for a colon is not one for every URL', async (t) => {
  const app = Fastify()
  await app.register(cors, { origin: 'https://app.example.com' })
  app.options('/::', async () => 'mine')
  app.put('/:x', async () => 'ok')
  await app.ready()
  t.equal(app.hasRoute({ method: 'OPTIONS', url: '/:x' }), true)
  const response = await app.inject({ method: 'OPTIONS', url: '/u', headers: { origin: 'https://app.example.com', 'access-control-request-method': 'PUT' } })
  t.strictSame([response.statusCode, response.headers['access-control-allow-methods'], response.body], [204, 'PUT', ''])
})

t.test('an OPTIONS route of the application for one host is none for the others', async (t) => {
  const app = Fastify()
  app.options('/a/*', { constraints: { host: 'one.example' } }, mine)
  await app.register(cors, PLAIN)
  app.put('/a/b', handler)
  await app.ready()
  t.ok(app.hasRoute({ method: 'OPTIONS', url: '/a/b' }))
  t.equal((await send(app, 'OPTIONS', '/a/b', { host: 'other.example' })).statusCode, 204)
  await app.close()
})

t.test('hooks of others see the constraints of an OPTIONS route as they were declared, and may define them anew', async (t) => {
  const app = Fastify()
  const seen: unknown[] = []
  await app.register(cors, PLAIN)
  app.addHook('onRoute', (route) => {
    if (route.method !== 'OPTIONS' || route.url !== '/a') return
    seen.push({ ...route }.constraints)
    Object.defineProperty(route, 'constraints', { value: { host: 'two.example' }, configurable: true, enumerable: true, writable: true })
  })
  app.options('/a', { constraints: { host: 'one.example' } }, mine)
  await app.ready()
  t.strictSame(seen, [{ host: 'one.example' }])
  t.notOk(app.hasRoute({ method: 'OPTIONS', url: '/a', constraints: { host: 'one.example' } }))
  t.ok(app.hasRoute({ method: 'OPTIONS', url: '/a', constraints: { host: 'two.example' } }))
  await app.close()
})
