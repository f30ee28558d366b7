import { once } from 'node:events'
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

import websocket from '@fastify/websocket'
import Fastify, { type FastifyInstance, type LightMyRequestResponse } from 'fastify'
import t from 'tap'
import { WebSocket } from 'ws'

import cors, { type CorsPluginOptions } from '../../lib/index.ts'
import { APP, corsOf, EVIL, seen, seenPreflight, send, type Asked } from '../fixtures/requests.ts'

const OTHER = 'https://other.example'
const OWN = 'http://api.example.com'
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND']

/** An application, and what ran in it: hooks that were registered later, and handlers. */
async function build (options: CorsPluginOptions, trustProxy = false): Promise<{ app: FastifyInstance, runs: string[] }> {
  const runs: string[] = []
  const app = Fastify({ trustProxy })
  app.addHttpMethod('PROPFIND')
  await app.register(cors, { enforce: true, ...options } as CorsPluginOptions)
  app.addHook('onRequest', async () => { runs.push('hook') })
  app.route({ method: METHODS, url: '/', handler: async () => { runs.push('handler') } })
  await app.ready()
  return { app, runs }
}

interface Site extends Asked {
  readonly site?: string | undefined
}

/** A request as a browser sends it that says how the page is related to the server. */
async function sendFrom (app: FastifyInstance, method: string, { site, headers, ...asked }: Site): Promise<LightMyRequestResponse> {
  return await send(app, method, '/', { ...asked, headers: { ...(site !== undefined && { 'sec-fetch-site': site }), ...headers } })
}

/** Policies that allow APP and OTHER, all, or nobody; what they say of APP and of whoever is not allowed. */
const allowing = (origin: string): Record<string, string> => ({ 'access-control-allow-origin': origin })
const policies: Record<string, { options: CorsPluginOptions, toApp?: Record<string, string>, toAll?: Record<string, string> }> = {
  exact: { options: { origin: APP }, toAll: allowing(APP) },
  list: { options: { origin: [APP, OTHER] }, toApp: allowing(APP) },
  pattern: { options: { origin: 'https://*.example.com' }, toApp: allowing(APP) },
  RegExp: { options: { origin: /^https:\/\/app\.example\.com$/ }, toApp: allowing(APP) },
  function: { options: { origin: (origin: string) => origin === APP }, toApp: allowing(APP) },
  promise: { options: { origin: async (origin: string) => origin === APP }, toApp: allowing(APP) },
  any: { options: { origin: '*' }, toAll: allowing('*') },
  true: { options: { origin: true }, toApp: allowing(APP) },
  false: { options: { origin: false } }
}

const origins: Record<string, string | undefined> = { app: APP, evil: EVIL, null: 'null', empty: '', own: OWN, none: undefined }

/** Whether a POST passes, `+` or `-`, that says nothing of the site. */
const byOrigin: Record<keyof typeof policies, string> = {
  //        app evil null empty own none
  exact: '   +   -    -    -     +   +',
  list: '    +   -    -    -     +   +',
  pattern: ' +   -    -    -     +   +',
  RegExp: '  +   -    -    -     +   +',
  function: '+   -    -    -     +   +',
  promise: ' +   -    -    -     +   +',
  any: '     +   +    +    +     +   +',
  true: '    +   +    -    -     +   +',
  false: '   -   -    -    -     +   +'
}

const sites: Record<string, string | undefined> = {
  'same-origin': 'same-origin', none: 'none', 'same-site': 'same-site', 'cross-site': 'cross-site', other: 'Cross-Site, same-origin', missing: undefined
}

/** The same by what the browser says of the site, for each origin. */
const bySite: Record<keyof typeof policies, Record<keyof typeof origins, string>> = {
  list: {
    //       same-origin none same-site cross-site other missing
    app: '   +           +    +         +          +     +',
    evil: '  +           +    -         -          -     -',
    null: '  +           +    -         -          -     -',
    empty: ' +           +    -         -          -     -',
    own: '   +           +    +         +          +     +',
    none: '  +           +    -         -          +     +'
  },
  exact: {
    app: '   +           +    +         +          +     +',
    null: '  +           +    -         -          -     -',
    none: '  +           +    -         -          +     +'
  },
  promise: {
    app: '   +           +    +         +          +     +',
    evil: '  +           +    -         -          -     -',
    null: '  +           +    -         -          -     -'
  },
  any: {
    evil: '  +           +    +         +          +     +',
    null: '  +           +    +         +          +     +',
    none: '  +           +    -         -          +     +'
  },
  true: {
    evil: '  +           +    +         +          +     +',
    null: '  +           +    -         -          -     -',
    none: '  +           +    -         -          +     +'
  },
  false: {
    app: '   +           +    -         -          -     -',
    none: '  +           +    -         -          +     +'
  }
}

