import type { AddressInfo } from 'node:net'

import websocket from '@fastify/websocket'
import Fastify, { type FastifyInstance } from 'fastify'
import t from 'tap'
import { WebSocket } from 'ws'

import cors, { type CorsPluginOptions } from '../../lib/index.ts'
import { APP, corsOf, EVIL, seen, seenPreflight, send } from '../fixtures/requests.ts'

const OTHER = 'https://other.example'

async function build (options: CorsPluginOptions, trustProxy = false): Promise<{ app: FastifyInstance, runs: string[] }> {
  const runs: string[] = []
  const app = Fastify({ trustProxy })
  await app.register(cors, { enforce: true, ...options } as CorsPluginOptions)
  app.addHook('onRequest', async () => { runs.push('hook') })
  app.route({ method: ['GET', 'POST'], url: '/', handler: async () => { runs.push('handler') } })
  await app.ready()
  return { app, runs }
}

const policies: Array<[string, CorsPluginOptions, Record<string, string>]> = [
  ['one origin', { origin: APP }, { 'access-control-allow-origin': APP, vary: 'Origin' }],
  ['a list', { origin: [APP, OTHER] }, { vary: 'Origin' }],
  ['a function', { origin: async (origin: string) => origin === APP }, { vary: 'Origin' }]
]

for (const [name, options, denied] of policies) {
  t.test(`${name} refuses a foreign origin before anything runs`, async (t) => {
    const { app, runs } = await build(options)
    for (const origin of [EVIL, 'null', '']) {
      const response = await send(app, 'POST', '/', { origin })
      t.equal(response.json().code, 'FST_ERR_CORS_ORIGIN_DENIED')
      t.strictSame(await seen(app, 'POST', '/', { origin }), { status: 403, headers: denied })
    }
    t.strictSame(runs, [])
    t.equal((await seen(app, 'POST', '/', { origin: APP })).status, 200)
    t.equal((await seen(app, 'POST', '/')).status, 200, 'without an Origin')
    t.equal((await seenPreflight(app, 'POST', '/', { origin: EVIL })).status, 204, 'a preflight stays as it is')
  })
}

const OWN = 'http://api.example.com'

const SITES = [undefined, 'none', 'same-origin', 'same-site', 'cross-site']

/** By `Origin`: what comes of it by `Sec-Fetch-Site`, in the order of `SITES`. `+` passes, `-` is refused. */
const TABLE: Array<[origin: string | undefined, safe: string, unsafe: string]> = [
  [undefined, '+++++', '+++--'],
  [APP, '+++++', '+++++'],
  [EVIL, '-++--', '-++--'],
  ['null', '-++--', '-++--'],
  ['', '-++--', '-++--'],
  [OWN, '+++++', '+++++'],
  ['https://api.example.com', '-++--', '-++--'],
  [`${APP}, ${APP}`, '-++--', '-++--']
]

const ENFORCING: Record<string, CorsPluginOptions> = {
  'one origin': { origin: APP },
  'a list': { origin: [APP, OTHER] },
  'a pattern': { origin: 'https://*.example.com' },
  'a RegExp': { origin: /^https:\/\/app\.example\.com$/ },
  'a function': { origin: async (origin: string) => origin === APP },
  select: { policies: { app: { origin: APP } }, select: () => 'app' }
}

for (const [name, options] of Object.entries(ENFORCING)) {
  t.test(`who passes and who is refused by method, Origin and Sec-Fetch-Site: ${name}`, async (t) => {
    const app = Fastify()
    await app.register(cors, { enforce: true, ...options } as CorsPluginOptions)
    app.route({ method: ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'], url: '/', handler: async () => 'ok' })
    await app.ready()
    let combinations = 0
    for (const [origin, safe, unsafe] of TABLE) {
      // A pattern for subdomains has the server's own https: one among them.
      if (name === 'a pattern' && origin === 'https://api.example.com') continue
      for (const [index, site] of SITES.entries()) {
        for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'DELETE']) {
          const headers = site === undefined ? {} : { 'sec-fetch-site': site }
          const response = await send(app, method, '/', { ...origin !== undefined && { origin }, headers })
          const passes = (method === 'GET' || method === 'HEAD' ? safe : unsafe)[index] === '+'
          const allowOrigin = name === 'one origin' || name === 'select' || origin === APP ? APP : undefined
          t.strictSame(corsOf(response), {
            status: passes ? 200 : 403,
            headers: { ...allowOrigin !== undefined && { 'access-control-allow-origin': allowOrigin }, vary: 'Origin' }
          }, `${method} of ${String(origin)}, ${String(site)}`)
          t.equal(response.headers['cache-control'], passes ? undefined : 'no-store')
          combinations++
        }
      }
    }
    t.ok(combinations >= 60)
  })
}

/** What Go 1.25 makes of a request, whose trusted origins are those that the policy allows. @see https://pkg.go.dev/net/http#CrossOriginProtection.Check */
function passesInGo (method: string, origin: string | undefined, site: string | undefined): boolean {
  const isTrusted = origin === APP
  if (['GET', 'HEAD', 'OPTIONS'].includes(method)) return true
  if (site === 'same-origin' || site === 'none') return true
  if (site !== undefined) return isTrusted
  if (!origin) return true
  return isTrusted || /^https?:\/\/api\.example\.com$/.test(origin)
}

