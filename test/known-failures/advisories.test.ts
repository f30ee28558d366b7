import { Writable } from 'node:stream'

import Fastify from 'fastify'

import cors from '../../lib/index.ts'
import { KnownFailures, appWith, refusalOf } from '../fixtures/known-failures.ts'
import { APP, EVIL, corsOf, seen, seenPreflight, send } from '../fixtures/requests.ts'

const failures = KnownFailures.advisories()

const METHODS = 'Access-Control-Request-Method'
const HEADERS = 'Access-Control-Request-Headers'
const PREFLIGHT_VARY = `Origin, ${METHODS}, ${HEADERS}`
const MIB = 1024 * 1024

const list = Object.freeze({ origin: [APP, 'https://admin.example.com'] as const, credentials: true })
const denied = Object.freeze({ status: 200, headers: { vary: 'Origin' } })
const deniedPreflight = Object.freeze({ status: 204, headers: { vary: PREFLIGHT_VARY } })
const allowed = (origin: string): unknown => ({
  status: 200,
  headers: { 'access-control-allow-credentials': 'true', 'access-control-allow-origin': origin, vary: 'Origin' }
})

failures.test('CVE-2017-11173', async (t) => {
  t.strictSame(await refusalOf({ origin: [/example\.com/] }), ['unanchored-regexp'])
  t.strictSame(await refusalOf({ origin: [/^https:\/\/example\.com/] }), ['unanchored-regexp'])
})

failures.test('CVE-2017-20146', async (t) => {
  const app = await appWith(t, list)
  for (const origin of [EVIL, `${APP}, ${EVIL}`, `${EVIL}, ${APP}`, `${APP} ${EVIL}`, '*']) {
    t.strictSame(await seen(app, 'GET', '/', { origin }), denied, origin)
    t.strictSame(await seenPreflight(app, 'PUT', '/', { origin }), deniedPreflight, origin)
  }
  t.strictSame(await seen(app, 'GET', '/', { origin: APP }), allowed(APP))
})

failures.test('CVE-2018-8014', async (t) => {
  const app = await appWith(t, {})
  t.strictSame(await seen(app, 'GET', '/', { origin: EVIL }), { status: 200, headers: { 'access-control-allow-origin': '*' } })
  t.strictSame(await refusalOf({ origin: '*', credentials: true }), ['wildcard-with-credentials'])
})

failures.test('CVE-2018-20744', async (t) => {
  const app = await appWith(t, { origin: '*' })
  for (const origin of [EVIL, 'null', 'x']) {
    t.strictSame(await seen(app, 'GET', '/', { origin }), { status: 200, headers: { 'access-control-allow-origin': '*' } }, origin)
  }
})

failures.test('CVE-2019-9580', async (t) => {
  const app = await appWith(t, list)
  for (const origin of [EVIL, 'null']) t.strictSame(await seen(app, 'GET', '/', { origin }), denied, origin)
})

failures.test('CVE-2019-25211', async (t) => {
  for (const origin of ['https://example.com/*', 'http://localhost/*', 'https://*']) t.strictSame(await refusalOf({ origin: [origin] }), ['invalid-pattern'], origin)
  t.strictSame(await refusalOf({ origin: ['https://example.com*'], credentials: true }), ['public-suffix'])
})

for (const [id, url] of [['CVE-2020-25032', '/public/../private'], ['CVE-2024-6844', '/a+b'], ['CVE-2024-6866', '/PRIVATE']] as const) {
  failures.test(id, async (t) => {
    const app = Fastify()
    t.teardown(async () => { await app.close() })
    await app.register(cors, { origin: false })
    const handler = async (): Promise<string> => 'ok'
    app.get('/public/*', { config: { cors: { origin: '*' } } }, handler)
    app.get('/private', handler)
    app.get('/a b', { config: { cors: { origin: '*' } } }, handler)
    app.get('/a+b', handler)
    // The way that a client of its own writes it: `inject` would resolve the dots.
    const response = await app.inject({ method: 'GET', url: { pathname: url }, headers: { origin: EVIL } })
    const reached = await app.inject({ method: 'GET', url: { pathname: url } })
    t.equal(response.statusCode, reached.statusCode)
    t.notOk('access-control-allow-origin' in response.headers)
    for (const asked of [url, url.toLowerCase()]) {
      const { headers } = await seenPreflight(app, 'GET', asked, { origin: EVIL })
      t.notOk('access-control-allow-origin' in headers, asked)
    }
  })
}