/** The same by method, of a list, from another site with and without an origin, and from nowhere. */
const byMethod: Record<string, string> = {
  //         evil  none, cross-site  none, same-site  null, same-origin  none
  GET: '     -     +                 +                +                  +',
  HEAD: '    -     +                 +                +                  +',
  OPTIONS: ' -     +                 +                +                  +',
  POST: '    -     -                 -                +                  +',
  PUT: '     -     -                 -                +                  +',
  PATCH: '   -     -                 -                +                  +',
  DELETE: '  -     -                 -                +                  +',
  PROPFIND: '-     -                 -                +                  +'
}

const methodColumns: readonly Site[] = [
  { origin: EVIL }, { site: 'cross-site' }, { site: 'same-site' }, { origin: 'null', site: 'same-origin' }, {}
]

interface Row {
  readonly policy: string
  readonly method: string
  readonly asked: Site
  readonly passes: boolean
}

function columnsOf (row: string): boolean[] {
  return row.trim().split(/\s+/).map((sign) => sign === '+')
}

const rows: Row[] = [
  ...Object.entries(byOrigin).flatMap(([policy, row]) => Object.values(origins).map((origin, index) =>
    ({ policy, method: 'POST', asked: origin === undefined ? {} : { origin }, passes: columnsOf(row)[index] as boolean }))),
  ...Object.entries(bySite).flatMap(([policy, byOrigin]) => Object.entries(byOrigin).flatMap(([name, row]) => {
    const origin = origins[name]
    return Object.values(sites).map((site, index) =>
      ({ policy, method: 'POST', asked: { ...(origin !== undefined && { origin }), site }, passes: columnsOf(row)[index] as boolean }))
  })),
  ...Object.entries(byMethod).flatMap(([method, row]) => methodColumns.map((asked, index) =>
    ({ policy: 'list', method, asked, passes: columnsOf(row)[index] as boolean })))
]

t.test('the table has what it should have', (t) => {
  t.ok(rows.length >= 200)
  t.ok(rows.every(({ passes }) => typeof passes === 'boolean'))
  t.end()
})

for (const { policy, method, asked, passes } of rows) {
  const { options, toApp, toAll = {} } = policies[policy] as typeof policies[string]
  const from = asked.origin === undefined ? 'without Origin' : `from '${asked.origin}'`
  t.test(`${policy}: ${method} ${from}${asked.site === undefined ? '' : `, ${asked.site}`}, ${passes ? 'passes' : 'is refused'}`, async (t) => {
    const { app, runs } = await build(options)
    const response = await sendFrom(app, method, asked)
    const isAllowed = asked.origin === APP || (policy === 'true' && [EVIL, OWN].includes(asked.origin as string))
    const headers = isAllowed && toApp !== undefined ? allowing(asked.origin as string) : toAll
    const status = method === 'OPTIONS' && passes ? 204 : passes ? 200 : 403
    t.strictSame(corsOf(response), { status, headers: { ...headers, vary: 'Origin' } })
    t.equal(response.headers['cache-control'], passes ? undefined : 'no-store')
    t.strictSame(runs, passes ? ['hook', 'handler'].slice(0, method === 'OPTIONS' ? 1 : 2) : [])
    if (!passes && method !== 'HEAD') t.equal(response.json().code, 'FST_ERR_CORS_ORIGIN_DENIED')
  })
}

