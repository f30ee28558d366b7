import Fastify, { type FastifyRequest } from 'fastify'
import t from 'tap'

import cors, { type CorsPluginOptions } from '../../lib/index.ts'
import { APP, EVIL, seen, seenPreflight, send } from '../fixtures/requests.ts'
import { build, handler, OPTIONS, PARTNER, policies, select, under } from '../fixtures/select.ts'

const DEFAULT = { 'access-control-allow-origin': APP, vary: 'X-Policy' }
const OPEN = { 'access-control-allow-origin': '*', 'access-control-expose-headers': 'X-Total', vary: 'X-Policy' }
const ONE = { 'access-control-allow-origin': PARTNER, 'access-control-allow-credentials': 'true', vary: 'X-Policy' }
const DENIED = { vary: 'Origin, X-Policy' }
const ALLOWED = { 'access-control-allow-origin': PARTNER, ...DENIED }

const answers: Array<[policy: string | undefined, origin: string | undefined, status: number, headers: Record<string, string>]> = [
  [undefined, APP, 200, DEFAULT],
  [undefined, EVIL, 200, DEFAULT],
  [undefined, undefined, 200, DEFAULT],
  ['open', EVIL, 200, OPEN],
  ['open', undefined, 200, OPEN],
  ['one', PARTNER, 200, ONE],
  ['one', EVIL, 200, ONE],
  ['list', PARTNER, 200, ALLOWED],
  ['list', APP, 403, DENIED],
  ['list', undefined, 200, DENIED],
  ['asked', PARTNER, 200, ALLOWED],
  ['asked', APP, 200, DENIED],
  ['asked', undefined, 200, DENIED]
]

for (const [how, ask] of [['at once', select], ['later', async (request: FastifyRequest) => select(request)]] as const) {
  t.test(`a policy that is selected ${how} decides about requests`, async (t) => {
    const app = await build({ ...OPTIONS, select: ask } as CorsPluginOptions)
    for (const [policy, origin, status, headers] of answers) {
      const asked = { ...(origin !== undefined && { origin }), headers: under(policy) }
      t.strictSame(await seen(app, 'GET', '/x', asked), { status, headers }, `${policy} for ${origin}`)
      const notFound = { status: status === 200 ? 404 : status, headers }
      t.strictSame(await seen(app, 'GET', '/nothing', asked), notFound, `${policy} for ${origin}, 404`)
      t.strictSame(await seen(app, 'OPTIONS', '/x', asked), { status: status === 200 ? 204 : status, headers }, `${policy} for ${origin}, OPTIONS`)
    }
  })
}

t.test('errors carry the headers of the selected policy', async (t) => {
  const app = await build(OPTIONS, (app) => {
    app.get('/fails', async () => { throw new Error('no') })
    app.post('/checked', { schema: { body: { type: 'object', required: ['a'] } } }, handler)
  })
  t.strictSame(await seen(app, 'GET', '/fails', { headers: under('open') }), { status: 500, headers: OPEN })
  t.strictSame(await seen(app, 'POST', '/checked', { headers: under('one', { 'content-type': 'application/json' }) }), { status: 400, headers: ONE })
})