failures.test('CVE-2021-39185', async (t) => {
  t.strictSame(await refusalOf({ origin: true, credentials: true }), ['wildcard-with-credentials'])
  const app = await appWith(t, { origin: true })
  t.strictSame(await seen(app, 'GET', '/', { origin: 'null' }), denied)
})

failures.test('CVE-2022-1996', async (t) => {
  const app = await appWith(t, { origin: ['https://example.com', 'https://other.example'], credentials: true })
  for (const origin of ['https://example-com', 'https://examplexcom', 'https://example.com.evil.example', 'https://evil.example/https://example.com']) {
    t.strictSame(await seen(app, 'GET', '/', { origin }), denied, origin)
  }
})

for (const [id, headers] of [
  ['CVE-2022-4147', { 'content-type': 'text/plain' }],
  ['CVE-2022-41919', { 'content-type': 'application/json; , text/plain' }],
  ['CVE-2024-23639', { 'content-type': 'application/x-www-form-urlencoded', host: 'localhost:3000' }]
] as const) {
  failures.test(id, async (t) => {
    const app = Fastify()
    t.teardown(async () => { await app.close() })
    await app.register(cors, { origin: APP, enforce: true })
    let calls = 0
    app.addContentTypeParser('*', (request, payload, done) => { done(null) })
    app.post('/', async () => { calls++; return 'ok' })
    for (const origin of [EVIL, 'null']) {
      const response = await app.inject({ method: 'POST', url: '/', headers: { host: 'api.example.com', origin, ...headers }, payload: 'x' })
      t.strictSame(corsOf(response), { status: 403, headers: { 'access-control-allow-origin': APP, vary: 'Origin' } })
    }
    t.equal(calls, 0)
    // What Fastify makes of the content type is another matter.
    const { statusCode } = await app.inject({ method: 'POST', url: '/', headers: { host: 'api.example.com', origin: APP, ...headers }, payload: 'x' })
    t.equal(statusCode, id === 'CVE-2022-41919' ? 400 : 200)
  })
}

for (const id of ['CVE-2023-28109', 'CVE-2024-27302']) {
  failures.test(id, async (t) => {
    const app = await appWith(t, { origin: ['https://example.com', 'https://*.example.com'], credentials: true })
    for (const origin of ['https://evil-example.com', 'https://evilexample.com', 'https://a.evilexample.com', 'https://.example.com']) {
      t.strictSame(await seen(app, 'GET', '/', { origin }), denied, origin)
    }
    for (const origin of ['https://example.com', 'https://a.example.com']) t.strictSame(await seen(app, 'GET', '/', { origin }), allowed(origin), origin)
  })
}

failures.test('CVE-2023-49803', async (t) => {
  const app = await appWith(t, undefined)
  t.strictSame(await seen(app, 'GET', '/', { origin: EVIL }), { status: 200, headers: { 'access-control-allow-origin': '*' } })
})

failures.test('CVE-2024-1681', async (t) => {
  let log = ''
  const stream = new Writable({ write (chunk, encoding, done) { log += String(chunk); done() } })
  const app = Fastify({ logger: { level: 'debug', stream } })
  t.teardown(async () => { await app.close() })
  await app.register(cors, { origin: [APP, 'https://admin.example.com'] })
  app.get('/*', async () => 'ok')
  await app.inject({ method: 'GET', url: '/%0d%0a{"level":50}', headers: { origin: 'https://evil.example\u2028"x' } })
  await app.inject({ method: 'OPTIONS', url: '/%0d%0aforged', headers: { origin: EVIL, [METHODS]: 'GET', [HEADERS]: 'x, "y' } })
  const lines = log.split('\n').filter((line) => line !== '')
  t.ok(lines.length > 2)
  for (const line of lines) t.equal(typeof JSON.parse(line).level, 'number', line)
})

failures.test('CVE-2024-6221', async (t) => {
  const app = await appWith(t, { origin: APP })
  const { headers } = await send(app, 'OPTIONS', '/', {
    origin: APP,
    headers: { [METHODS]: 'GET', 'access-control-request-private-network': 'true', 'access-control-request-local-network': 'true' }
  })
  t.notOk(Object.keys(headers).some((name) => name.includes('network')))
})