t.test("what is refused, beside Go's CrossOriginProtection", async (t) => {
  const { app } = await build({ origin: [APP, OTHER] })
  const rows: Array<[method: string, origin: string | undefined, site: string | undefined, go: boolean, here: boolean]> = [
    ['GET', EVIL, undefined, true, false],
    ['GET', EVIL, 'cross-site', true, false],
    ['GET', undefined, 'cross-site', true, true],
    ['POST', EVIL, 'same-origin', true, true],
    ['POST', 'null', 'none', true, true],
    ['POST', APP, 'cross-site', true, true],
    ['POST', APP, 'same-site', true, true],
    ['POST', OWN, 'cross-site', false, true],
    ['POST', OWN, 'same-site', false, true],
    ['POST', EVIL, 'cross-site', false, false],
    ['POST', 'null', 'cross-site', false, false],
    ['POST', undefined, 'same-site', false, false],
    ['POST', undefined, undefined, true, true],
    ['POST', OWN, undefined, true, true],
    ['POST', 'https://api.example.com', undefined, true, false],
    ['POST', EVIL, undefined, false, false],
    ['POST', 'null', undefined, false, false]
  ]
  for (const [method, origin, site, go, here] of rows) {
    const what = `${method} of ${String(origin)}, ${String(site)}`
    t.equal(passesInGo(method, origin, site), go, `${what} in Go`)
    const { status } = await seen(app, method, '/', { ...origin !== undefined && { origin }, headers: site === undefined ? {} : { 'sec-fetch-site': site } })
    t.equal(status, here ? 200 : 403, `${what} here`)
  }
})

t.test('the own server is told by its scheme, host and port', async (t) => {
  const app = Fastify()
  await app.register(cors, { origin: APP, enforce: true })
  app.post('/', async () => 'ok')
  for (const [origin, host, status] of [
    ['http://[::1]:3000', '[::1]:3000', 200],
    ['http://[::1]', '[::1]:80', 200],
    ['http://[::1]:3001', '[::1]:3000', 403],
    ['http://API.example.com', 'api.example.com', 403],
    ['http://api.example.com.', 'api.example.com', 403],
    ['http://api.example.com:80', 'api.example.com', 403]
  ] as const) t.equal((await seen(app, 'POST', '/', { origin, host })).status, status, `${origin} at ${host}`)
})

t.test('the own page passes behind a proxy that is not trusted, and its form under no-referrer', async (t) => {
  const { app } = await build({ origin: APP })
  const headers = { 'sec-fetch-site': 'same-origin' }
  t.equal((await seen(app, 'POST', '/', { origin: 'https://shop.example', headers })).status, 200)
  t.equal((await seen(app, 'POST', '/', { origin: 'null', headers })).status, 200)
})

t.test("every origin is allowed under '*', any but null under true, and none under false", async (t) => {
  for (const [origin, refused] of [['*', []], [true, ['null', '']], [false, [EVIL, 'null', '']]] as const) {
    const { app } = await build({ origin })
    for (const from of [EVIL, 'null', '']) {
      const { status, headers } = await seen(app, 'POST', '/', { origin: from })
      t.equal(status, (refused as readonly string[]).includes(from) ? 403 : 200, `${String(origin)}: ${from}`)
      t.equal(headers['vary'], 'Origin')
    }
  }
})

t.test("'*' allows every origin", async (t) => {
  const { app } = await build({})
  t.equal((await seen(app, 'POST', '/', { origin: EVIL })).status, 200)
})

const owns: Array<[origin: string, host: string, status: number]> = [
  ['http://api.example.com', 'api.example.com', 200],
  ['http://api.example.com', 'API.example.com:80', 200],
  ['http://api.example.com:8080', 'api.example.com:8080', 200],
  ['https://api.example.com', 'api.example.com', 403],
  ['http://api.example.com:8080', 'api.example.com', 403]
]

for (const [origin, host, status] of owns) {
  t.test(`${origin} is ${status === 200 ? '' : 'not '}the own origin of ${host}`, async (t) => {
    const { app } = await build({ origin: APP })
    t.equal((await seen(app, 'POST', '/', { origin, host })).status, status)
  })
}

t.test('a trusted proxy tells the own origin', async (t) => {
  const headers = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'shop.example' }
  const asked = { origin: 'https://shop.example', headers }
  t.equal((await seen((await build({ origin: APP }, true)).app, 'POST', '/', asked)).status, 200)
  t.equal((await seen((await build({ origin: APP }, false)).app, 'POST', '/', asked)).status, 403)
  const port = { origin: 'https://shop.example', headers: { ...headers, 'x-forwarded-host': 'shop.example:443' } }
  t.equal((await seen((await build({ origin: APP }, true)).app, 'POST', '/', port)).status, 200)
})

t.test('a WebSocket upgrade from a foreign origin is refused', async (t) => {
  const app = Fastify()
  await app.register(cors, { origin: [APP, OTHER], enforce: true })
  await app.register(websocket)
  app.get('/socket', { websocket: true }, (socket) => { socket.send('hello') })
  await app.listen({ host: '127.0.0.1', port: 0 })
  t.teardown(async () => { await app.close() })
  const { port } = app.server.address() as AddressInfo

  async function open (origin: string): Promise<string> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/socket`, { origin })
    return await new Promise((resolve) => {
      socket.on('message', (data) => {
        socket.on('close', () => { resolve(String(data)) })
        socket.close()
      })
      socket.on('error', (error) => { resolve(error.message) })
    })
  }

  t.equal(await open(APP), 'hello')
  t.equal(await open(EVIL), 'Unexpected server response: 403')
})
