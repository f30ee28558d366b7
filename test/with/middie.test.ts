import type { IncomingMessage, ServerResponse } from 'node:http'

import middie from '@fastify/middie'
import Fastify from 'fastify'
import expressCors from 'cors'
import t from 'tap'

import cors from '../../lib/index.ts'
import { APP, EVIL, seen, seenPreflight } from '../fixtures/requests.ts'
import { closing } from '../fixtures/sockets.ts'

for (const order of ['before', 'after']) {
  t.test(`a middleware of middie, registered ${order} it, cannot put CORS headers of its own beside the policy's`, async (t) => {
    const app = closing(t, Fastify())
    if (order === 'before') await app.register(middie)
    await app.register(cors, { origin: [APP, 'https://b.example'] })
    if (order === 'after') await app.register(middie)
    app.use((_request, response, next) => {
      response.setHeader('Access-Control-Allow-Origin', '*')
      response.setHeader('Access-Control-Expose-Headers', 'X-Secret')
      response.setHeader('Vary', 'Accept')
      next()
    })
    app.get('/', () => 'ok')
    app.get('/vary', (_request, reply) => { reply.header('vary', 'Cookie').send('ok') })

    t.strictSame(await seen(app, 'GET', '/', { origin: APP }), {
      status: 200,
      headers: { 'access-control-allow-origin': APP, 'access-control-expose-headers': 'X-Secret', vary: 'Accept, Origin' }
    })
    t.strictSame(await seen(app, 'GET', '/', { origin: EVIL }), { status: 200, headers: { vary: 'Accept, Origin' } })
    t.strictSame(await seen(app, 'GET', '/vary', { origin: EVIL }), { status: 200, headers: { vary: 'Accept, Cookie, Origin' } })
  })
}

t.test('a middleware that ends the response itself has the headers where the plugin came first', async (t) => {
  const app = closing(t, Fastify())
  await app.register(cors, { origin: [APP, 'https://b.example'] })
  await app.register(middie)
  app.use('/legacy', (_request: IncomingMessage, response: ServerResponse) => { response.end('from a middleware') })
  app.get('/legacy', () => 'never reached')
  t.strictSame(await seen(app, 'GET', '/legacy', { origin: APP }), {
    status: 200,
    headers: { 'access-control-allow-origin': APP, vary: 'Origin' }
  })
})

t.test('the middleware of Express for CORS, left in by mistake, changes no answer', async (t) => {
  const app = closing(t, Fastify())
  await app.register(cors, { origin: APP, credentials: true, maxAge: 60 })
  await app.register(middie)
  app.use(expressCors({ origin: '*', maxAge: 5 }))
  app.get('/', () => 'ok')
  t.strictSame(await seen(app, 'GET', '/', { origin: APP }), {
    status: 200,
    headers: { 'access-control-allow-origin': APP, 'access-control-allow-credentials': 'true' }
  })
  t.strictSame(await seenPreflight(app, 'GET', '/'), {
    status: 204,
    headers: {
      'access-control-allow-origin': APP,
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'GET, HEAD',
      'access-control-max-age': '60',
      vary: 'Access-Control-Request-Method, Access-Control-Request-Headers'
    }
  })
})
