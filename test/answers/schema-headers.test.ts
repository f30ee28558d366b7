import Fastify from 'fastify'
import t from 'tap'

import cors from '../../lib/index.ts'
import { APP, seen, seenPreflight } from '../fixtures/requests.ts'
import { closing } from '../fixtures/sockets.ts'

const schema = {
  headers: { type: 'object', properties: { 'X-Tenant': { type: 'string' }, authorization: { type: 'string' }, cookie: { type: 'string' } } },
  response: {
    200: { type: 'string', headers: { 'X-Total': { type: 'integer' }, 'Set-Cookie': { type: 'string' } } },
    404: { type: 'string', headers: { 'X-Total': { type: 'integer' }, 'X-Reason': { type: 'string' } } }
  }
} as const
const VARY = 'Access-Control-Request-Method'

t.test('with schema, a route allows and exposes the headers that its schemas declare', async (t) => {
  const app = closing(t, Fastify({ exposeHeadRoutes: false, ajv: { customOptions: { strict: false } } }))
  await app.register(cors, { origin: APP, allowedHeaders: 'schema', exposedHeaders: 'schema' })
  app.get('/declared', { schema }, () => 'ok')
  app.get('/plain', () => 'ok')

  t.strictSame(await seenPreflight(app, 'GET', '/declared'), {
    status: 204,
    headers: {
      'access-control-allow-origin': APP,
      'access-control-allow-methods': 'GET',
      'access-control-allow-headers': 'X-Tenant, authorization',
      vary: VARY
    }
  })
  t.strictSame(await seen(app, 'GET', '/declared', { origin: APP }), {
    status: 200,
    headers: { 'access-control-allow-origin': APP, 'access-control-expose-headers': 'X-Total, X-Reason' }
  })
  t.strictSame(await seenPreflight(app, 'GET', '/plain'), {
    status: 204,
    headers: { 'access-control-allow-origin': APP, 'access-control-allow-methods': 'GET', vary: VARY }
  })
  t.strictSame(await seen(app, 'GET', '/plain', { origin: APP }), { status: 200, headers: { 'access-control-allow-origin': APP } })
  t.strictSame(await seen(app, 'GET', '/nowhere', { origin: APP }), { status: 404, headers: { 'access-control-allow-origin': APP } })
})

t.test('a route says schema in its own block, or a list instead of the schema of the plugin', async (t) => {
  const app = closing(t, Fastify({ exposeHeadRoutes: false }))
  await app.register(cors, { origin: APP, allowedHeaders: 'schema' })
  app.get('/list', { schema: { headers: schema.headers }, config: { cors: { allowedHeaders: ['X-Own'] } } }, () => 'ok')
  app.get('/block', { schema: { headers: schema.headers }, config: { cors: { allowedHeaders: 'schema', maxAge: 5 } } }, () => 'ok')
  t.strictSame((await seenPreflight(app, 'GET', '/list')).headers, {
    'access-control-allow-origin': APP, 'access-control-allow-methods': 'GET', 'access-control-allow-headers': 'X-Own', vary: VARY
  })
  t.strictSame((await seenPreflight(app, 'GET', '/block')).headers, {
    'access-control-allow-origin': APP,
    'access-control-allow-methods': 'GET',
    'access-control-allow-headers': 'X-Tenant, authorization',
    'access-control-max-age': '5',
    vary: VARY
  })
})

t.test('in a list, schema stands for the declared headers beside the others, and is told from a header called Schema', async (t) => {
  const lists: Array<[list: string | string[], granted: string | undefined]> = [
    [['schema'], 'X-Tenant, authorization'],
    [['schema', 'traceparent'], 'X-Tenant, authorization, traceparent'],
    ['tracestate, schema', 'tracestate, X-Tenant, authorization'],
    [['Schema'], 'Schema'],
    ['schema', 'X-Tenant, authorization'],
    [['Schema', 'x-tenant', 'schema'], 'Schema, x-tenant, authorization']
  ]
  const app = closing(t, Fastify({ exposeHeadRoutes: false, ajv: { customOptions: { strict: false } } }))
  await app.register(cors, { origin: APP })
  for (const [index, [list]] of lists.entries()) app.get(`/${index}`, { schema, config: { cors: { allowedHeaders: list, exposedHeaders: list } } }, () => 'ok')
  for (const [index, [list, granted]] of lists.entries()) {
    t.equal((await seenPreflight(app, 'GET', `/${index}`)).headers['access-control-allow-headers'], granted, JSON.stringify(list))
  }
  t.equal((await seen(app, 'GET', '/1', { origin: APP })).headers['access-control-expose-headers'], 'X-Total, X-Reason, traceparent')
  t.equal((await seen(app, 'GET', '/3', { origin: APP })).headers['access-control-expose-headers'], 'Schema')
})

t.test('what a schema declares that is no name of a header is not sent', async (t) => {
  const app = closing(t, Fastify({ ajv: { customOptions: { strict: false } } }))
  await app.register(cors, { origin: APP, allowedHeaders: 'schema', exposedHeaders: 'schema' })
  const strange = { 'not a name': {}, 'x-a': {}, 'x,b': {}, '': {} }
  app.put('/', { schema: { headers: { type: 'object', properties: strange }, response: { 200: { type: 'string', headers: strange }, 404: { type: 'null' } } } }, () => 'ok')
  t.equal((await seenPreflight(app, 'PUT', '/')).headers['access-control-allow-headers'], 'x-a')
  t.equal((await seen(app, 'PUT', '/', { origin: APP })).headers['access-control-expose-headers'], 'x-a')
})
