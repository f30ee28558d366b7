import { setTimeout } from 'node:timers/promises'

import underPressure from '@fastify/under-pressure'
import Fastify from 'fastify'
import t from 'tap'

import cors from '../../lib/index.ts'
import { APP, seen, seenPreflight } from '../fixtures/requests.ts'
import { closing } from '../fixtures/sockets.ts'

t.test('a page can read that the server is under pressure, and preflights are answered meanwhile', async (t) => {
  const app = closing(t, Fastify())
  await app.register(cors, { origin: APP, exposedHeaders: 'Retry-After' })
  await app.register(underPressure, { maxHeapUsedBytes: 1, exposeStatusRoute: '/status', sampleInterval: 1 })
  app.put('/', () => 'ok')
  await app.ready()
  // It has sampled for the first time when it refuses.
  for (let tries = 0; tries < 5000 && (await app.inject('/status')).statusCode !== 503; tries++) await setTimeout(1)

  const headers = { 'access-control-allow-origin': APP, 'access-control-expose-headers': 'Retry-After' }
  t.strictSame(await seen(app, 'PUT', '/', { origin: APP }), { status: 503, headers })
  t.strictSame(await seen(app, 'GET', '/status', { origin: APP }), { status: 503, headers })
  t.strictSame(await seenPreflight(app, 'PUT', '/'), {
    status: 204,
    headers: {
      'access-control-allow-origin': APP,
      'access-control-allow-methods': 'PUT',
      vary: 'Access-Control-Request-Method, Access-Control-Request-Headers'
    }
  })
})
