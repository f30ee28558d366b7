import Fastify, { type FastifyInstance } from 'fastify'
import t from 'tap'

import cors, { type CorsPluginOptions } from '../../lib/index.ts'
import { Watched } from '../fixtures/live.ts'
import { APP, seen, seenPreflight, type Seen } from '../fixtures/requests.ts'

const A = 'https://shop.a.example'
const B = 'https://shop.b.example'
const handler = async (): Promise<string> => 'ok'
const byHost = ({ hostname }: { hostname: string }): string => hostname

const TENANTS = { 'a.api.example': [A, 'https://*.a.example'], 'b.api.example': [B] }

async function boot (options: CorsPluginOptions, declare: (app: FastifyInstance) => void = () => {}): Promise<FastifyInstance> {
  const app = Fastify()
  await app.register(cors, options)
  app.get('/u', handler)
  app.put('/u', handler)
  declare(app)
  await app.ready()
  return app
}

const withCredentials = (origin: string, vary = 'Origin'): Seen => ({
  status: 200,
  headers: { vary, 'access-control-allow-origin': origin, 'access-control-allow-credentials': 'true' }
})

t.test("a tenant's origins are allowed at its own host alone, in answers and preflights", async (t) => {
  const { origins } = new Watched(TENANTS, { key: byHost })
  const app = await boot({ origin: origins, credentials: true })
  t.strictSame(await seen(app, 'GET', '/u', { origin: A, host: 'a.api.example' }), withCredentials(A))
  t.strictSame(await seen(app, 'GET', '/u', { origin: 'https://x.a.example', host: 'a.api.example:8080' }), withCredentials('https://x.a.example'))
  t.strictSame(await seen(app, 'GET', '/u', { origin: B, host: 'b.api.example' }), withCredentials(B))
  const refused = { status: 200, headers: { vary: 'Origin' } }
  for (const [origin, host] of [[A, 'b.api.example'], [B, 'a.api.example'], ['https://x.a.example', 'b.api.example'], [A, 'c.api.example'], [A, ''], [A, '__proto__']] as const) {
    t.strictSame(await seen(app, 'GET', '/u', { origin, host }), refused, `${origin} at ${host}`)
  }
  const vary = 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers'
  t.strictSame(await seenPreflight(app, 'PUT', '/u', { origin: A, host: 'a.api.example' }), {
    status: 204,
    headers: { vary, 'access-control-allow-origin': A, 'access-control-allow-credentials': 'true', 'access-control-allow-methods': 'GET, HEAD, PUT' }
  })
  t.strictSame(await seenPreflight(app, 'PUT', '/u', { origin: A, host: 'b.api.example' }), { status: 204, headers: { vary } })
})

t.test('Vary names what the key depends on', async (t) => {
  const { origins } = new Watched(TENANTS, { key: ({ headers }: { headers: Record<string, unknown> }) => headers['x-tenant'], vary: ['X-Tenant', 'x-tenant', 'X-Region'] })
  const app = await boot({ origin: origins, credentials: true })
  const headers = { 'x-tenant': 'a.api.example' }
  t.strictSame(await seen(app, 'GET', '/u', { origin: A, headers }), withCredentials(A, 'Origin, X-Tenant, X-Region'))
  t.strictSame(await seen(app, 'GET', '/u', { origin: A }), { status: 200, headers: { vary: 'Origin, X-Tenant, X-Region' } })
  t.strictSame((await seenPreflight(app, 'PUT', '/u', { origin: A, headers })).headers, {
    vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers, X-Tenant, X-Region',
    'access-control-allow-origin': A,
    'access-control-allow-credentials': 'true',
    'access-control-allow-methods': 'GET, HEAD, PUT'
  })
})

t.test('pairs of a key and an origin are lists as well, and what is no pair is left out', async (t) => {
  const pairs = [['a', A], ['b', B], ['a', APP], ['a'], ['a', A, B], [1, A], ['a', 1], A, null, ['b', 'nonsense']]
  const watched = new Watched(pairs, { key: byHost })
  await watched.list.use(watched.user())
  const { origins } = watched
  t.strictSame([origins.size, origins.has(A, 'a'), origins.has(APP, 'a'), origins.has(B, 'b'), origins.has(B, 'a'), origins.has(A)], [3, true, true, true, false, false])
  t.strictSame(watched.problems.map(({ code, key, message }) => [code, key, message]), [
    ['invalid-type', undefined, 'must be a pair of a key and an origin, got an array'],
    ['invalid-type', undefined, `must be a pair of a key and an origin, got '${A}'`],
    ['invalid-type', undefined, 'must be a pair of a key and an origin, got 1'],
    ['invalid-type', undefined, 'must be a pair of a key and an origin, got null'],
    ['missing-scheme', 'b', "'nonsense' lacks a scheme; write 'https://nonsense'"]
  ])
  t.match(watched.warnings[0], / left out: must be a pair .*, got null; 'nonsense' lacks a scheme; write 'https:\/\/nonsense' \(of b\)$/)
  t.equal(watched.list.description, '3 origins of 2 keys, loaded 0 s ago')
})

