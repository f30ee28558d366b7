import { channel } from 'node:diagnostics_channel'

import Fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify'
import t from 'tap'

import cors, { type CorsDecision } from '../../lib/index.ts'
import { Watched } from '../fixtures/live.ts'
import { APP, EVIL, send, sendPreflight } from '../fixtures/requests.ts'

const handler = async (): Promise<string> => 'ok'

function declare (app: FastifyInstance): void {
  app.register(cors, { origin: [APP], enforce: false, allowedHeaders: ['X-A'] })
  app.get('/x', handler)
  app.put('/x', { config: { cors: { origin: [APP, 'https://other.example'], methods: ['GET'] } } }, handler)
  app.delete('/x', { config: { cors: false } }, handler)
  app.patch('/x', { config: { cors: { allowedHeaders: '*' } } }, handler)
  app.get('/any', { config: { cors: { origin: '*', allowedHeaders: true } } }, handler)
  app.route({ method: ['GET', 'POST'], url: '/enforced', config: { cors: { enforce: true } }, handler })
  app.post('/lenient', handler)
  app.get('/asked', { config: { cors: { origin: async (origin) => origin === APP } } }, handler)
  app.get('/failing', { config: { cors: { origin: async () => { throw new Error('no database') } } } }, handler)
}

type Ask = (app: FastifyInstance) => Promise<unknown>

