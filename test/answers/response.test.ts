import Fastify, { type FastifyInstance } from 'fastify'
import t from 'tap'

import cors, { type CorsPluginOptions } from '../../lib/index.ts'
import { APP, EVIL, seen } from '../fixtures/requests.ts'

const ADMIN = 'https://admin.example.com'

async function build (options: CorsPluginOptions): Promise<FastifyInstance> {
  const app = Fastify()
  app.register(cors, Object.freeze(options))
  app.get('/', async () => 'ok')
  app.get('/error', async () => { throw new Error('failed') })
  app.get('/redirect', async (_request, reply) => { await reply.redirect('/') })
  app.post('/body', { schema: { body: { type: 'object', required: ['a'] } } }, async () => 'ok')
  await app.ready()
  return app
}

const constants: Array<[string, CorsPluginOptions, Record<string, string>]> = [
  ["'*'", {}, { 'access-control-allow-origin': '*' }],
  ['one origin', { origin: APP }, { 'access-control-allow-origin': APP }],
  ['a list of one origin', { origin: [APP] }, { 'access-control-allow-origin': APP }],
  ['one origin with credentials', { origin: APP, credentials: true, exposedHeaders: 'x-a,x-b' }, {
    'access-control-allow-origin': APP,
    'access-control-allow-credentials': 'true',
    'access-control-expose-headers': 'x-a, x-b'
  }]
]

for (const [name, options, headers] of constants) {
  t.test(`${name} is answered the same to everybody`, async (t) => {
    const app = await build({ ...options, maxAge: 600, methods: 'GET', allowedHeaders: 'x-c', cacheControl: 60 } as CorsPluginOptions)
    for (const origin of [APP, EVIL, 'null', '', undefined]) {
      const asked = origin === undefined ? {} : { origin }
      t.strictSame(await seen(app, 'GET', '/', asked), { status: 200, headers }, `to ${origin}`)
      t.strictSame(await seen(app, 'HEAD', '/', asked), { status: 200, headers }, `HEAD to ${origin}`)
    }
  })
}

const dynamics: Array<[string, CorsPluginOptions]> = [
  ['a list', { origin: [APP, ADMIN] }],
  ['a pattern', { origin: 'https://*.example.com' }],
  ['a RegExp', { origin: /^https:\/\/(?:app|admin)\.example\.com$/ }],
  ['a mixed list', { origin: [APP, /^https:\/\/admin\.example\.com$/] }],
  ['a function', { origin: (origin) => origin === APP || origin === ADMIN }]
]

for (const [name, options] of dynamics) {
  t.test(`${name} allows its origins alone, and varies by origin always`, async (t) => {
    const app = await build({ ...options, credentials: true, exposedHeaders: ['x-a'], maxAge: 5 } as CorsPluginOptions)
    for (const origin of [APP, ADMIN]) {
      t.strictSame(await seen(app, 'GET', '/', { origin }), {
        status: 200,
        headers: {
          'access-control-allow-origin': origin,
          'access-control-allow-credentials': 'true',
          'access-control-expose-headers': 'x-a',
          vary: 'Origin'
        }
      })
    }
    for (const asked of [{ origin: EVIL }, { origin: 'null' }, { origin: '' }, {}]) {
      t.strictSame(await seen(app, 'GET', '/', asked), { status: 200, headers: { vary: 'Origin' } })
    }
  })
}

t.test('true allows every origin that is one, and false none', async (t) => {
  const all = await build({ origin: true })
  t.strictSame((await seen(all, 'GET', '/', { origin: EVIL })).headers, { 'access-control-allow-origin': EVIL, vary: 'Origin' })
  t.strictSame((await seen(all, 'GET', '/', { origin: 'null' })).headers, { vary: 'Origin' })
  const none = await build({ origin: false })
  t.strictSame((await seen(none, 'GET', '/', { origin: APP })).headers, { vary: 'Origin' })
})

t.test('null is allowed by a function alone', async (t) => {
  const app = await build({ origin: (origin) => origin === 'null' })
  t.strictSame((await seen(app, 'GET', '/', { origin: 'null' })).headers, { 'access-control-allow-origin': 'null', vary: 'Origin' })
})

t.test('errors, redirects and what no route serves carry the headers too', async (t) => {
  const app = await build({ origin: [APP, ADMIN] })
  const headers = { 'access-control-allow-origin': APP, vary: 'Origin' }
  t.strictSame(await seen(app, 'GET', '/error', { origin: APP }), { status: 500, headers })
  t.strictSame(await seen(app, 'GET', '/redirect', { origin: APP }), { status: 302, headers })
  t.strictSame(await seen(app, 'POST', '/body', { origin: APP }), { status: 400, headers })
  t.strictSame(await seen(app, 'GET', '/nothing', { origin: APP }), { status: 404, headers })
  t.strictSame(await seen(app, 'GET', '/nothing', { origin: EVIL }), { status: 404, headers: { vary: 'Origin' } })
})

t.test('not-found handlers carry the headers, those of a child context included', async (t) => {
  const app = Fastify()
  await app.register(cors, { origin: APP })
  app.setNotFoundHandler(async (_request, reply) => { await reply.code(404).send('root') })
  app.register(async (child) => {
    child.setNotFoundHandler(async (_request, reply) => { await reply.code(404).send('child') })
    child.get('/gone', async (_request, reply) => { reply.callNotFound(); await reply })
  }, { prefix: '/child' })
  await app.ready()
  for (const url of ['/x', '/child/x', '/child/gone']) {
    t.strictSame(await seen(app, 'GET', url, { origin: APP }), { status: 404, headers: { 'access-control-allow-origin': APP } })
  }
})

t.test('a route without CORS is left alone', async (t) => {
  const app = Fastify()
  await app.register(cors, { origin: [APP, ADMIN] })
  app.get('/off', { config: { cors: false } }, async (_request, reply) => {
    await reply.header('vary', 'Accept').header('access-control-allow-origin', 'https://own.example').send('ok')
  })
  t.strictSame(await seen(app, 'GET', '/off', { origin: APP }), {
    status: 200,
    headers: { vary: 'Accept', 'access-control-allow-origin': 'https://own.example' }
  })
})

t.test('with global false, routes opt in and what no route serves gets nothing', async (t) => {
  const app = Fastify()
  await app.register(cors, { global: false, origin: APP, policies: { open: { origin: '*' } } })
  app.get('/silent', async () => 'ok')
  app.get('/true', { config: { cors: true } }, async () => 'ok')
  app.get('/named', { config: { cors: 'open' } }, async () => 'ok')
  app.get('/block', { config: { cors: { origin: ADMIN } } }, async () => 'ok')
  t.strictSame(await seen(app, 'GET', '/silent', { origin: APP }), { status: 200, headers: {} })
  t.strictSame(await seen(app, 'GET', '/nothing', { origin: APP }), { status: 404, headers: {} })
  t.strictSame((await seen(app, 'GET', '/true')).headers, { 'access-control-allow-origin': APP })
  t.strictSame((await seen(app, 'GET', '/named')).headers, { 'access-control-allow-origin': '*' })
  t.strictSame((await seen(app, 'GET', '/block')).headers, { 'access-control-allow-origin': ADMIN })
})
