import Fastify, { type FastifyInstance } from 'fastify'
import t from 'tap'

import { APP, EVIL, seen, seenPreflight } from '../fixtures/requests.ts'
import { withRouterOptions } from '../fixtures/router-options.ts'

const ALLOWED = { 'access-control-allow-origin': APP }

const ADMIN = 'https://admin.example.com'
const METHOD = 'Access-Control-Request-Method'

/** The names of headers, after `x-`, that routes ask for. */
function tenantStrategy (name: string): never {
  return {
    name,
    storage: () => {
      const stored = new Map<unknown, unknown>()
      return { get: (key: unknown) => stored.get(key) ?? null, set: (key: unknown, value: unknown) => { stored.set(key, value) } }
    },
    deriveConstraint: ({ headers }: { headers: Record<string, string> }) => headers[`x-${name}`],
    validate: () => {}
  } as never
}

const handler = async (): Promise<string> => 'ok'

/** An application that is there, with a route, before the package is imported for the first time. */
async function build (log: string[], declareEarly: boolean): Promise<FastifyInstance> {
  const app = Fastify({ logger: { level: 'warn', stream: { write: (line: string) => { log.push(JSON.parse(line).msg) } } } })
  if (declareEarly) {
    app.get('/early', handler)
    app.get('/early-own', { config: { cors: { origin: '*' } } }, handler)
    app.get('/early-off', { config: { cors: false } }, handler)
    app.get('/early-wrong', { config: { cors: { maxAge: -1 } } }, handler)
  }
  return app
}

const earlyLog: string[] = []
const early = await build(earlyLog, true)
const selecting = await build([], true)
const shared = await build([], false)
shared.options('/shared', handler)
const emptyLog: string[] = []
const empty = await build(emptyLog, false)

const denied: string[] = []
const enforcing = Fastify({ logger: { level: 'error', stream: { write: (line: string) => { denied.push(JSON.parse(line).msg) } } } })
const blocks: Record<string, unknown> = {
  '/typo': { orgin: APP }, '/enforcing-typo': { orgin: APP, enforce: true }, '/unknown': 'admn', '/null': null, '/right': { origin: [APP, ADMIN] }
}
for (const [url, block] of Object.entries(blocks)) enforcing.put(url, { config: { cors: block as never } }, handler)
const lenient = Fastify({ logger: { level: 'fatal' } })
for (const [url, block] of Object.entries(blocks)) lenient.put(url, { config: { cors: block as never } }, handler)

/** Every form that a route can have in Fastify's list. */
const everyForm = Fastify(withRouterOptions({ constraints: { tenant: tenantStrategy('tenant') } }))
const forms: Array<[pattern: string, url: string, constraints?: Record<string, unknown>]> = [
  ['/', '/'],
  ['/hosts', '/hosts', { host: 'a.example' }],
  ['/host-expressions', '/host-expressions', { host: /^a\.example$/ }],
  ['/versions', '/versions', { version: '1.0.0' }],
  ['/tenants', '/tenants', { tenant: 7 }],
  ['/u/:id', '/u/7'],
  ['/u/:name/x', '/u/7/x'],
  ['/e/:a(^x|y$)-:b(^\\d+$)/z', '/e/x-7/z'],
  ['/e/:c(^x|y$)-:d(^\\d+$)/w', '/e/y-7/w'],
  ['/f/:file.png', '/f/a.png'],
  ['/w/*', '/w/a/b'],
  ['/100%/c::d', '/100%25/c:d'],
  ['/o/:a?', '/o'],
  ['/a\r\u2028b', '/a%0D%E2%80%A8b']
]
for (const [pattern,, constraints = {}] of forms) everyForm.put(pattern, { constraints }, handler)
everyForm.get('/hosts', handler)
everyForm.all('*', handler)

/** Applications whose list cannot be read for sure. */
const obscureLog: string[] = []
const obscure: Record<string, FastifyInstance> = {
  'a colon at the beginning of a segment': Fastify({ logger: { level: 'warn', stream: { write: (line: string) => { obscureLog.push(JSON.parse(line).msg) } } } })
    .put('/::x', handler),
  'a constraint that is an object': Fastify(withRouterOptions({ constraints: { tenant: tenantStrategy('tenant') } }))
    .put('/x', { constraints: { tenant: { toJSON: () => 7 } } }, handler),
  'a constraint that looks like an expression': Fastify(withRouterOptions({ constraints: { tenant: tenantStrategy('tenant') } }))
    .put('/x', { constraints: { tenant: '/(/' } }, handler),
  'a pattern of two lines': Fastify().put('/a\nb', handler)
}