const asks: ReadonlyArray<readonly [name: string, ask: Ask, expected: ReadonlyArray<readonly [kind: string, code: string, method: string, header?: string]>]> = [
  ['no origin', async (app) => await send(app, 'GET', '/x'), []],
  ['an empty origin', async (app) => await send(app, 'GET', '/x', { origin: '' }), []],
  ['an empty origin that is refused', async (app) => await send(app, 'GET', '/enforced', { origin: '' }), [['request', 'ORIGIN_NOT_ALLOWED', 'GET']]],
  ['a route without CORS', async (app) => await send(app, 'DELETE', '/x', { origin: EVIL }), []],
  ['an allowed request', async (app) => await send(app, 'GET', '/x', { origin: APP }), [['request', 'ALLOWED', 'GET']]],
  ['a request that everyone may make', async (app) => await send(app, 'GET', '/any', { origin: EVIL }), [['request', 'ALLOWED', 'GET']]],
  ['a refused request', async (app) => await send(app, 'GET', '/x', { origin: EVIL }), [['request', 'ORIGIN_NOT_ALLOWED', 'GET']]],
  ['a request of the server itself whose function fails', async (app) => await send(app, 'GET', '/failing', { origin: 'http://api.example.com' }), [['request', 'ORIGIN_FUNCTION_FAILED', 'GET']]],
  ['a refused 404', async (app) => await send(app, 'GET', '/nothing', { origin: EVIL }), [['request', 'ORIGIN_NOT_ALLOWED', 'GET']]],
  ['a request of the server itself', async (app) => await send(app, 'GET', '/x', { origin: 'http://api.example.com' }), [['request', 'ALLOWED', 'GET']]],
  ['a request of the own page, which hides it', async (app) => await send(app, 'POST', '/enforced', { origin: 'null', headers: { 'sec-fetch-site': 'same-origin' } }), [['request', 'ALLOWED', 'POST']]],
  ['a request of the own page, whose host a proxy hides', async (app) => await send(app, 'GET', '/x', { origin: EVIL, headers: { 'sec-fetch-site': 'same-origin' } }), [['request', 'ALLOWED', 'GET']]],
  ['a request without an origin from another site', async (app) => await send(app, 'GET', '/enforced', { headers: { 'sec-fetch-site': 'cross-site' } }), []],
  ['a request without an origin that is refused', async (app) => await send(app, 'POST', '/enforced', { headers: { 'sec-fetch-site': 'cross-site' } }), [['request', 'ORIGIN_NOT_ALLOWED', 'POST']]],
  ['a request without an origin that is not refused', async (app) => await send(app, 'POST', '/lenient', { headers: { 'sec-fetch-site': 'cross-site' } }), []],
  ['a request refused by enforce', async (app) => await send(app, 'GET', '/enforced', { origin: EVIL }), [['request', 'ORIGIN_NOT_ALLOWED', 'GET']]],
  ['a request refused by a function', async (app) => await send(app, 'GET', '/asked', { origin: EVIL }), [['request', 'ORIGIN_NOT_ALLOWED', 'GET']]],
  ['a request whose function fails', async (app) => await send(app, 'GET', '/failing', { origin: EVIL }), [['request', 'ORIGIN_FUNCTION_FAILED', 'GET']]],
  ['another OPTIONS request', async (app) => await send(app, 'OPTIONS', '/x', { origin: EVIL }), [['request', 'ORIGIN_NOT_ALLOWED', 'OPTIONS']]],
  ['an allowed preflight', async (app) => await sendPreflight(app, 'GET', '/x', { headers: { 'access-control-request-headers': 'x-a' } }), [['preflight', 'ALLOWED', 'GET']]],
  ['a preflight for what a star grants', async (app) => await sendPreflight(app, 'PATCH', '/x', { headers: { 'access-control-request-headers': 'x-any' } }), [['preflight', 'ALLOWED', 'PATCH']]],
  ['a reflecting preflight', async (app) => await sendPreflight(app, 'GET', '/any', { headers: { 'access-control-request-headers': 'x-b,authorization' } }), [['preflight', 'ALLOWED', 'GET']]],
  ['a refused preflight', async (app) => await sendPreflight(app, 'GET', '/x', { origin: EVIL }), [['preflight', 'ORIGIN_NOT_ALLOWED', 'GET']]],
  ['a preflight refused by a list', async (app) => await sendPreflight(app, 'PUT', '/x', { origin: EVIL }), [['preflight', 'ORIGIN_NOT_ALLOWED', 'PUT']]],
  ['a preflight refused by a function', async (app) => await sendPreflight(app, 'GET', '/asked', { origin: EVIL }), [['preflight', 'ORIGIN_NOT_ALLOWED', 'GET']]],
  ['a preflight whose function fails', async (app) => await sendPreflight(app, 'GET', '/failing'), [['preflight', 'ORIGIN_FUNCTION_FAILED', 'GET']]],
  ['a preflight for a route without CORS', async (app) => await sendPreflight(app, 'DELETE', '/x'), [['preflight', 'NO_CORS', 'DELETE']]],
  ['a preflight for a method left out', async (app) => await sendPreflight(app, 'PUT', '/x'), [['preflight', 'METHOD_NOT_ALLOWED', 'PUT']]],
  ['a preflight for a method that is not served', async (app) => await sendPreflight(app, 'PURGE', '/x'), [['preflight', 'METHOD_NOT_ALLOWED', 'PURGE']]],
  ['a preflight with a header that is not granted', async (app) => await sendPreflight(app, 'GET', '/x', { headers: { 'access-control-request-headers': 'x-a, X-Other' } }),
    [['preflight', 'HEADER_NOT_ALLOWED', 'GET', 'x-other']]],
  ["a preflight with a header that '*' does not cover", async (app) => await sendPreflight(app, 'PATCH', '/x', { headers: { 'access-control-request-headers': 'authorization,x-b' } }),
    [['preflight', 'HEADER_NOT_ALLOWED', 'PATCH', 'authorization']]],
  ['a preflight with two headers that are not granted', async (app) => await sendPreflight(app, 'GET', '/x', { headers: { 'access-control-request-headers': 'accept-x,authorization' } }),
    [['preflight', 'HEADER_NOT_ALLOWED', 'GET', 'authorization']]]
]