failures.test('CVE-2024-6839', async (t) => {
  const app = Fastify()
  t.teardown(async () => { await app.close() })
  await app.register(cors, { origin: false })
  app.get('/files/*', { config: { cors: { origin: '*' } } }, async () => 'ok')
  app.get('/files/:id', async () => 'ok')
  app.get('/files/secret', { config: { cors: { origin: APP, credentials: true } } }, async () => 'ok')
  t.strictSame(await seen(app, 'GET', '/files/a/b', { origin: EVIL }), { status: 200, headers: { 'access-control-allow-origin': '*' } })
  t.strictSame(await seen(app, 'GET', '/files/a', { origin: EVIL }), denied)
  t.strictSame(await seen(app, 'GET', '/files/secret', { origin: EVIL }), {
    status: 200, headers: { 'access-control-allow-origin': APP, 'access-control-allow-credentials': 'true' }
  })
})

failures.test('CVE-2024-25124', async (t) => {
  t.strictSame(await refusalOf({ origin: '*', credentials: true }), ['wildcard-with-credentials'])
  t.strictSame(await refusalOf({ origin: APP, credentials: true }, { origin: '*' }), ['wildcard-with-credentials'])
  t.strictSame(await refusalOf({ origin: '*' }, { credentials: true }), ['wildcard-with-credentials'])
})

failures.test('CVE-2025-34291', async (t) => {
  t.strictSame(await refusalOf({ origin: true, credentials: true }), ['wildcard-with-credentials'])
  t.strictSame(await refusalOf({ origin: [/^.*$/], credentials: true }), ['broad-regexp'])
})

for (const [id, value] of [['CVE-2025-47908', ','.repeat(MIB)], ['GHSA-8j4g-w8fx-2239', `x${' '.repeat(MIB)}x`]] as const) {
  failures.test(id, async (t) => {
    const app = await appWith(t, { ...list, methods: ['PUT'] })
    t.strictSame(await seenPreflight(app, 'PUT', '/', { headers: { [HEADERS]: value } }), {
      status: 204,
      headers: {
        'access-control-allow-credentials': 'true',
        'access-control-allow-methods': 'PUT',
        'access-control-allow-origin': APP,
        vary: PREFLIGHT_VARY
      }
    })
  })
}

failures.test('CVE-2026-41135', async (t) => {
  const app = await appWith(t, list)
  const listeners = (): number => app.server.eventNames().reduce((sum, name) => sum + app.server.listenerCount(name), 0)
  const before = listeners()
  const routes = app.cors.routes().length
  for (let request = 0; request < 100; request++) await seen(app, 'GET', '/', { origin: APP })
  t.equal(listeners(), before)
  t.equal(app.cors.routes().length, routes)
  t.strictSame(await seen(app, 'GET', '/', { origin: APP }), allowed(APP))
})

failures.test('CVE-2026-54290', async (t) => {
  t.strictSame(await refusalOf({ credentials: true }), ['wildcard-with-credentials'])
})

failures.test('GHSA-972r-f3fv-whm3', async (t) => {
  t.strictSame(await refusalOf({ origin: '*', credentials: true }), ['wildcard-with-credentials'])
})

failures.test('GHSA-q7jf-gf43-6x6p', async (t) => {
  const app = await appWith(t, list)
  t.strictSame(await seen(app, 'GET', '/', { origin: APP, headers: { vary: 'X-Evil, *' } }), allowed(APP))
})

for (const id of ['GHSA-v84h-653v-4pq9', 'GHSA-vhxv-fg4m-p2w8']) {
  failures.test(id, async (t) => {
    for (const origin of [['https://foo.com', 'https://bar.com'], ['https://*.foo.com', 'https://*.bar.com'], ['https://*.o.com', 'https://*.oo.com', 'https://foo.com']]) {
      const app = await appWith(t, { origin, credentials: true })
      for (const other of ['https://barfoo.com', 'https://foobar.com', 'https://a.barfoo.com', 'https://oo.com', 'https://.com']) {
        t.strictSame(await seen(app, 'GET', '/', { origin: other }), denied, other)
      }
    }
  })
}

failures.test('docker/model-runner#270', async (t) => {
  t.strictSame(await refusalOf({ origin: [] }), ['credentials-without-origin'])
  t.strictSame(await refusalOf({ origin: [], credentials: true }), ['credentials-without-origin'])
  t.strictSame(await refusalOf({ origin: '' }), ['missing-scheme'])
})