t.test('only routes that leave the policy open are asked about, once', async (t) => {
  const asked: string[] = []
  const app = await build({
    ...OPTIONS,
    select: ({ method, url }) => {
      asked.push(`${method} ${url}`)
      return 'open'
    }
  }, (app) => {
    app.get('/true', { config: { cors: true } }, handler)
    app.get('/block', { config: { cors: { maxAge: 5 } } }, handler)
    app.get('/named', { config: { cors: 'one' } }, handler)
    app.get('/named-block', { config: { cors: { policy: 'one', maxAge: 5 } } }, handler)
    app.get('/false', { config: { cors: false } }, handler)
    app.get('/passed-on', (_request, reply) => { reply.callNotFound() })
    app.options('/own', handler)
  })
  const paths = ['/true', '/block', '/named', '/named-block', '/false', '/passed-on', '/nothing', '/own']
  for (const path of paths) {
    await send(app, 'GET', path, { origin: APP })
    await send(app, 'OPTIONS', path, { origin: APP })
    await seenPreflight(app, 'GET', path)
  }
  // An OPTIONS request to /false is a 404, and one of the two to /own asks for a method that is not served.
  const counts = paths.map((path) => [path, asked.filter((entry) => entry === `GET ${path}`).length, asked.filter((entry) => entry === `OPTIONS ${path}`).length])
  t.strictSame(counts, [
    ['/true', 1, 2],
    ['/block', 1, 2],
    ['/named', 0, 1],
    ['/named-block', 0, 1],
    ['/false', 0, 1],
    ['/passed-on', 1, 2],
    ['/nothing', 1, 2],
    ['/own', 1, 2]
  ])
  t.strictSame(await seen(app, 'GET', '/named', { origin: EVIL }), { status: 200, headers: { 'access-control-allow-origin': PARTNER, 'access-control-allow-credentials': 'true' } })
  t.strictSame(await seen(app, 'GET', '/false', { origin: EVIL }), { status: 200, headers: {} })
})

t.test("a route's block refines the selected policy", async (t) => {
  const app = await build({ ...OPTIONS, exposedHeaders: 'X-Plugin' }, (app) => {
    app.get('/block', { config: { cors: { exposedHeaders: 'X-Block' } } }, handler)
  })
  const exposed = { 'access-control-expose-headers': 'X-Block' }
  t.strictSame(await seen(app, 'GET', '/block'), { status: 200, headers: { ...DEFAULT, ...exposed } })
  t.strictSame(await seen(app, 'GET', '/block', { headers: under('open') }), { status: 200, headers: { ...OPEN, ...exposed } })
  t.strictSame(await seen(app, 'GET', '/block', { headers: under('one') }), { status: 200, headers: { ...ONE, ...exposed } })
  t.strictSame(await seen(app, 'GET', '/x', { headers: under('one') }), { status: 200, headers: { ...ONE, 'access-control-expose-headers': 'X-Plugin' } })
})

t.test('with global: false only routes that opted in are asked about', async (t) => {
  const app = await build({ ...OPTIONS, global: false }, (app) => {
    app.get('/in', { config: { cors: true } }, handler)
    app.get('/block', { config: { cors: { exposedHeaders: 'X-Block' } } }, handler)
  })
  for (const path of ['/x', '/nothing']) {
    t.strictSame(await seen(app, 'GET', path, { origin: APP, headers: under('no such policy') }), { status: path === '/x' ? 200 : 404, headers: {} })
  }
  t.strictSame(await seen(app, 'GET', '/in', { headers: under('open') }), { status: 200, headers: OPEN })
  t.strictSame(await seen(app, 'GET', '/block', { headers: under('open') }), { status: 200, headers: { ...OPEN, 'access-control-expose-headers': 'X-Block' } })
  t.strictSame(await seen(app, 'OPTIONS', '/in', { headers: under('open') }), { status: 204, headers: {} })
})

/** What `select` may do that names no policy, and the message of the error. */
const failures: Array<[name: string, select: (request: FastifyRequest) => unknown, code: string | undefined, message: string]> = [
  ['names a policy that there is none of', () => 'opne', 'FST_ERR_CORS_UNKNOWN_POLICY', 'select named no policy'],
  ['promises one that there is none of', async () => 'constructor', 'FST_ERR_CORS_UNKNOWN_POLICY', 'select named no policy'],
  ['returns null', () => null, 'FST_ERR_CORS_UNKNOWN_POLICY', 'select named no policy'],
  ['returns a policy', () => ({ origin: '*' }), 'FST_ERR_CORS_UNKNOWN_POLICY', 'select named no policy'],
  ['throws', () => { throw new Error('no tenant') }, undefined, 'no tenant'],
  ['throws a text', () => { throw 'no tenant' }, undefined, 'no tenant'], // eslint-disable-line no-throw-literal
  ['rejects', async () => { throw new Error('no database') }, undefined, 'no database'],
  ['rejects with nothing', async () => await Promise.reject(undefined), undefined, 'The select function failed'], // eslint-disable-line prefer-promise-reject-errors
  ['returns what throws when it is looked at', () => ({ get then () { throw new Error('no then') } }), undefined, 'no then']
]

