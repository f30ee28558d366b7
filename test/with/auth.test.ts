import auth from '@fastify/auth'
import Fastify from 'fastify'
import t from 'tap'

import cors from '../../lib/index.ts'
import { APP, seen, seenPreflight } from '../fixtures/requests.ts'
import { closing } from '../fixtures/sockets.ts'

t.test('a preflight passes every check of auth, and the page can read why its request did not', async (t) => {
  const app = closing(t, Fastify())
  await app.register(auth)
  await app.register(cors, { origin: APP })
  let checks = 0
  const refuse = async (): Promise<void> => {
    checks++
    throw Object.assign(new Error('not you'), { statusCode: 401 })
  }
  app.addHook('preHandler', app.auth([refuse, refuse], { relation: 'or' }))
  app.route({ method: ['GET', 'PATCH'], url: '/', onRequest: app.auth([refuse]), handler: () => 'ok' })

  t.strictSame(await seenPreflight(app, 'PATCH', '/'), {
    status: 204,
    headers: {
      'access-control-allow-origin': APP,
      'access-control-allow-methods': 'GET, PATCH, HEAD',
      vary: 'Access-Control-Request-Method, Access-Control-Request-Headers'
    }
  })
  t.equal(checks, 0)
  t.strictSame(await seen(app, 'PATCH', '/', { origin: APP }), { status: 401, headers: { 'access-control-allow-origin': APP } })
  t.equal(checks, 1)
})
