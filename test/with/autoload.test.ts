import { fileURLToPath } from 'node:url'

import autoload from '@fastify/autoload'
import Fastify, { type FastifyInstance } from 'fastify'
import t from 'tap'

import { APP, seen, seenPreflight } from '../fixtures/requests.ts'
import { closing } from '../fixtures/sockets.ts'

function build (t: Parameters<typeof closing>[0], folders: readonly string[]): FastifyInstance {
  const app = closing(t, Fastify())
  for (const folder of folders) {
    app.register(autoload, { dir: fileURLToPath(new URL(`../fixtures/with/autoload/${folder}`, import.meta.url)), forceESM: true })
  }
  return app
}

for (const folders of [['plugins', 'routes'], ['routes', 'plugins']]) {
  t.test(`routes loaded from files have the policies that they declare, with ${folders.join(' before ')}`, async (t) => {
    const app = build(t, folders)
    t.strictSame(await seen(app, 'GET', '/orders', { origin: APP }), { status: 200, headers: { 'access-control-allow-origin': APP } })
    t.strictSame(await seen(app, 'GET', '/feed', { origin: APP }), { status: 200, headers: { 'access-control-allow-origin': '*' } })
    t.strictSame(await seen(app, 'POST', '/feed', { origin: APP }), { status: 200, headers: {} })
    t.strictSame(await seenPreflight(app, 'PUT', '/orders/1', { origin: 'https://admin.example.com' }), {
      status: 204,
      headers: {
        'access-control-allow-origin': 'https://admin.example.com',
        'access-control-allow-methods': 'PUT',
        'access-control-max-age': '60',
        vary: 'Access-Control-Request-Method, Access-Control-Request-Headers'
      }
    })
    t.strictSame(await seenPreflight(app, 'POST', '/feed'), { status: 204, headers: { vary: 'Access-Control-Request-Method' } })
  })
}
