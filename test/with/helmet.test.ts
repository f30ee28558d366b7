import helmet from '@fastify/helmet'
import Fastify from 'fastify'
import t from 'tap'

import cors from '../../lib/index.ts'
import { APP, corsOf, EVIL, seenPreflight, send } from '../fixtures/requests.ts'
import { closing } from '../fixtures/sockets.ts'

const options = { origin: [APP, 'https://*.example.org'], credentials: true } as const

for (const order of ['before', 'after']) {
  t.test(`helmet, registered ${order} it, adds its headers and takes none away`, async (t) => {
    const app = closing(t, Fastify())
    if (order === 'before') await app.register(helmet)
    await app.register(cors, options)
    if (order === 'after') await app.register(helmet)
    app.get('/', () => 'ok')

    const response = await send(app, 'GET', '/', { origin: APP })
    t.strictSame(corsOf(response), {
      status: 200,
      headers: { 'access-control-allow-origin': APP, 'access-control-allow-credentials': 'true', vary: 'Origin' }
    })
    t.equal(response.headers['cross-origin-resource-policy'], 'same-origin')
    t.match(response.headers['content-security-policy'], /default-src 'self'/)
    t.strictSame(corsOf(await send(app, 'GET', '/', { origin: EVIL })), { status: 200, headers: { vary: 'Origin' } })
    t.strictSame(await seenPreflight(app, 'GET', '/'), {
      status: 204,
      headers: {
        'access-control-allow-origin': APP,
        'access-control-allow-credentials': 'true',
        'access-control-allow-methods': 'GET, HEAD',
        vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers'
      }
    })
  })
}

t.test('a route opens itself to embedding with its own helmet block beside config.cors', async (t) => {
  const app = closing(t, Fastify())
  await app.register(helmet)
  await app.register(cors, { global: false })
  app.get('/logo.svg', {
    config: { cors: { origin: '*' } },
    helmet: { crossOriginResourcePolicy: { policy: 'cross-origin' } }
  }, () => '<svg/>')

  const response = await send(app, 'GET', '/logo.svg', { origin: EVIL })
  t.strictSame(corsOf(response), { status: 200, headers: { 'access-control-allow-origin': '*' } })
  t.equal(response.headers['cross-origin-resource-policy'], 'cross-origin')
})
