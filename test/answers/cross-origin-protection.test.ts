import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import Fastify, { type FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'

import cors from '../../lib/index.ts'
import { ROOT } from '../fixtures/packed.ts'
import { APP, EVIL, send, sendPreflight, type Asked } from '../fixtures/requests.ts'

const OWN = 'http://api.example.com'
const SAFE = ['GET', 'HEAD', 'OPTIONS']
const UNSAFE = ['POST', 'PUT', 'PATCH', 'DELETE']
const FOREIGN_SITES = ['same-site', 'cross-site']
const OTHER_SITES = ['other', 'Cross-Site', 'cross-site, cross-site']
const FORWARDED = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'shop.example' }

async function build (trustProxy = false): Promise<{ app: FastifyInstance, runs: () => number }> {
  const app = Fastify({ trustProxy })
  let runs = 0
  await app.register(cors, { origin: [APP, 'https://*.example.org'], enforce: true })
  app.addHook('onRequest', async () => { runs++ })
  app.route({ method: ['GET', 'HEAD', ...UNSAFE], url: '/', handler: async () => 'ok' })
  app.post('/exception', { config: { cors: { enforce: false } } }, async () => 'ok')
  await app.ready()
  return { app: app as unknown as FastifyInstance, runs: () => runs }
}

function from (origin: string | undefined, site?: string, others: Asked = {}): Asked {
  return { ...others, ...(origin !== undefined && { origin }), headers: { ...(site !== undefined && { 'sec-fetch-site': site }), ...others.headers } }
}

interface Row {
  readonly methods: readonly string[]
  readonly asked: readonly Asked[]
  readonly trustProxy?: boolean
}

/** What stands in the table of SECURITY.md, and the requests that a row is about. */
const rows: Record<string, Row> = {
  'GET, HEAD or OPTIONS from another site, without `Origin`: links, images, frames': {
    methods: SAFE, asked: [...FOREIGN_SITES, ...OTHER_SITES, undefined].map((site) => from(undefined, site))
  },
  'GET, HEAD or OPTIONS with a foreign `Origin`: `fetch()`, WebSockets': {
    methods: SAFE, asked: [...FOREIGN_SITES, ...OTHER_SITES, undefined].flatMap((site) => [from(EVIL, site), from('null', site)])
  },
  'unsafe, `Sec-Fetch-Site: same-origin` or `none`, whatever the `Origin`': {
    methods: UNSAFE, asked: ['same-origin', 'none'].flatMap((site) => [APP, EVIL, OWN, 'null', '', undefined].map((origin) => from(origin, site)))
  },
  'unsafe, `same-site` or `cross-site`, an `Origin` that is allowed': {
    methods: UNSAFE, asked: FOREIGN_SITES.flatMap((site) => [APP, 'https://a.example.org'].map((origin) => from(origin, site)))
  },
  'unsafe, `same-site` or `cross-site`, an `Origin` that is not': {
    methods: UNSAFE, asked: FOREIGN_SITES.flatMap((site) => [EVIL, 'null', 'https://example.org'].map((origin) => from(origin, site)))
  },
  'unsafe, `same-site` or `cross-site`, the own host as `Origin`': {
    methods: UNSAFE, asked: FOREIGN_SITES.map((site) => from(OWN, site))
  },
  'unsafe, `same-site` or `cross-site`, without `Origin`': {
    methods: UNSAFE, asked: FOREIGN_SITES.map((site) => from(undefined, site))
  },
  'unsafe, another value, which no browser sends, with a foreign `Origin`': {
    methods: UNSAFE, asked: OTHER_SITES.map((site) => from(EVIL, site))
  },
  'unsafe, another value, without `Origin`': {
    methods: UNSAFE, asked: OTHER_SITES.map((site) => from(undefined, site))
  },
  'unsafe, neither header: programs, old browsers': { methods: UNSAFE, asked: [from(undefined)] },
  'unsafe, no `Sec-Fetch-Site`, the own scheme and host as `Origin`': {
    methods: UNSAFE, asked: [from(OWN), from('http://[::1]:3000', undefined, { host: '[::1]:3000' })]
  },
  'unsafe, no `Sec-Fetch-Site`, the own host with another scheme: a page that came over `http:`': {
    methods: UNSAFE, asked: [from('http://shop.example', undefined, { headers: FORWARDED })], trustProxy: true
  },
  'unsafe, no `Sec-Fetch-Site`, the own host where `Host` is in upper case or names the default port': {
    methods: UNSAFE, asked: [from(OWN, undefined, { host: 'API.example.com' }), from(OWN, undefined, { host: 'api.example.com:80' })]
  },
  'unsafe, no `Sec-Fetch-Site`, the own host as a trusted proxy forwards it': {
    methods: UNSAFE, asked: [from('https://shop.example', undefined, { headers: FORWARDED })], trustProxy: true
  },
  'unsafe, no `Sec-Fetch-Site`, any other `Origin`, or `null`': {
    methods: UNSAFE, asked: [EVIL, 'null', 'https://example.org', `${OWN}.evil.example`].flatMap((origin) => [from(origin), from(origin, '')])
  },
  'unsafe, no `Sec-Fetch-Site`, an `Origin` without a value': { methods: UNSAFE, asked: [from('')] }
}