for (const [name, select, code, message] of failures) {
  t.test(`a function that ${name} grants nothing`, async (t) => {
    let runs = 0
    const app = await build({ ...OPTIONS, select } as CorsPluginOptions, (app) => {
      app.get('/counted', async () => { runs++ })
      app.setErrorHandler(async (error: Error & { code?: string }, _request, reply) => {
        await reply.code(500).headers({ 'access-control-allow-origin': '*', vary: 'X-Other' }).send({ code: error.code, message: error.message })
      })
    })
    const failed = { status: 500, headers: { vary: 'X-Other, X-Policy' } }
    t.strictSame(await seen(app, 'GET', '/counted', { origin: APP }), failed)
    t.strictSame(await seen(app, 'OPTIONS', '/counted', { origin: APP }), failed)
    t.strictSame(await seenPreflight(app, 'GET', '/counted'), failed)
    t.strictSame((await send(app, 'GET', '/counted')).json(), { ...(code !== undefined && { code }), message })
    t.equal(runs, 0)
  })
}

t.test('which name it was is in the log alone', async (t) => {
  for (const [selected, said] of [
    ['opne', "select named 'opne', which is no policy here"],
    [null, 'select must return the name of a policy, or undefined, got null']
  ] as const) {
    const lines: Array<{ err?: { message: string } }> = []
    const logger = { level: 'error', stream: { write: (line: string) => { lines.push(JSON.parse(line)) } } }
    const app = await build({ ...OPTIONS, select: () => selected } as unknown as CorsPluginOptions, undefined, { logger })
    const response = await send(app, 'GET', '/x', { origin: APP })
    t.strictSame(response.json(), { statusCode: 500, code: 'FST_ERR_CORS_UNKNOWN_POLICY', error: 'Internal Server Error', message: 'select named no policy' })
    t.strictSame(lines.map(({ err }) => err?.message), [`select named no policy: ${said}`])
  }
})

t.test('a promise that settles twice has the handler run once', async (t) => {
  let runs = 0
  const then = (resolve: (name: string) => void, reject: (error: Error) => void): void => {
    resolve('open')
    resolve('one')
    reject(new Error('too late'))
  }
  const app = await build({ ...OPTIONS, select: (() => ({ then })) as unknown as typeof select } as CorsPluginOptions, (app) => {
    app.get('/counted', async () => { runs++ })
  })
  t.strictSame(await seen(app, 'GET', '/counted'), { status: 200, headers: OPEN })
  t.equal(runs, 1)
})

t.test('who answers while the choice is being made grants nothing', async (t) => {
  const app = Fastify()
  app.addHook('onRequest', (_request, reply, done) => {
    setImmediate(() => { reply.code(503).header('access-control-allow-origin', '*').send() })
    done()
  })
  app.register(cors, { ...OPTIONS, select: async () => await new Promise<never>(() => {}) })
  t.strictSame(await seen(app, 'GET', '/x', { origin: APP }), { status: 503, headers: { vary: 'X-Policy' } })
})

const varies: Array<[vary: CorsPluginOptions['vary'], policy: string, expected: string | undefined]> = [
  [undefined, 'open', undefined],
  [[], 'open', undefined],
  ['', 'list', 'Origin'],
  [' X-Tenant ,x-tenant, X-Plan', 'open', 'X-Tenant, X-Plan'],
  [['X-Tenant', 'origin'], 'list', 'Origin, X-Tenant'],
  ['origin', 'open', 'origin']
]