for (const [name, ask, expected] of asks) {
  t.test(`a subscriber of the channel learns of ${name}`, async (t) => {
    const app = Fastify()
    declare(app)
    await app.ready()
    const told: CorsDecision[] = []
    const listen = (message: unknown): void => { told.push(message as CorsDecision) }
    channel('fastify-route-cors:decision').subscribe(listen)
    await ask(app)
    await app.cors.explain({ url: '/x', origin: EVIL })
    channel('fastify-route-cors:decision').unsubscribe(listen)
    t.strictSame(told.map(({ kind, code, method, header }) => header === undefined ? [kind, code, method] : [kind, code, method, header]), expected)
    for (const { allowed, code, request } of told) {
      t.equal(allowed, code === 'ALLOWED')
      t.equal(request.server.prefix, '')
    }
  })

  t.test(`the log tells ${expected.some(([, code]) => code !== 'ALLOWED' && code !== 'ORIGIN_FUNCTION_FAILED') ? 'of' : 'nothing of'} ${name}`, async (t) => {
    const lines: Array<Record<string, unknown>> = []
    const app = Fastify({ logger: { level: 'debug', stream: { write: (line: string) => { lines.push(JSON.parse(line)) } } } })
    declare(app)
    await app.ready()
    await ask(app)
    await app.cors.explain({ url: '/x', origin: EVIL })
    const refusals = expected.filter(([, code]) => code !== 'ALLOWED' && code !== 'ORIGIN_FUNCTION_FAILED')
    const logged = lines.filter(({ level }) => level === 20)
    t.strictSame(logged.map(({ msg, code, method, header }) => [msg, code, method, header]), refusals.map(
      ([kind, code, method, header]) => [`CORS ${kind} not allowed: ${code}`, code, method, header]
    ))
  })
}

t.test('the channel and the log say what a request was refused for', async (t) => {
  const lines: Array<Record<string, unknown>> = []
  const app = Fastify({ logger: { level: 'debug', stream: { write: (line: string) => { lines.push(JSON.parse(line)) } } } })
  declare(app)
  await app.ready()
  const told: CorsDecision[] = []
  const listen = (message: unknown): void => { told.push(message as CorsDecision) }
  channel('fastify-route-cors:decision').subscribe(listen)
  await send(app, 'POST', '/enforced', { headers: { 'sec-fetch-site': 'same-site' } })
  await send(app, 'POST', '/enforced', { origin: EVIL, headers: { 'sec-fetch-site': 'cross-site' } })
  await send(app, 'POST', '/enforced', { origin: '' })
  channel('fastify-route-cors:decision').unsubscribe(listen)
  const refused = { code: 'ORIGIN_NOT_ALLOWED', method: 'POST' }
  const expected = [{ ...refused, origin: '', site: 'same-site' }, { ...refused, origin: EVIL, site: undefined }, { ...refused, origin: '', site: undefined }]
  t.strictSame(told.map(({ code, method, origin, site }) => ({ code, method, origin, site })), expected)
  t.strictSame(told.map(({ kind, allowed }) => [kind, allowed]), expected.map(() => ['request', false]))
  t.strictSame(lines.filter(({ level }) => level === 20).map(({ code, method, origin, site }) => ({ code, method, origin, site })), expected)
})

t.test('the channel and the log name the policy that was selected', async (t) => {
  const lines: Array<Record<string, unknown>> = []
  const app = Fastify({ logger: { level: 'debug', stream: { write: (line: string) => { lines.push(JSON.parse(line)) } } } })
  app.register(cors, { policies: { team: { origin: [APP] } }, select: ({ headers }) => headers['x-policy'] as string | undefined })
  app.get('/x', handler)
  await app.ready()
  const told: CorsDecision[] = []
  const listen = (message: unknown): void => { told.push(message as CorsDecision) }
  channel('fastify-route-cors:decision').subscribe(listen)
  for (const policy of ['team', 'gone', undefined]) {
    const headers = policy === undefined ? {} : { 'x-policy': policy }
    await send(app, 'GET', '/x', { origin: EVIL, headers })
    await send(app, 'OPTIONS', '/x', { origin: EVIL, headers })
    await sendPreflight(app, 'GET', '/x', { origin: EVIL, headers })
    await send(app, 'GET', '/x', { headers })
  }
  await app.cors.explain({ url: '/x', origin: EVIL, headers: { 'x-policy': 'gone' } })
  channel('fastify-route-cors:decision').unsubscribe(listen)
  const refused = ['ORIGIN_NOT_ALLOWED', 'team']
  const failed = ['SELECT_FAILED', undefined]
  const allowed = ['ALLOWED', undefined]
  t.strictSame(told.map(({ code, policy }) => [code, policy]), [refused, refused, refused, failed, failed, failed, allowed, allowed, allowed])
  t.strictSame(told.map(({ kind, method }) => `${kind} ${method}`).slice(3, 6), ['request GET', 'request OPTIONS', 'preflight GET'])
  t.strictSame(lines.filter(({ level }) => level === 20).map(({ code, policy }) => [code, policy]), [refused, refused, refused])
})