for (const [policy, { options, toAll }] of Object.entries(policies)) {
  t.test(`${policy}: a preflight is answered as without enforce`, async (t) => {
    const [enforcing, lenient] = await Promise.all([true, false].map(async (enforce) => (await build({ ...options, enforce } as CorsPluginOptions)).app)) as [FastifyInstance, FastifyInstance]
    for (const origin of [APP, EVIL, 'null', OWN]) {
      for (const headers of [{}, { 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-origin' }]) {
        const answer = await seenPreflight(enforcing, 'PUT', '/', { origin, headers })
        t.strictSame(answer, await seenPreflight(lenient, 'PUT', '/', { origin, headers }), origin)
        t.equal(answer.status, 204)
      }
    }
    t.equal(String((await seenPreflight(enforcing, 'PUT', '/')).headers['vary']).includes('Origin'), toAll === undefined)
  })

  t.test(`${policy}: without enforce nothing is refused`, async (t) => {
    const { app } = await build({ ...options, enforce: false } as CorsPluginOptions)
    for (const asked of [{ origin: EVIL }, { origin: EVIL, site: 'cross-site' }, { origin: 'null', site: 'cross-site' }, { site: 'cross-site' }]) {
      const response = await sendFrom(app, 'POST', asked)
      t.equal(response.statusCode, 200)
      t.equal(response.headers['vary'], toAll === undefined ? 'Origin' : undefined)
      t.equal(response.headers['cache-control'], undefined)
    }
  })
}

/** Which origin the server has for its own, by the host that the request names. */
const owns: ReadonlyArray<readonly [origin: string, host: string, isOwn: boolean]> = [
  ['http://api.example.com', 'api.example.com', true],
  ['http://api.example.com', 'API.Example.com', true],
  ['http://api.example.com', 'API.example.com:80', true],
  ['http://api.example.com:443', 'api.example.com:443', true],
  ['http://api.example.com:8080', 'api.example.com:8080', true],
  ['http://api.example.com.', 'api.example.com.', true],
  ['http://localhost:3000', 'LOCALHOST:3000', true],
  ['http://127.0.0.1:3000', '127.0.0.1:3000', true],
  ['http://[::1]', '[::1]', true],
  ['http://[::1]', '[::1]:80', true],
  ['http://[::1]:3000', '[::1]:3000', true],
  ['http://[2001:db8::a]', '[2001:DB8::A]', true],
  ['http://xn--bcher-kva.example', 'xn--bcher-kva.example', true],
  ['https://api.example.com', 'api.example.com', false],
  ['http://api.example.com:8080', 'api.example.com', false],
  ['http://api.example.com', 'api.example.com:8080', false],
  ['http://api.example.com', 'api.example.com:443', false],
  ['http://api.example.com', 'api.example.com.', false],
  ['http://api.example.com', 'www.api.example.com', false],
  ['http://api.example.com', 'example.com', false],
  ['http://[::1]:3000', '[::1]', false],
  ['http://[::1]', '127.0.0.1', false],
  ['http://[::1]:3001', '[::1]:3000', false],
  ['http://API.example.com', 'api.example.com', false],
  ['http://api.example.com:80', 'api.example.com', false],
  ['http://api.example.com.', 'api.example.com', false],
  ['null', 'null', false],
  ['http://', '', false],
  ['ws://api.example.com', 'api.example.com', false]
]

for (const [origin, host, isOwn] of owns) {
  t.test(`'${origin}' is ${isOwn ? '' : 'not '}the own origin of '${host}'`, async (t) => {
    for (const method of ['GET', 'POST']) {
      const { app } = await build({ origin: [APP, OTHER] })
      t.strictSame(await seen(app, method, '/', { origin, host }), { status: isOwn ? 200 : 403, headers: { vary: 'Origin' } })
    }
  })
}

/** The same behind a proxy: what it forwards, and which origin is the own one then. */
const forwarded: ReadonlyArray<readonly [proto: string | undefined, host: string | undefined, origin: string, isOwn: boolean]> = [
  ['https', 'shop.example', 'https://shop.example', true],
  ['https', 'Shop.Example:443', 'https://shop.example', true],
  ['https', 'shop.example:8443', 'https://shop.example:8443', true],
  ['https', '[::1]:443', 'https://[::1]', true],
  ['https', 'shop.example:80', 'https://shop.example:80', true],
  ['HTTPS', 'shop.example', 'https://shop.example', true],
  ['https', undefined, 'https://api.example.com', true],
  [undefined, 'shop.example', 'http://shop.example', true],
  ['http, https', 'inner.example, shop.example', 'https://shop.example', true],
  ['wss', 'shop.example', 'https://shop.example', true],
  ['wss', 'shop.example:443', 'https://shop.example', true],
  ['ws', 'shop.example:80', 'http://shop.example', true],
  ['https', 'shop.example', 'http://shop.example', false],
  ['https', 'shop.example', 'https://shop.example:8443', false],
  ['https', 'shop.example', 'https://api.example.com', false],
  ['http', 'shop.example', 'https://shop.example', false],
  ['wss', 'shop.example', 'wss://shop.example', false],
  ['constructor', 'shop.example', 'https://shop.example', false]
]

for (const [proto, host, origin, isOwn] of forwarded) {
  t.test(`behind a proxy that forwards ${String(proto)} and ${String(host)}, '${origin}' is ${isOwn ? '' : 'not '}the own origin`, async (t) => {
    const headers = { ...(proto !== undefined && { 'x-forwarded-proto': proto }), ...(host !== undefined && { 'x-forwarded-host': host }) }
    const trusting = (await build({ origin: [APP, OTHER] }, true)).app
    t.strictSame(await seen(trusting, 'POST', '/', { origin, headers }), { status: isOwn ? 200 : 403, headers: { vary: 'Origin' } })
    const { app } = await build({ origin: [APP, OTHER] })
    t.strictSame(await seen(app, 'POST', '/', { origin, headers }), { status: 403, headers: { vary: 'Origin' } }, 'forwarded headers count with trustProxy only')
    const own = { origin, headers: { ...headers, 'sec-fetch-site': 'same-origin' } }
    t.strictSame(await seen(app, 'POST', '/', own), { status: 200, headers: { vary: 'Origin' } }, 'unless the browser says whose page it is')
  })
}

const listed: ReadonlyArray<readonly [name: string, asked: Site]> = [['an Origin', { origin: EVIL }], ['the site alone', { site: 'cross-site' }]]

for (const [reason, asked] of listed) {
  t.test(`what is refused for ${reason} is kept by no cache, whatever others say`, async (t) => {
    const app = Fastify()
    app.addHook('onRequest', async (_request, reply) => { reply.header('cache-control', 'public, max-age=60').header('vary', 'Accept') })
    app.addHook('onSend', async (_request, reply) => { reply.header('Cache-Control', 'public, max-age=60') })
    await app.register(cors, { origin: APP, credentials: true, exposedHeaders: ['X-A'], enforce: true, rawHeaders: true })
    app.setErrorHandler(async (error, _request, reply) => await reply.code((error as { statusCode: number }).statusCode).send('no'))
    app.post('/', async () => 'ok')
    const refused = await sendFrom(app, 'POST', asked)
    t.strictSame(corsOf(refused), {
      status: 403,
      headers: {
        'access-control-allow-origin': APP, 'access-control-allow-credentials': 'true', 'access-control-expose-headers': 'X-A', vary: 'Accept, Origin'
      }
    })
    t.equal(refused.headers['cache-control'], 'no-store')
    t.equal((await sendFrom(app, 'POST', { origin: APP })).headers['cache-control'], 'public, max-age=60')
  })
}

t.test('errors and unknown URLs are refused, and vary, alike', async (t) => {
  const app = Fastify()
  await app.register(cors, { origin: APP, enforce: true })
  app.get('/throws', async () => { throw new Error('no') })
  const headers = { 'access-control-allow-origin': APP, vary: 'Origin' }
  for (const [url, status] of [['/throws', 500], ['/nothing', 404]] as const) {
    t.strictSame(await seen(app, 'GET', url, { origin: APP }), { status, headers })
    t.strictSame(await seen(app, 'GET', url), { status, headers })
    t.strictSame(await seen(app, 'GET', url, { origin: EVIL }), { status: 403, headers })
  }
})

t.test('a route without enforce, and one without CORS, are left alone', async (t) => {
  const app = Fastify()
  await app.register(cors, { origin: APP, enforce: true })
  app.post('/lenient', { config: { cors: { enforce: false } } }, async () => 'ok')
  app.post('/closed', { config: { cors: false } }, async () => 'ok')
  const headers = { 'sec-fetch-site': 'cross-site' }
  t.strictSame(await seen(app, 'POST', '/lenient', { origin: EVIL, headers }), { status: 200, headers: { 'access-control-allow-origin': APP } })
  t.strictSame(await seen(app, 'POST', '/closed', { origin: EVIL, headers }), { status: 200, headers: {} })
})

t.test('a function that fails is an error, from wherever', async (t) => {
  const { app, runs } = await build({ origin: async () => { throw new Error('no database') } })
  for (const site of ['same-origin', 'cross-site', undefined]) {
    const response = await sendFrom(app, 'POST', { origin: EVIL, site })
    t.strictSame(corsOf(response), { status: 500, headers: { vary: 'Origin' } })
  }
  t.strictSame(runs, [])
})

for (const policy of ['asked at once', 'asked later']) {
  t.test(`a policy that is selected enforces, ${policy}`, async (t) => {
    const app = Fastify()
    const select = ({ headers }: { headers: Record<string, unknown> }): string | undefined => headers['x-policy'] as string | undefined
    await app.register(cors, {
      origin: '*',
      policies: { strict: { origin: APP, enforce: true }, asked: { origin: async (origin: string) => origin === APP, enforce: true } },
      select: policy === 'asked later' ? async (request) => select(request) : select,
      vary: 'X-Policy'
    })
    app.post('/', async () => 'ok')
    for (const name of ['strict', 'asked']) {
      const refused = await sendFrom(app, 'POST', { origin: EVIL, headers: { 'x-policy': name } })
      t.strictSame(corsOf(refused), { status: 403, headers: { ...(name === 'strict' && { 'access-control-allow-origin': APP }), vary: 'Origin, X-Policy' } })
      t.equal(refused.headers['cache-control'], 'no-store')
      t.equal((await sendFrom(app, 'POST', { origin: EVIL, site: 'same-origin', headers: { 'x-policy': name } })).statusCode, 200)
    }
    t.strictSame(corsOf(await sendFrom(app, 'POST', { origin: EVIL })), { status: 200, headers: { 'access-control-allow-origin': '*', vary: 'X-Policy' } })
  })
}

const upgrades: ReadonlyArray<readonly [origin: string | undefined, headers: Record<string, string>, outcome: string]> = [
  [APP, {}, 'hello'],
  [APP, { 'sec-fetch-site': 'cross-site' }, 'hello'],
  ['own', {}, 'hello'],
  [undefined, {}, 'hello'],
  ['https://shop.example', { 'x-forwarded-proto': 'wss', 'x-forwarded-host': 'shop.example' }, 'hello'],
  ['https://shop.example', { 'sec-fetch-site': 'same-origin' }, 'hello'],
  ['https://shop.example', {}, '403 no-store'],
  [EVIL, {}, '403 no-store'],
  [EVIL, { 'sec-fetch-site': 'same-site' }, '403 no-store'],
  [EVIL, { 'x-forwarded-proto': 'wss', 'x-forwarded-host': 'shop.example' }, '403 no-store'],
  ['null', {}, '403 no-store'],
  ['null', { 'sec-fetch-site': 'cross-site' }, '403 no-store']
]

for (const origin of [APP, [APP, OTHER], async (origin: string) => origin === APP]) {
  t.test(`a WebSocket is opened for whom ${typeof origin === 'string' ? 'one origin' : Array.isArray(origin) ? 'a list' : 'a function'} allows and for the own pages`, async (t) => {
    const app = Fastify({ trustProxy: true })
    await app.register(cors, { origin, enforce: true } as CorsPluginOptions)
    await app.register(websocket)
    app.get('/socket', { websocket: true }, (socket) => { socket.send('hello') })
    await app.listen({ host: '127.0.0.1', port: 0 })
    t.teardown(async () => { await app.close() })
    const { port } = app.server.address() as AddressInfo

    for (const [from, headers, outcome] of upgrades) {
      const socket = new WebSocket(`ws://127.0.0.1:${port}/socket`, {
        headers, ...(from !== undefined && { origin: from === 'own' ? `http://127.0.0.1:${port}` : from })
      })
      const opened = new Promise<string>((resolve, reject) => {
        socket.on('message', (data) => {
          socket.on('close', () => { resolve(String(data)) })
          socket.close()
        })
        socket.on('error', reject)
        socket.on('unexpected-response', (_request, response) => {
          response.resume().on('end', () => { resolve(`${response.statusCode} ${response.headers['cache-control']}`) })
        })
      })
      t.equal(await opened, outcome, `from ${from} with ${JSON.stringify(headers)}`)
    }
  })
}

t.test('a refused request leaves its connection to the next one', async (t) => {
  const app = Fastify()
  await app.register(cors, { origin: APP, enforce: true })
  app.get('/', async () => 'ok')
  app.post('/', async () => 'ok')
  await app.listen({ host: '127.0.0.1', port: 0 })
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  t.teardown(async () => {
    agent.destroy()
    await app.close()
  })
  const found: unknown[] = []
  for (const method of ['POST', 'POST', 'GET', 'POST']) {
    const request = httpRequest({ host: '127.0.0.1', port: (app.server.address() as AddressInfo).port, method, agent, headers: { origin: method === 'GET' ? APP : EVIL } }).end()
    const [response] = await once(request, 'response') as [IncomingMessage]
    await once(response.resume(), 'close')
    found.push([response.statusCode, request.reusedSocket])
  }
  t.strictSame(found, [[403, false], [403, true], [200, true], [403, true]])
})
