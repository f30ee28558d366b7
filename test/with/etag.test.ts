import etag from '@fastify/etag'
import Fastify from 'fastify'
import t from 'tap'

import cors from '../../lib/index.ts'
import { APP, corsOf, EVIL, send } from '../fixtures/requests.ts'
import { closing } from '../fixtures/sockets.ts'

t.test('a 304 tells each origin what it may do with the stored response', async (t) => {
  const app = closing(t, Fastify())
  await app.register(cors, { origin: [APP, 'https://b.example'], exposedHeaders: 'ETag' })
  await app.register(etag)
  app.get('/', () => 'ok')

  const first = await send(app, 'GET', '/', { origin: APP })
  t.equal(first.statusCode, 200)
  const headers = { 'if-none-match': String(first.headers['etag']) }
  for (const origin of [APP, 'https://b.example']) {
    t.strictSame(corsOf(await send(app, 'GET', '/', { origin, headers })), {
      status: 304,
      headers: { 'access-control-allow-origin': origin, 'access-control-expose-headers': 'ETag', vary: 'Origin' }
    })
  }
  t.strictSame(corsOf(await send(app, 'GET', '/', { origin: EVIL, headers })), { status: 304, headers: { vary: 'Origin' } })
  t.strictSame(corsOf(await send(app, 'GET', '/', { headers })), { status: 304, headers: { vary: 'Origin' } })
})