/** Rows that are about something else than whether a request passes. */
const others: Record<string, (t: Test, app: FastifyInstance) => Promise<void>> = {
  'a preflight': async (t, app) => {
    for (const origin of [EVIL, 'null']) t.equal((await sendPreflight(app, 'PUT', '/', from(origin, 'cross-site'))).statusCode, 204)
  },
  'origins that are allowed': async (t, app) => {
    t.equal((await send(app, 'POST', '/', from('https://deep.a.example.org', 'cross-site'))).statusCode, 200)
  },
  exceptions: async (t, app) => {
    t.equal((await send(app, 'POST', '/exception', from(EVIL, 'cross-site'))).statusCode, 200)
    t.equal((await send(app, 'POST', '/exception', from(undefined, 'cross-site'))).statusCode, 200)
  },
  'your own answer': async (t) => {
    const app = Fastify()
    await app.register(cors, { origin: APP, enforce: true })
    app.setErrorHandler(async (error, _request, reply) => {
      return await reply.code(418).send((error as { code: string }).code)
    })
    app.post('/', async () => 'ok')
    const { statusCode, body, headers } = await send(app as unknown as FastifyInstance, 'POST', '/', from(EVIL))
    t.strictSame([statusCode, body, headers['cache-control']], [418, 'FST_ERR_CORS_ORIGIN_DENIED', 'no-store'])
  }
}

const text = await readFile(join(ROOT, 'SECURITY.md'), 'utf8')
const table = text.slice(text.indexOf('| the request | Go |')).split('\n\n')[0] as string
const documented = new Map(table.split('\n').slice(2).map((line) => {
  const [request, , verdict] = line.slice(2, -2).split(' | ') as [string, string, string]
  return [request, verdict] as const
}))

t.test('SECURITY.md has the rows that are tested here', (t) => {
  t.strictSame([...documented.keys()], [...Object.keys(rows), ...Object.keys(others)])
  t.end()
})

for (const [name, { methods, asked, trustProxy }] of Object.entries(rows)) {
  const verdict = documented.get(name)
  t.test(`${name}: ${verdict}`, async (t) => {
    t.ok(verdict === 'passes' || verdict === 'refused')
    for (const method of methods) {
      for (const each of asked) {
        const { app, runs } = await build(trustProxy)
        const { statusCode } = await send(app, method, '/', each)
        t.equal(statusCode, verdict === 'refused' ? 403 : method === 'OPTIONS' ? 204 : 200, `${method} ${JSON.stringify(each)}`)
        t.equal(runs(), verdict === 'refused' ? 0 : 1)
      }
    }
  })
}

for (const [name, check] of Object.entries(others)) {
  t.test(`${name}: ${documented.get(name)}`, async (t) => { await check(t, (await build()).app) })
}

t.test('what SECURITY.md says is not stopped passes', async (t) => {
  const { app } = await build()
  const rebound = from('http://rebound.example', 'same-origin', { host: 'rebound.example' })
  t.equal((await send(app, 'POST', '/', rebound)).statusCode, 200, 'a name that was made to resolve to the server')
  t.equal((await send(app, 'POST', '/', from('http://rebound.example', undefined, { host: 'rebound.example' }))).statusCode, 200, 'the same without Sec-Fetch-Site')
  const modes = [['navigate', 'document'], ['navigate', 'iframe'], ['no-cors', 'image']] as const
  for (const [mode, dest] of modes) {
    const headers = { 'sec-fetch-mode': mode, 'sec-fetch-dest': dest }
    t.equal((await send(app, 'GET', '/', from(undefined, 'cross-site', { headers }))).statusCode, 200, `GET of ${dest}`)
  }
  t.equal((await send(app, 'POST', '/', from(undefined))).statusCode, 200, 'a browser that sends neither header')
  t.equal((await send(app, 'POST', '/', from(OWN.replace('http', 'https'), 'none'))).statusCode, 200, 'an extension, or the user')
  t.equal((await send(app, 'POST', '/', from('null'))).statusCode, 403, 'the own form under no-referrer, without Sec-Fetch-Site')
  const frame = from(EVIL, 'cross-site', { headers: { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe', 'sec-fetch-storage-access': 'inactive' } })
  t.equal((await send(app, 'GET', '/', frame)).statusCode, 403, 'a frame that names its origin')
})
