import { fileURLToPath } from 'node:url'

import fastifyStatic from '@fastify/static'
import Fastify, { type FastifyInstance } from 'fastify'
import t from 'tap'

import cors from '../../lib/index.ts'
import { APP, corsOf, seen, seenPreflight, send } from '../fixtures/requests.ts'
import { closing } from '../fixtures/sockets.ts'

const root = fileURLToPath(new URL('../fixtures/with/public', import.meta.url))
const HEADERS = { 'access-control-allow-origin': APP, vary: 'Origin' }

function build (t: Parameters<typeof closing>[0], order: string, wildcard: boolean): FastifyInstance {
  const app = closing(t, Fastify())
  if (order === 'before') app.register(fastifyStatic, { root, prefix: '/files/', wildcard })
  app.register(cors, { origin: [APP, 'https://b.example'] })
  if (order === 'after') app.register(fastifyStatic, { root, prefix: '/files/', wildcard })
  return app
}

for (const order of ['before', 'after']) {
  for (const wildcard of [true, false]) {
    t.test(`files served by static, registered ${order} it, wildcard ${wildcard}, have the headers with every status`, async (t) => {
      const app = build(t, order, wildcard)
      const file = await send(app, 'GET', '/files/hello.txt', { origin: APP })
      t.strictSame(corsOf(file), { status: 200, headers: HEADERS })
      t.equal(file.body, 'hello static\n')
      const ifNoneMatch = { 'if-none-match': String(file.headers['etag']) }
      t.strictSame(await seen(app, 'GET', '/files/hello.txt', { origin: APP, headers: ifNoneMatch }), { status: 304, headers: HEADERS })
      t.strictSame(await seen(app, 'GET', '/files/hello.txt', { origin: APP, headers: { range: 'bytes=0-4' } }), { status: 206, headers: HEADERS })
      t.strictSame(await seen(app, 'GET', '/files/hello.txt', { origin: APP, headers: { range: 'bytes=99-' } }), { status: 416, headers: HEADERS })
      t.strictSame(await seen(app, 'GET', '/files/none.txt', { origin: APP }), { status: 404, headers: HEADERS })
      t.strictSame(await seen(app, 'HEAD', '/files/hello.txt', { origin: APP }), { status: 200, headers: HEADERS })
    })
  }

  t.test(`a preflight for a file served by static, registered ${order} it, grants what static serves`, async (t) => {
    t.strictSame(await seenPreflight(build(t, order, true), 'GET', '/files/hello.txt', { headers: { 'access-control-request-headers': 'range' } }), {
      status: 204,
      headers: {
        'access-control-allow-origin': APP,
        'access-control-allow-methods': 'HEAD, GET',
        'access-control-allow-headers': 'range',
        vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers'
      }
    })
  })
}