for (const [vary, policy, expected] of varies) {
  t.test(`vary: ${JSON.stringify(vary)} and the policy ${policy} make Vary ${expected}`, async (t) => {
    const app = await build({ ...OPTIONS, vary } as CorsPluginOptions)
    t.equal((await seen(app, 'GET', '/x', { headers: under(policy) })).headers['vary'], expected)
  })
}

t.test('a handler, a hook and a raw response keep their Vary beside it', async (t) => {
  const app = await build({ ...OPTIONS, policies: { ...policies, raw: { origin: [APP, EVIL], rawHeaders: true } } }, (app) => {
    app.get('/vary', async (_request, reply) => await reply.header('vary', 'Accept, x-policy').send())
    app.get('/raw', (_request, reply) => {
      reply.hijack()
      reply.raw.setHeader('Vary', ['Accept'])
      reply.raw.end()
    })
    app.get('/copied', async ({ headers }, reply) => await reply.send({ headers, vary: reply.raw.getHeader('vary') }))
  })
  t.strictSame(await seen(app, 'GET', '/vary', { headers: under('list') }), { status: 200, headers: { vary: 'Accept, x-policy, Origin' } })
  t.strictSame(await seen(app, 'GET', '/raw', { headers: under('open') }), { status: 200, headers: { ...OPEN, vary: 'Accept, X-Policy' } })
  t.equal((await send(app, 'GET', '/copied', { headers: under('raw') })).json().vary, 'Origin, X-Policy')
})

t.test('tenants are told apart by their host', async (t) => {
  const app = await build({
    origin: false,
    policies: { acme: { origin: 'https://acme.example', credentials: true }, hooli: { origin: 'https://hooli.example' } },
    select: ({ hostname }) => ({ 'acme.api.example': 'acme', 'hooli.api.example': 'hooli' })[hostname]
  })
  const acme = { 'access-control-allow-origin': 'https://acme.example', 'access-control-allow-credentials': 'true' }
  t.strictSame(await seen(app, 'GET', '/x', { host: 'acme.api.example' }), { status: 200, headers: acme })
  t.strictSame(await seen(app, 'GET', '/x', { host: 'hooli.api.example' }), { status: 200, headers: { 'access-control-allow-origin': 'https://hooli.example' } })
  t.strictSame(await seen(app, 'GET', '/x', { host: 'other.example', origin: 'https://acme.example' }), { status: 200, headers: { vary: 'Origin' } })
  t.strictSame(await seenPreflight(app, 'GET', '/x', { host: 'acme.api.example', origin: 'https://acme.example' }), {
    status: 204,
    headers: { ...acme, 'access-control-allow-methods': 'GET, HEAD', vary: 'Access-Control-Request-Method, Access-Control-Request-Headers' }
  })
})

t.test('options are read once', async (t) => {
  const options = { origin: APP, policies: { open: { origin: '*' } }, select: () => 'open', vary: ['X-A'] }
  const app = await build(options as CorsPluginOptions)
  options.select = () => 'gone'
  options.vary.push('X-B')
  t.strictSame(await seen(app, 'GET', '/x'), { status: 200, headers: { 'access-control-allow-origin': '*', vary: 'X-A' } })
})

t.test('select sees the request, and nothing as this', async (t) => {
  let self: unknown = 'not called'
  const app = await build({
    ...OPTIONS,
    select (this: unknown, request: FastifyRequest) {
      self = this
      return request.query !== null && request.ip === '127.0.0.1' && request.server.prefix === '' ? 'open' : undefined
    }
  } as CorsPluginOptions)
  t.strictSame(await seen(app, 'GET', '/x?a=1'), { status: 200, headers: OPEN })
  t.equal(self, undefined)
})