const slashes = Fastify(withRouterOptions({ ignoreTrailingSlash: true }))
slashes.put('/a//', handler)

/** Applications whose hooks let nobody define a property of a route any more. */
const closed: Record<string, FastifyInstance> = {
  'frozen route': Fastify().addHook('onRoute', (route) => { Object.freeze(route) }),
  'fixed config': Fastify().addHook('onRoute', (route) => { Object.defineProperty(route, 'config', { value: { ...route.config }, configurable: false }) })
}

const children: FastifyInstance[] = []
const withChildren = Fastify()
withChildren.register(async (child) => {
  children.push(child)
  child.register(async (grandchild) => { children.push(grandchild) })
})
await withChildren.after()

const { default: cors } = await import('../../lib/index.ts')

t.test('routes declared before the package was imported are covered but for their preflights', async (t) => {
  early.register(cors, { origin: APP })
  early.register(async (child) => { child.get('/late', handler) })
  await early.ready()
  t.match(earlyLog, [/imported after routes had been declared/])
  t.equal(earlyLog.length, 1)
  for (let i = 0; i < 2; i++) {
    t.strictSame(await seen(early, 'GET', '/early'), { status: 200, headers: ALLOWED })
    t.strictSame(await seen(early, 'GET', '/early-own'), { status: 200, headers: { 'access-control-allow-origin': '*' } })
    t.strictSame(await seen(early, 'GET', '/early-off'), { status: 200, headers: {} })
    t.strictSame(await seen(early, 'GET', '/early-wrong'), { status: 200, headers: {} }, 'refused, if too late')
  }
  t.equal(earlyLog.length, 2)
  t.match(earlyLog[1], /maxAge/)
  t.strictSame(await seenPreflight(early, 'GET', '/early'), { status: 404, headers: {} })
  t.strictSame((await seenPreflight(early, 'GET', '/late')).headers['access-control-allow-origin'], APP)
  t.strictSame((await seenPreflight(early, 'GET', '/nothing')).headers['access-control-allow-origin'], APP)
})

t.test('options that are replaced hold for such routes too', async (t) => {
  await early.cors.replace({ origin: EVIL, maxAge: 5 })
  t.strictSame(await seen(early, 'GET', '/early'), { status: 200, headers: { 'access-control-allow-origin': EVIL } })
  t.strictSame(await seen(early, 'GET', '/early-own'), { status: 200, headers: { 'access-control-allow-origin': '*' } })
  t.strictSame(await seen(early, 'GET', '/early-off'), { status: 200, headers: {} })
  t.strictSame(await seenPreflight(early, 'GET', '/early'), { status: 404, headers: {} })
})

t.test('an OPTIONS route declared before the package was imported keeps its URL', async (t) => {
  await shared.register(cors, { origin: APP })
  shared.get('/shared', handler)
  await shared.ready()
  t.strictSame(await seen(shared, 'OPTIONS', '/shared'), { status: 200, headers: ALLOWED })
  t.strictSame(await seen(shared, 'GET', '/shared'), { status: 200, headers: ALLOWED })
})

t.test('such routes are asked about with select, but for their preflights', async (t) => {
  let count = 0
  await selecting.register(cors, {
    origin: APP,
    policies: { open: { origin: '*' } },
    select: () => {
      count++
      return 'open'
    }
  })
  t.strictSame(await seen(selecting, 'GET', '/early'), { status: 200, headers: { 'access-control-allow-origin': '*' } })
  t.equal(count, 1)
  t.strictSame(await seenPreflight(selecting, 'GET', '/early'), { status: 404, headers: {} })
  t.equal(count, 1)
  t.strictSame((await seenPreflight(selecting, 'GET', '/nothing')).headers['access-control-allow-origin'], '*')
})

t.test('without such routes nothing is missing', async (t) => {
  await empty.register(cors, { origin: APP })
  empty.get('/u', handler)
  t.strictSame((await seenPreflight(empty, 'GET', '/u')).headers['access-control-allow-origin'], APP)
  t.strictSame(emptyLog, [])
})

