import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import Fastify from 'fastify'
import t from 'tap'

import cors from '../../lib/index.ts'
import { APP, seen } from '../fixtures/requests.ts'
import { sendOverSocket } from '../fixtures/sockets.ts'

const preflight = { 'access-control-request-method': 'PUT' }

/** What an application is asked, and what it answers as long as it does not know its policies: nothing of CORS. */
const asked: ReadonlyArray<readonly [method: string, path: string, headers: Readonly<Record<string, string>>, status: number, allow?: string]> = [
  ['GET', '/a', {}, 200],
  ['PUT', '/a', {}, 200],
  ['OPTIONS', '/a', preflight, 204],
  ['OPTIONS', '/a', {}, 204, 'OPTIONS'],
  ['OPTIONS', '/own', preflight, 200],
  ['OPTIONS', '/own', {}, 200],
  ['GET', '/none', {}, 404],
  ['OPTIONS', '/none', preflight, 404],
  ['OPTIONS', '/none', {}, 404]
]

t.test('a request that comes before the application is ready is granted nothing, and fails at nothing', async (t) => {
  const app = Fastify()
  const server = createServer((request, response) => { app.routing(request, response) })
  t.teardown(() => { server.close() })
  server.listen(0, '127.0.0.1')
  const found: unknown[] = []
  // A cache that is warmed up by requests.
  app.addHook('onReady', async () => {
    for (const [method, path, headers] of asked) {
      const { status, headers: cors, message } = await sendOverSocket(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, { method, headers: { origin: APP, ...headers } })
      found.push([status, cors, message.headers.allow])
    }
  })
  await app.register(cors, { origin: APP, policies: { other: { origin: '*' } }, select: () => 'other' })
  app.route({ method: ['GET', 'PUT'], url: '/a', handler: async () => 'ok' })
  app.options('/own', async () => 'ok')
  await app.ready()
  t.strictSame(found, asked.map(([, , , status, allow]) => [status, {}, allow]))
  t.strictSame(await seen(app, 'GET', '/a', { origin: APP }), { status: 200, headers: { 'access-control-allow-origin': '*' } })
  await app.close()
})
