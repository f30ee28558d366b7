import rateLimit from '@fastify/rate-limit'
import Fastify from 'fastify'
import t from 'tap'

import cors from '../../lib/index.ts'
import { APP, seen, seenPreflight } from '../fixtures/requests.ts'
import { closing } from '../fixtures/sockets.ts'

for (const order of ['before', 'after']) {
  t.test(`preflights do not count for rate-limit, registered ${order} it, and a page can read a 429`, async (t) => {
    const app = closing(t, Fastify())
    if (order === 'before') await app.register(rateLimit, { max: 1 })
    await app.register(cors, { origin: APP, exposedHeaders: ['Retry-After', 'X-RateLimit-Remaining'] })
    if (order === 'after') await app.register(rateLimit, { max: 1 })
    app.put('/', () => 'ok')

    for (let i = 0; i < 3; i++) {
      t.strictSame(await seenPreflight(app, 'PUT', '/'), {
        status: 204,
        headers: {
          'access-control-allow-origin': APP,
          'access-control-allow-methods': 'PUT',
          vary: 'Access-Control-Request-Method, Access-Control-Request-Headers'
        }
      })
    }
    const headers = { 'access-control-allow-origin': APP, 'access-control-expose-headers': 'Retry-After, X-RateLimit-Remaining' }
    t.strictSame(await seen(app, 'PUT', '/', { origin: APP }), { status: 200, headers })
    t.strictSame(await seen(app, 'PUT', '/', { origin: APP }), { status: 429, headers })
  })
}