t.test('a block that turns out to be wrong too late denies, and refuses with enforce', async (t) => {
  await enforcing.register(cors, { origin: [APP, ADMIN], enforce: true })
  for (const url of Object.keys(blocks)) {
    const isRight = url === '/right'
    t.strictSame(await seen(enforcing, 'PUT', url, { origin: APP }), isRight
      ? { status: 200, headers: { 'access-control-allow-origin': APP, vary: 'Origin' } }
      : { status: 403, headers: { vary: 'Origin' } }, url)
    t.strictSame(await seen(enforcing, 'PUT', url, { origin: EVIL }), { status: 403, headers: { vary: 'Origin' } }, url)
    t.strictSame(await seen(enforcing, 'PUT', url), { status: 200, headers: { vary: 'Origin' } }, `${url} by a program`)
    t.strictSame(await seenPreflight(enforcing, 'PUT', url), { status: 404, headers: {} }, url)
  }
  t.equal(denied.filter((line) => line.includes('invalid CORS policy')).length, 4, 'each is logged once')
  await lenient.register(cors, { origin: [APP, ADMIN] })
  for (const url of ['/typo', '/unknown', '/null']) {
    t.strictSame(await seen(lenient, 'PUT', url, { origin: EVIL }), { status: 200, headers: {} }, url)
  }
  t.strictSame(await seen(lenient, 'PUT', '/enforcing-typo', { origin: APP }), { status: 403, headers: { vary: 'Origin' } })
})

t.test('whatever a route looks like that was declared before the package was imported, its preflights are granted nothing', async (t) => {
  await everyForm.register(cors, { allowedHeaders: false })
  everyForm.put('/u/me', { config: { cors: { origin: APP } } }, handler)
  everyForm.put('/hosts', { config: { cors: { origin: APP } } }, handler)
  await everyForm.ready()
  for (const [pattern, url] of forms) {
    const { headers } = await seenPreflight(everyForm, 'PUT', url, { host: 'a.example' })
    t.strictSame(Object.keys(headers).filter((name) => name !== 'vary'), [], encodeURI(pattern))
  }
  for (const [url, host] of [['/u/me', 'a.example'], ['/hosts', 'b.example']] as const) {
    t.strictSame(await seenPreflight(everyForm, 'PUT', url, { host }), {
      status: 204, headers: { 'access-control-allow-origin': APP, 'access-control-allow-methods': 'PUT', vary: METHOD }
    }, url)
  }
  t.strictSame(await seenPreflight(everyForm, 'DELETE', '/elsewhere'), { status: 200, headers: {} })
})

for (const [name, app] of Object.entries(obscure)) {
  t.test(`nothing is granted where nobody knows what was declared: ${name}`, async (t) => {
    await app.register(cors, { origin: APP, policies: { open: { origin: '*' } }, select: () => 'open' })
    app.put('/late', handler)
    t.strictSame((await seenPreflight(app, 'PUT', '/late')).headers, { vary: METHOD })
    t.strictSame((await seenPreflight(app, 'PUT', '/nothing')).headers, {})
    t.equal((await seen(app, 'PUT', '/late', { origin: EVIL })).headers['access-control-allow-origin'], '*')
  })
}

t.test('that nothing is granted stands in the log', async (t) => {
  t.equal(obscureLog.length, 1)
  t.match(obscureLog[0], /cannot tell where all of them stand\. No preflight is granted anything/)
})

t.test('a slash that the router has taken off a route is not taken off twice', async (t) => {
  await slashes.register(cors, { origin: APP })
  slashes.get('/b', handler)
  for (const url of ['/a', '/a/', '/a//']) {
    // Routers differ about which of them it is.
    const isServed = (await seen(slashes, 'PUT', url)).status === 200
    t.equal((await seenPreflight(slashes, 'PUT', url)).headers['access-control-allow-origin'], isServed ? undefined : APP, url)
  }
})

t.test('routes of contexts that were there before the import are not missed', async (t) => {
  await withChildren.register(cors, { origin: APP, allowedHeaders: false })
  for (const [index, child] of children.entries()) child.put(`/${index}`, handler)
  for (const index of children.keys()) {
    t.equal((await seenPreflight(withChildren, 'PUT', `/${index}`)).headers['access-control-allow-methods'], 'PUT')
  }
})

for (const [name, app] of Object.entries(closed)) {
  t.test(`a ${name} by a hook that was there before the import: nothing is granted, and what Fastify has holds`, async (t) => {
    await app.register(cors, { origin: APP, allowedHeaders: false })
    app.put('/u', { config: { cors: { origin: [APP, ADMIN], enforce: true } } }, handler)
    app.options('/u', handler)
    t.strictSame(await seenPreflight(app, 'PUT', '/u'), { status: 200, headers: {} })
    t.strictSame(await seen(app, 'PUT', '/u', { origin: APP }), { status: 200, headers: { ...ALLOWED, vary: 'Origin' } })
    t.strictSame(await seen(app, 'PUT', '/u', { origin: EVIL }), { status: 403, headers: { vary: 'Origin' } })
  })
}
