import httpProxy from '@fastify/http-proxy'
import Fastify, { type FastifyInstance } from 'fastify'
import t from 'tap'

import cors from '../../lib/index.ts'
import { APP, EVIL } from '../fixtures/requests.ts'
import { listen, sendOverSocket } from '../fixtures/sockets.ts'

/** A service with CORS headers of its own, which says what it was asked. */
function upstream (): FastifyInstance {
  const app = Fastify()
  app.all('/*', (request, reply) => {
    reply.headers({
      'access-control-allow-origin': 'https://upstream.example',
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'BREW',
      'access-control-expose-headers': 'X-Upstream',
      vary: 'Accept-Encoding',
      'x-upstream': request.method
    }).send('from upstream')
  })
  return app
}

for (const order of ['before', 'after']) {
  t.test(`a proxy at /, registered ${order} it, answers with the policy's headers instead of the upstream's`, async (t) => {
    const origin = await listen(t, upstream())
    const app = Fastify()
    if (order === 'before') app.register(httpProxy, { upstream: origin })
    app.register(cors, { origin: [APP, 'https://b.example'] })
    if (order === 'after') app.register(httpProxy, { upstream: origin })
    const url = `${await listen(t, app)}/any/where`

    const allowed = await sendOverSocket(url, { headers: { origin: APP } })
    t.strictSame({ status: allowed.status, headers: allowed.headers }, {
      status: 200,
      headers: { 'access-control-allow-origin': APP, 'access-control-expose-headers': 'X-Upstream', vary: 'Accept-Encoding, Origin' }
    })
    t.equal(allowed.body, 'from upstream')
    const denied = await sendOverSocket(url, { headers: { origin: EVIL } })
    t.strictSame({ status: denied.status, headers: denied.headers }, { status: 200, headers: { vary: 'Accept-Encoding, Origin' } })
  })

  t.test(`a preflight for a proxy at /, registered ${order} it, is answered here, and another OPTIONS request there`, async (t) => {
    const origin = await listen(t, upstream())
    const app = Fastify()
    if (order === 'before') app.register(httpProxy, { upstream: origin })
    app.register(cors, { origin: APP, credentials: true, methods: ['GET', 'PUT'], maxAge: 60 })
    if (order === 'after') app.register(httpProxy, { upstream: origin })
    const url = `${await listen(t, app)}/any/where`

    const preflight = await sendOverSocket(url, { method: 'OPTIONS', headers: { origin: APP, 'access-control-request-method': 'PUT' } })
    t.strictSame({ status: preflight.status, headers: preflight.headers }, {
      status: 204,
      headers: {
        'access-control-allow-origin': APP,
        'access-control-allow-credentials': 'true',
        'access-control-allow-methods': 'GET, PUT',
        'access-control-max-age': '60',
        vary: 'Access-Control-Request-Method, Access-Control-Request-Headers'
      }
    })
    t.equal(preflight.message.headers['x-upstream'], undefined)
    const other = await sendOverSocket(url, { method: 'OPTIONS', headers: { origin: APP } })
    t.strictSame({ status: other.status, headers: other.headers }, {
      status: 200,
      headers: { 'access-control-allow-origin': APP, 'access-control-allow-credentials': 'true', 'access-control-expose-headers': 'X-Upstream', vary: 'Accept-Encoding' }
    })
    t.equal(other.message.headers['x-upstream'], 'OPTIONS')
  })
}

t.test('a proxy with cors: false leaves CORS to its upstream, preflights included', async (t) => {
  const origin = await listen(t, upstream())
  const app = Fastify()
  app.register(cors, { origin: APP })
  app.register(httpProxy, { upstream: origin, prefix: '/legacy', config: { cors: false } })
  app.get('/own', () => 'ok')
  const url = `${await listen(t, app)}/legacy/x`
  const expected = {
    'access-control-allow-origin': 'https://upstream.example',
    'access-control-allow-credentials': 'true',
    'access-control-allow-methods': 'BREW',
    'access-control-expose-headers': 'X-Upstream',
    vary: 'Accept-Encoding'
  }

  const preflight = await sendOverSocket(url, { method: 'OPTIONS', headers: { origin: APP, 'access-control-request-method': 'PUT' } })
  t.strictSame({ status: preflight.status, headers: preflight.headers }, { status: 200, headers: expected })
  t.equal(preflight.message.headers['x-upstream'], 'OPTIONS')
  const actual = await sendOverSocket(url, { method: 'PUT', headers: { origin: APP } })
  t.strictSame({ status: actual.status, headers: actual.headers }, { status: 200, headers: expected })
})