failures.test('expressjs/cors#408', async (t) => {
  t.strictSame(await refusalOf({ origin: [/example\.com$/] }), ['unanchored-regexp'])
  t.strictSame(await refusalOf({ origin: [/^https?:\/\/(.+\.)?example.com$/], credentials: true }), ['broad-regexp'])
})

failures.test('gorilla/handlers#248', async (t) => {
  const app = await appWith(t, list)
  t.strictSame(await seen(app, 'GET', '/', { origin: EVIL }), denied)
  t.strictSame(await seen(app, 'GET', '/'), denied)
  t.strictSame(await seen(app, 'GET', '/', { origin: APP }), allowed(APP))
})

failures.test('hapijs/hapi#2840', async (t) => {
  const app = Fastify()
  t.teardown(async () => { await app.close() })
  await app.register(cors, { origin: '*' })
  app.get('/', async () => 'ok')
  app.delete('/', { config: { cors: { origin: APP, credentials: true } } }, async () => 'ok')
  t.strictSame(await seenPreflight(app, 'DELETE', '/', { origin: EVIL }), {
    status: 204,
    headers: {
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'DELETE',
      'access-control-allow-origin': APP,
      vary: `${METHODS}, ${HEADERS}`
    }
  })
})

failures.test('honojs/hono#5235', async (t) => {
  const app = Fastify()
  t.teardown(async () => { await app.close() })
  app.addHook('onRequest', async (request, reply) => { reply.header('vary', 'Accept-Encoding') })
  await app.register(cors, list)
  app.put('/', async () => 'ok')
  const { vary } = (await seenPreflight(app, 'PUT', '/', { origin: APP })).headers
  t.strictSame(String(vary).split(', ').sort(), ['Accept-Encoding', HEADERS, METHODS, 'Origin'])
})

for (const id of ['middyjs/middy#1263', 'rs/cors#198']) {
  failures.test(id, async (t) => {
    const app = Fastify()
    t.teardown(async () => { await app.close() })
    await app.register(cors, list)
    app.get('/', async (request, reply) => {
      reply.header('access-control-allow-origin', EVIL).header('vary', 'X-Evil').removeHeader('access-control-allow-credentials')
      const headers = reply.getHeaders()
      for (const name of Object.keys(headers)) headers[name as 'vary'] = EVIL
      return 'ok'
    })
    app.get('/next', async () => 'ok')
    await send(app, 'GET', '/', { origin: APP })
    t.strictSame(await seen(app, 'GET', '/next', { origin: APP }), allowed(APP))
    t.strictSame(await seen(app, 'GET', '/next', { origin: EVIL }), denied)
  })
}

failures.test('spring-projects/spring-framework#26490', async (t) => {
  const app = Fastify()
  t.teardown(async () => { await app.close() })
  await app.register(cors, { origin: false })
  app.route({ method: 'GET', url: '/', constraints: { version: '1.0.0' }, config: { cors: { origin: '*' } }, handler: async () => 'one' })
  app.route({ method: 'GET', url: '/', constraints: { version: '2.0.0' }, config: { cors: { origin: APP } }, handler: async () => 'two' })
  const { headers } = await seenPreflight(app, 'GET', '/', { origin: EVIL })
  t.not(headers['access-control-allow-origin'], '*')
  t.not(headers['access-control-allow-origin'], EVIL)
})

failures.test('istio/istio#59026', async (t) => {
  const app = await appWith(t, { origin: 'https://*.example.com', credentials: true })
  for (const part of ['evil.example/', 'evil.example#', 'evil.example?', 'evil.example\\', 'evil.example,', 'a b', 'a@', 'a:1', '\t']) {
    const origin = `https://${part}.example.com`
    t.strictSame(await seen(app, 'GET', '/', { origin }), denied, origin)
  }
})

failures.test('adamchainz/django-cors-headers#701', async (t) => {
  const app = await appWith(t, list)
  for (const origin of ['https://[::1', 'https://[', '://', '%', 'https://%', 'http:', 'https://a:b:c', '\u00e9']) {
    t.strictSame(await seen(app, 'GET', '/', { origin }), denied, origin)
    t.strictSame(await seenPreflight(app, 'PUT', '/', { origin }), deniedPreflight, origin)
  }
})

failures.test('elysiajs/elysia-cors', async (t) => {
  const app = await appWith(t, list)
  for (const origin of ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'length', '0']) {
    t.strictSame(await seen(app, 'GET', '/', { origin }), denied, origin)
  }
})

failures.end()
