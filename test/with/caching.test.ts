import caching from '@fastify/caching'
import Fastify from 'fastify'
import t from 'tap'

import cors from '../../lib/index.ts'
import { APP, corsOf, EVIL, send, sendPreflight } from '../fixtures/requests.ts'
import { closing } from '../fixtures/sockets.ts'

for (const order of ['before', 'after']) {
  t.test(`caching, registered ${order} it, decides about responses and the policy about preflights`, async (t) => {
    const app = closing(t, Fastify())
    if (order === 'before') await app.register(caching, { privacy: caching.privacy.PUBLIC, expiresIn: 300 })
    await app.register(cors, { origin: [APP, 'https://b.example'], cacheControl: 60 })
    if (order === 'after') await app.register(caching, { privacy: caching.privacy.PUBLIC, expiresIn: 300 })
    app.get('/', (_request, reply) => { reply.header('etag', '"one"').send('ok') })

    const response = await send(app, 'GET', '/', { origin: APP })
    t.strictSame(corsOf(response), { status: 200, headers: { 'access-control-allow-origin': APP, vary: 'Origin' } })
    t.equal(response.headers['cache-control'], 'public, max-age=300')
    t.strictSame(corsOf(await send(app, 'GET', '/', { origin: EVIL })), { status: 200, headers: { vary: 'Origin' } })
    const preflight = await sendPreflight(app, 'GET', '/')
    t.strictSame(corsOf(preflight), {
      status: 204,
      headers: {
        'access-control-allow-origin': APP,
        'access-control-allow-methods': 'GET, HEAD',
        vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers'
      }
    })
    t.equal(preflight.headers['cache-control'], 'max-age=60')
  })
}
