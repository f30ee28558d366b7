import bearerAuth from '@fastify/bearer-auth'
import Fastify from 'fastify'
import t from 'tap'

import cors from '../../lib/index.ts'
import { APP, seen, seenPreflight } from '../fixtures/requests.ts'
import { closing } from '../fixtures/sockets.ts'

const keys = new Set(['secret'])
const GRANTED = {
  status: 204,
  headers: {
    'access-control-allow-origin': APP,
    'access-control-allow-methods': 'GET, HEAD',
    'access-control-allow-headers': 'authorization',
    vary: 'Access-Control-Request-Method, Access-Control-Request-Headers'
  }
}
const asking = { headers: { 'access-control-request-headers': 'authorization' } }

t.test('a preflight needs no token, and a page can read the 401 of a request without one', async (t) => {
  const app = closing(t, Fastify())
  await app.register(cors, { origin: APP })
  await app.register(bearerAuth, { keys })
  app.get('/', () => 'ok')
  t.strictSame(await seenPreflight(app, 'GET', '/', asking), GRANTED)
  const headers = { 'access-control-allow-origin': APP }
  t.strictSame(await seen(app, 'GET', '/', { origin: APP }), { status: 401, headers })
  t.strictSame(await seen(app, 'GET', '/', { origin: APP, headers: { authorization: 'Bearer secret' } }), { status: 200, headers })
})

t.test('a preflight needs no token where a child context asks for one', async (t) => {
  const app = closing(t, Fastify())
  await app.register(cors, { origin: APP })
  app.register(async (child) => {
    await child.register(bearerAuth, { keys })
    child.get('/', () => 'ok')
  }, { prefix: '/private' })
  t.strictSame(await seenPreflight(app, 'GET', '/private', asking), GRANTED)
  t.strictSame(await seenPreflight(app, 'GET', '/private/', asking), GRANTED)
  t.strictSame(await seen(app, 'GET', '/private', { origin: APP }), { status: 401, headers: { 'access-control-allow-origin': APP } })
})

t.test('a preflight is asked for a token where bearer-auth stands first in the same context', async (t) => {
  const app = closing(t, Fastify())
  await app.register(bearerAuth, { keys })
  await app.register(cors, { origin: APP })
  app.get('/', () => 'ok')
  t.strictSame(await seenPreflight(app, 'GET', '/', asking), { status: 401, headers: {} })
})
