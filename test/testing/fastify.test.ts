import Fastify from 'fastify'
import t from 'tap'
import { PreflightCache, assertBlocked, assertReadable, simulate } from '../../lib/browser/index.ts'
import { page } from '../fixtures/server.ts'
import type { FastifyInstance } from 'fastify'
import type { Test } from 'tap'

/** An app with CORS by hand, as users write it. */
function app (t: Test): FastifyInstance {
  const app = Fastify()
  t.teardown(async () => await app.close())
  app.addHook('onRequest', async (request, reply) => {
    reply.header('access-control-allow-origin', page)
    reply.header('access-control-allow-credentials', 'true')
    reply.header('vary', 'Origin')
    if (request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined) {
      reply.header('access-control-allow-methods', 'PUT, PATCH')
      reply.header('access-control-max-age', '60')
      return await reply.code(204).send()
    }
  })
  app.options('*', async () => '')
  app.get('/orders', async (_request, reply) => reply.header('x-total', '2').send([1, 2]))
  app.put('/orders/1', async (request) => ({ body: request.body, origin: request.headers.origin, host: request.host }))
  app.patch('/orders/1', async () => 'patched')
  app.get('/login', async (_request, reply) => reply.header('set-cookie', ['a=1', 'b=2']).send('in'))
  return app
}

t.test('a readable answer, with the headers that the page sees', async (t) => {
  const seen = await simulate(app(t), { from: page, url: '/orders?page=1', credentials: 'include' })
  assertReadable(seen)
  t.equal(seen.status, 200)
  t.equal(seen.type, 'cors')
  t.equal(seen.url, 'http://localhost/orders?page=1')
  t.same(seen.headers, { 'content-length': '5', 'content-type': 'application/json; charset=utf-8' })
  t.same(seen.hiddenHeaders, [
    'access-control-allow-credentials', 'access-control-allow-origin', 'connection', 'date', 'vary', 'x-total'
  ])
  t.equal(await seen.text(), '[1,2]')
  t.equal(await seen.text(), '[1,2]')
})

t.test('the issue\'s own example is blocked for its content-type', async (t) => {
  const seen = await simulate(app(t), {
    from: page, method: 'PUT', url: '/orders/1', headers: { 'content-type': 'application/json' }, credentials: 'include', body: '{}'
  })
  t.equal(seen.verdict, 'blocked')
  t.same(seen.reason, {
    code: 'HEADER_NOT_ALLOWED',
    url: 'http://localhost/orders/1',
    header: 'content-type',
    message: 'The preflight of http://localhost/orders/1 does not allow the header content-type (it has no ' +
      'Access-Control-Allow-Headers); list it there (option allowedHeaders).',
    step: 'CORS-preflight fetch',
    hop: 0
  })
  t.same(seen.trace.map(({ method, why, answer }) => [method, why, answer?.status]), [
    ['OPTIONS', 'preflight: the method PUT is not safelisted; not safelisted headers: content-type', 204]
  ])
  assertBlocked(seen, 'HEADER_NOT_ALLOWED')
})

t.test('the body and the headers reach the handler', async (t) => {
  const instance = app(t)
  const seen = await simulate(instance, { from: page, method: 'PUT', url: 'http://api.localhost:3000/orders/1', body: 'hällo' })
  t.same(JSON.parse(await seen.text()), { body: 'hällo', origin: page, host: 'api.localhost:3000' })
})

t.test('Node refuses a method in the wrong case, before the app', async (t) => {
  const lenient = Fastify()
  lenient.addHook('onRequest', async (request, reply) => {
    reply.header('access-control-allow-origin', '*').header('access-control-allow-methods', '*')
    if (request.method === 'OPTIONS') return await reply.send('')
  })
  lenient.patch('/', async () => 'patched')
  assertReadable(await simulate(lenient, { from: page, url: '/', method: 'PATCH' }))
  const seen = await simulate(lenient, { from: page, url: '/', method: 'patch' })
  assertBlocked(seen, 'ACAO_MISSING')
  t.same(seen.trace.map(({ method, answer }) => [method, answer?.status]), [['OPTIONS', 200], ['patch', 400]])
})