t.test('a reason says whose list an item is in', async (t) => {
  const watched = new Watched({ acme: ['x'] }, { key: byHost })
  await watched.list.use(watched.user())
  t.strictSame(watched.warnings, ["The live origins in the plugin's options have items that are left out: 'x' lacks a scheme; write 'https://x' (of acme)"])
})

t.test('what is neither pairs nor lists is a load that fails', async (t) => {
  for (const [value, reason] of [
    [7, 'load must give pairs of a key and an origin, or an object of lists by key, got 7'],
    [{ acme: A }, `load must give an array of origins for 'acme', got '${A}'`]
  ] as const) {
    const watched = new Watched(value, { key: byHost, initial: { acme: [A] } })
    await watched.list.use(watched.user())
    await watched.origins.reload().catch((error: unknown) => { t.match(error, { message: `the live origins could not be loaded: ${reason}` }) })
    t.equal(watched.origins.has(A, 'acme'), true)
  }
})

t.test('a key that fails, or is none, allows nothing; what it throws goes to the error handler', async (t) => {
  let key: () => unknown = () => 'a.api.example'
  const { origins } = new Watched(TENANTS, { key: () => key() })
  const app = await boot({ origin: origins }, (app) => {
    app.setErrorHandler(async (error, _request, reply) => await reply.code(503).send((error as Error).message))
    app.patch('/u', { config: { cors: { origin: [APP, origins] } } }, handler)
  })
  t.strictSame(await seen(app, 'GET', '/u', { origin: A }), { status: 200, headers: { vary: 'Origin', 'access-control-allow-origin': A } })
  for (const wrong of [undefined, null, 7, {}, '', 'constructor']) {
    key = () => wrong
    t.strictSame(await seen(app, 'GET', '/u', { origin: A }), { status: 200, headers: { vary: 'Origin' } })
  }
  key = () => { throw new Error('no tenant') }
  t.strictSame(await seen(app, 'GET', '/u', { origin: A }), { status: 503, headers: { vary: 'Origin' } })
  t.strictSame(await seenPreflight(app, 'PUT', '/u', { origin: A }), { status: 503, headers: { vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers' } })
  t.strictSame(await seen(app, 'PATCH', '/u', { origin: APP }), { status: 200, headers: { vary: 'Origin', 'access-control-allow-origin': APP } }, 'a fixed one is not asked about')
  t.match(await app.cors.explain({ url: '/u', origin: A }), {
    allowed: false, code: 'ORIGIN_FUNCTION_FAILED', reason: "GET /u has live origins with a key function that failed (no tenant): it stands in the plugin's options"
  })
  t.match(await app.cors.explain({ method: 'PUT', url: '/u', origin: A }), { allowed: false, code: 'ORIGIN_FUNCTION_FAILED' })
  key = () => { throw undefined } // eslint-disable-line no-throw-literal
  t.match(await app.inject({ url: '/u', headers: { origin: A } }), { statusCode: 503, body: 'The key function of a live list failed' })
})

t.test('a preflight that two routes could be meant by fails with a key that fails', async (t) => {
  let fails = false
  const { origins } = new Watched(TENANTS, { key: () => { if (fails) throw new Error('no tenant'); return 'a.api.example' } })
  const app = await boot({ origin: APP }, (app) => {
    app.addConstraintStrategy({
      name: 'secret',
      storage: () => {
        const handlers = new Map<unknown, never>()
        return { get: (key) => handlers.get(key) ?? null, set: (key, value) => { handlers.set(key, value as never) } }
      },
      validate: () => true,
      mustMatchWhenDerived: false,
      deriveConstraint: ({ headers }) => headers['x-secret']
    })
    app.patch('/two', { constraints: { secret: 'a' }, config: { cors: { origin: origins } } }, handler)
    app.patch('/two', { constraints: { secret: 'b' }, config: { cors: { origin: async () => true } } }, handler)
    app.patch('/both', { constraints: { secret: 'a' }, config: { cors: { origin: origins } } }, handler)
    app.patch('/both', { constraints: { secret: 'b' }, config: { cors: { origin: [A, APP] } } }, handler)
  })
  const vary = 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers'
  for (const url of ['/two', '/both']) {
    fails = false
    t.strictSame(await seenPreflight(app, 'PATCH', url, { origin: A }), {
      status: 204, headers: { vary, 'access-control-allow-origin': A, 'access-control-allow-methods': 'PATCH' }
    })
    t.strictSame(await seenPreflight(app, 'PATCH', url, { origin: B }), { status: 204, headers: { vary } })
    fails = true
    t.strictSame(await seenPreflight(app, 'PATCH', url, { origin: A }), { status: 500, headers: { vary } })
  }
})

t.test('explain says whose list it has looked into', async (t) => {
  const { origins } = new Watched(TENANTS, { key: byHost })
  const app = await boot({ origin: origins })
  t.match(await app.cors.explain({ url: '/u', origin: A, host: 'b.api.example' }), {
    allowed: false,
    reason: `GET /u does not allow '${A}': it is not in the live list of 'b.api.example' (3 origins of 2 keys, loaded 0 s ago); origin stands in the plugin's options`
  })
  t.match(await app.cors.explain({ url: '/u', origin: A, host: 'a.api.example' }), { allowed: true })
})

t.test('each of two lists has a key of its own', async (t) => {
  const hosts = new Watched(TENANTS, { key: byHost })
  const plans = new Watched([['paid', APP]], { key: ({ headers }: { headers: Record<string, unknown> }) => headers['x-plan'], vary: 'X-Plan' })
  const app = await boot({ origin: [hosts.origins, plans.origins] })
  const vary = 'Origin, X-Plan'
  t.strictSame((await seen(app, 'GET', '/u', { origin: A, host: 'a.api.example' })).headers, { vary, 'access-control-allow-origin': A })
  t.strictSame((await seen(app, 'GET', '/u', { origin: APP, host: 'a.api.example', headers: { 'x-plan': 'paid' } })).headers, { vary, 'access-control-allow-origin': APP })
  t.strictSame((await seen(app, 'GET', '/u', { origin: APP, host: 'a.api.example' })).headers, { vary })
  t.match(await app.cors.explain({ url: '/u', origin: B, host: 'a.api.example' }), {
    reason: /: it is not in the live list of 'a\.api\.example' \(3 origins of 2 keys, loaded 0 s ago\), and it is not in the live list of undefined \(1 origin of 1 key, loaded 0 s ago\); /
  })
})

t.test('a list that has changed holds for an origin that asked right before, with and without a key', async (t) => {
  for (const key of [byHost, undefined]) {
    const { origins, source } = new Watched(key === undefined ? [A] : { 'a.api.example': [A] }, { key })
    const app = await boot({ origin: origins, credentials: true })
    const asked = { origin: A, host: 'a.api.example' }
    t.strictSame(await seen(app, 'GET', '/u', asked), withCredentials(A))
    source.value = key === undefined ? [B] : { 'a.api.example': [B] }
    await origins.reload()
    t.strictSame(await seen(app, 'GET', '/u', asked), { status: 200, headers: { vary: 'Origin' } })
    source.value = key === undefined ? [A] : { 'a.api.example': [A] }
    await origins.reload()
    t.strictSame(await seen(app, 'GET', '/u', asked), withCredentials(A))
    await app.close()
  }
})

t.test('nobody asks for the key of a request without an Origin', async (t) => {
  let asked = 0
  const { origins } = new Watched(TENANTS, { key: (request: { hostname: string }) => { asked++; return byHost(request) } })
  const app = await boot({ origin: origins, credentials: true })
  t.strictSame(await seen(app, 'GET', '/u', { host: 'a.api.example' }), { status: 200, headers: { vary: 'Origin' } })
  t.equal(asked, 0)
  t.strictSame(await seen(app, 'GET', '/u', { origin: A, host: 'a.api.example' }), withCredentials(A))
  t.equal(asked, 1)
})

t.test('what is insecure is allowed by a list without credentials alone, file:// too', async (t) => {
  const insecure = ['http://a.example', 'file://']
  const { origins } = new Watched([...insecure, 'http://localhost:8080', A])
  const app = await boot({ origin: origins, credentials: true }, (app) => {
    app.get('/open', { config: { cors: { credentials: false } } }, handler)
  })
  for (const origin of insecure) {
    t.strictSame(await seen(app, 'GET', '/u', { origin }), { status: 200, headers: { vary: 'Origin' } }, origin)
    t.strictSame(await seen(app, 'GET', '/open', { origin }), { status: 200, headers: { vary: 'Origin', 'access-control-allow-origin': origin } }, origin)
  }
  t.strictSame(await seen(app, 'GET', '/u', { origin: 'http://localhost:8080' }), withCredentials('http://localhost:8080'))
})