t.test('without a listener nothing is noted of what was selected', async (t) => {
  const app = Fastify()
  app.register(cors, { policies: { team: { origin: [APP] } }, select: () => 'gone' })
  app.get('/x', handler)
  await app.ready()
  t.equal((await send(app, 'GET', '/x', { origin: EVIL })).statusCode, 500)
})

t.test('the log escapes and cuts what comes from the network', async (t) => {
  const lines: string[] = []
  const app = Fastify({ logger: { level: 'debug', stream: { write: (line: string) => { lines.push(line) } } } })
  declare(app)
  await app.ready()
  const hostile = `https://evil.example\u0085\u001b[31m${'x'.repeat(10_000)}`
  const headers = { 'access-control-request-headers': `x-a,x-\u202e${'y'.repeat(10_000)}` }
  await sendPreflight(app, 'GET', '/x', { origin: hostile })
  await sendPreflight(app, `P${'z'.repeat(10_000)}`, '/x')
  await sendPreflight(app, 'GET', '/x', { headers })
  const refusals = lines.map((line) => JSON.parse(line)).filter(({ level }) => level === 20)
  t.equal(refusals.length, 3)
  for (const { origin, method, header = '' } of refusals) {
    for (const text of [origin, method, header]) {
      t.ok(text.length < 120)
      t.match(text, /^[\x20-\x7e…]*$/)
    }
  }
})

t.test('at another level the log is not even asked to', async (t) => {
  for (const logger of [false, { level: 'info', stream: { write: () => {} } }]) {
    const app = Fastify({ logger })
    declare(app)
    let asked = 0
    app.addHook('onRequest', (request, _reply, done) => {
      const { debug } = request.log
      request.log.debug = Object.assign((...line: unknown[]) => { asked++; Reflect.apply(debug, request.log, line) })
      if (logger === false) request.log.fatal = request.log.debug
      done()
    })
    await app.ready()
    await send(app, 'GET', '/x', { origin: EVIL })
    await sendPreflight(app, 'GET', '/x', { origin: EVIL })
    t.equal(asked, 0)
  }
})

t.test('a logger that knows no levels is told', async (t) => {
  const lines: unknown[] = []
  const noop = (): void => {}
  const debug = (line: unknown): void => { lines.push(line) }
  const logger = { fatal: noop, error: noop, warn: noop, info: noop, trace: noop, debug, child: (): unknown => logger } as unknown as FastifyBaseLogger
  const app: FastifyInstance = Fastify({ loggerInstance: logger })
  declare(app)
  await app.ready()
  await send(app, 'GET', '/x', { origin: EVIL })
  t.match(lines, [{ code: 'ORIGIN_NOT_ALLOWED', origin: EVIL, method: 'GET' }])
})

t.test('live lists that refuse are told of, and nothing is where there are none', async (t) => {
  const app = Fastify()
  const { origins } = new Watched([APP])
  app.register(cors, { origin: origins, credentials: true })
  app.get('/live', handler)
  app.get('/enforced', { config: { cors: { enforce: true } } }, handler)
  app.get('/asked', { config: { cors: { origin: async () => false, credentials: false } } }, handler)
  await app.ready()
  const told: CorsDecision[] = []
  const listen = (message: unknown): void => { told.push(message as CorsDecision) }
  channel('fastify-route-cors:decision').subscribe(listen)
  for (const url of ['/live', '/enforced', '/asked']) await send(app, 'GET', url, { origin: EVIL })
  await send(app, 'GET', '/live', { origin: APP })
  channel('fastify-route-cors:decision').unsubscribe(listen)
  t.strictSame(told.map(({ code, liveOrigins }) => [code, liveOrigins?.map(({ size }) => size)]), [
    ['ORIGIN_NOT_ALLOWED', [1]], ['ORIGIN_NOT_ALLOWED', [1]], ['ORIGIN_NOT_ALLOWED', undefined], ['ALLOWED', undefined]
  ])
  t.notOk(told.slice(2).some((message) => 'liveOrigins' in message))
})