t.test('a doubled header stays doubled', async (t) => {
  const doubled = Fastify()
  doubled.get('/array', async (_request, reply) => reply.header('access-control-allow-origin', [page, page]).send('x'))
  doubled.get('/raw', (_request, reply) => {
    reply.hijack()
    reply.raw.writeHead(200, { 'Access-Control-Allow-Origin': ['*', page] })
    reply.raw.end('x')
  })
  doubled.get('/append', (_request, reply) => {
    reply.hijack()
    reply.raw.appendHeader('access-control-allow-origin', '*')
    reply.raw.appendHeader('access-control-allow-origin', '*')
    reply.raw.end('x')
  })
  for (const [url, value] of [['/array', `${page}, ${page}`], ['/raw', `*, ${page}`], ['/append', '*, *']]) {
    const seen = await simulate(doubled, { from: page, url: url as string })
    assertBlocked(seen, 'ACAO_MULTIPLE')
    t.equal(seen.reason?.value, value)
  }
})

t.test('the page of the app itself sees everything but Set-Cookie', async (t) => {
  const seen = await simulate(app(t), { from: 'http://localhost', url: '/login' })
  assertReadable(seen)
  t.equal(seen.type, 'basic')
  t.same(seen.hiddenHeaders, ['set-cookie'])
  t.match(seen.trace[0]?.answer?.headers.filter(([name]) => name === 'set-cookie'), [['set-cookie', 'a=1'], ['set-cookie', 'b=2']])
})

t.test('a cache passed along saves the second preflight', async (t) => {
  const cache = new PreflightCache()
  const instance = app(t)
  const requests = []
  for (const method of ['PUT', 'PATCH', 'PUT']) {
    const seen = await simulate(instance, { from: page, url: '/orders/1', method }, { cache })
    assertReadable(seen)
    requests.push(seen.trace.map((entry) => entry.method).join())
  }
  t.same(requests, ['OPTIONS,PUT', 'PATCH', 'PUT'])
})

t.test('a stream of events without an end opens, and is closed when the page is done', async (t) => {
  const events = Fastify()
  const closed = new Promise<void>((resolve) => {
    events.get('/events', (request, reply) => {
      reply.hijack()
      const timer = setInterval(() => reply.raw.write('data: tick\n\n'), 1)
      request.raw.once('close', () => {
        clearInterval(timer)
        resolve()
      })
      reply.raw.writeHead(200, { 'content-type': 'text/event-stream', 'access-control-allow-origin': page })
    })
  })
  const seen = await simulate(events, { from: page, url: '/events', api: 'eventsource' })
  t.equal(seen.event, 'open')
  await closed
})

t.test('a connection that is cut is a failure of the network', async (t) => {
  const cut = Fastify()
  cut.get('/', (_request, reply) => {
    reply.hijack()
    reply.raw.destroy()
  })
  cut.options('/', (_request, reply) => {
    reply.hijack()
    reply.raw.destroy()
  })
  assertBlocked(await simulate(cut, { from: page, url: '/' }), 'NETWORK')
  const seen = await simulate(cut, { from: page, url: '/', method: 'DELETE' })
  assertBlocked(seen, 'PREFLIGHT_NETWORK')
  t.match(seen.reason?.message, /got no answer \(response destroyed before completion\)/)
})

t.test('an https URL is that of a proxy in front', async (t) => {
  const proxied = Fastify({ trustProxy: true })
  proxied.get('/', async ({ protocol, host }) => `${protocol}://${host}`)
  const secure = await simulate(proxied, { from: 'https://api.example.com', url: 'https://api.example.com/' })
  t.equal(await secure.text(), 'https://api.example.com')
  const plain = await simulate(proxied, { from: 'http://localhost:3000', url: '/' }, { base: 'http://localhost:3000' })
  t.equal(await plain.text(), 'http://localhost:3000')
})

t.test('apps behind several origins', async (t) => {
  const login = Fastify()
  login.get('/', async (_request, reply) => reply.header('access-control-allow-origin', '*').send('login'))
  const home = Fastify()
  home.get('/', async (_request, reply) =>
    reply.header('access-control-allow-origin', '*').redirect('https://login.example.com/'))
  const options = { servers: { 'https://login.example.com': login } }
  const seen = await simulate(home, { from: page, url: '/' }, options)
  t.equal(await seen.text(), 'login')
  t.equal(seen.redirected, true)
  assertBlocked(await simulate(home, { from: page, url: '/' }), 'NO_SERVER')
})
