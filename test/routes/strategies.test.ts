import Fastify, { type FastifyInstance } from 'fastify'
import t from 'tap'

import cors from '../../lib/index.ts'
import { instancesWithin } from '../../lib/routes/instances.ts'
import { routerOptionsOf } from '../../lib/routes/pattern.ts'
import { routingOf } from '../../lib/routes/routing.ts'
import { APP, EVIL, seenPreflight, send, type Seen } from '../fixtures/requests.ts'
import { withRouterOptions } from '../fixtures/router-options.ts'

const METHOD = 'Access-Control-Request-Method'
const ADMIN = 'https://admin.example.com'
const PLAIN = Object.freeze({ allowedHeaders: false } as const)

const handler = async (): Promise<string> => 'ok'

function granted (origin: string, methods = 'PUT'): Seen {
  return { status: 204, headers: { 'access-control-allow-origin': origin, 'access-control-allow-methods': methods, vary: METHOD } }
}

const NO_CORS: Seen = { status: 204, headers: { vary: METHOD } }

interface Asking { readonly headers: Record<string, string | undefined>, readonly method: string }

/** Options of Fastify, so that what it logs is found in a list. */
function logging (log: string[]): object {
  return { logger: { level: 'warn', stream: { write: (line: string) => { log.push((JSON.parse(line) as { msg: string }).msg) } } } }
}

type Derive = (request: Asking) => unknown

/** Hosts with a star in front, as no built-in strategy has them. */
function hostStrategy (derive: (request: never, context?: never, done?: never) => unknown, details: object = {}): never {
  return {
    name: 'host',
    storage: () => {
      const stored = new Map<string, unknown>()
      return {
        get: (host: string) => [...stored].find(([pattern]) => pattern.startsWith('*') ? host.endsWith(pattern.slice(1)) : host === pattern)?.[1] ?? null,
        set: (pattern: string, value: unknown) => { stored.set(pattern, value) }
      }
    },
    deriveConstraint: derive,
    validate: () => {},
    ...details
  } as never
}

function declareHosts (app: FastifyInstance): void {
  app.put('/u', { constraints: { host: '*.admin.test' }, config: { cors: { origin: ADMIN } } }, handler)
  app.put('/u', { config: { cors: { origin: APP } } }, handler)
  app.put('/:any', { config: { cors: false } }, handler)
}

const byHost: Derive = ({ headers }) => headers['host'] ?? ''

t.test("an application's own strategy for hosts is asked", async (t) => {
  for (const details of [{}, { mustMatchWhenDerived: true }]) {
    const app = Fastify(withRouterOptions({ constraints: { host: hostStrategy(byHost as never, details) } }))
    await app.register(cors, PLAIN)
    declareHosts(app)
    t.strictSame(await seenPreflight(app, 'PUT', '/u', { host: 'x.admin.test' }), granted(ADMIN))
    const isElse = 'mustMatchWhenDerived' in details
    t.strictSame(await seenPreflight(app, 'PUT', '/u', { host: 'x.test' }), granted(isElse ? '*' : APP), isElse ? 'as a URL that nothing serves' : '')
    t.equal((await send(app, 'PUT', '/u', { host: 'x.test' })).statusCode, isElse ? 404 : 200)
  }
})

t.test('it may look at what a preflight and the actual request have in common', async (t) => {
  const strategy = hostStrategy((({ headers, method, socket }: Asking & { socket: { remoteAddress?: string } }) =>
    method === 'PUT' && socket.remoteAddress === '127.0.0.1' ? headers['x-forwarded-host'] ?? '' : 'none') as never)
  const app = Fastify(withRouterOptions({ constraints: { host: strategy } }))
  await app.register(cors, PLAIN)
  declareHosts(app)
  app.options('/u', handler)
  t.strictSame(await seenPreflight(app, 'PUT', '/u', { headers: { 'x-forwarded-host': 'x.admin.test' } }), granted(ADMIN))
  t.strictSame(await seenPreflight(app, 'PUT', '/u', { headers: { 'x-forwarded-host': 'x.test' } }), granted(APP))
})

t.test('a forwarded header that the page is going to set does not show from a preflight', async (t) => {
  const strategy = hostStrategy((({ headers }: Asking) => headers['x-forwarded-host'] ?? headers['host'] ?? '') as never)
  const app = Fastify(withRouterOptions({ constraints: { host: strategy } }))
  await app.register(cors, PLAIN)
  app.put('/u', { constraints: { host: '*.admin.test' }, config: { cors: false } }, handler)
  app.put('/u', { config: { cors: { origin: APP } } }, handler)
  const headers = { 'access-control-request-headers': 'content-type, X-Forwarded-Host' }
  t.strictSame(await seenPreflight(app, 'PUT', '/u', { host: 'x.test', headers }), NO_CORS)
  t.strictSame(await seenPreflight(app, 'PUT', '/u', { host: 'x.test' }), granted(APP))
})

/** Strategies that want to know what only the actual request tells. */
const curious: Record<string, Derive> = {
  'another header': ({ headers }) => headers['x-tenant'] ?? headers['host'],
  'whether there is another header': ({ headers }) => 'x-tenant' in headers ? 'x.admin.test' : headers['host'],
  'all headers': ({ headers }) => ({ ...headers })['host'],
  'one header among its own': ({ headers }) => Object.hasOwn(headers, 'x-tenant') ? 'x.admin.test' : headers['host'],
  'something else about the request': (request) => (request as unknown as { rawHeaders: string[] }).rawHeaders[1],
  'whether the request has something': (request) => 'complete' in request ? request.headers['host'] : '',
  'a copy of the request': (request) => ({ ...request }).headers['host'],
  'a field of its own': (request) => Object.hasOwn(request, 'body') ? '' : request.headers['host'],
  'another header, and thinks nothing of it': ({ headers }) => {
    try {
      return headers['x-tenant'] ?? headers['host']
    } catch {
      return headers['host']
    }
  },
  'the certificate of the client': (request) =>
    (request as unknown as { socket: { authorized?: boolean } }).socket.authorized === true ? 'x.admin.test' : request.headers['host'],
  'the fields of the socket': (request) =>
    'authorized' in (request as unknown as { socket: object }).socket ? 'x.admin.test' : request.headers['host'],
  'what is not there': (request) => (request as unknown as { nothing: { at: string } }).nothing?.at ?? request.headers['host']
}

for (const [name, derive] of Object.entries(curious)) {
  t.test(`nothing is granted where it looks at ${name}`, async (t) => {
    const log: string[] = []
    const app = Fastify({ ...withRouterOptions({ constraints: { host: hostStrategy(derive as never) } }), ...logging(log) })
    await app.register(cors, { ...PLAIN, origin: APP })
    app.put('/u', { constraints: { host: '*.admin.test' }, config: { cors: { origin: ADMIN } } }, handler)
    app.put('/u', handler)
    app.options('/u', async () => 'mine')
    for (let i = 0; i < 2; i++) {
      const { headers } = await seenPreflight(app, 'PUT', '/u', { host: 'x.test' })
      t.strictSame(headers, {})
    }
    t.equal(log.length, 1)
    t.match(log[0], /^A preflight does not tell what the strategy for the constraint 'host' wants to know, and is granted nothing: \w+/)
  })
}

t.test('a strategy that comes later, or calls back, is not known: what all hosts grant is granted', async (t) => {
  const log: string[] = []
  const apps = {
    later: (): FastifyInstance => {
      const app = Fastify(logging(log))
      app.addConstraintStrategy(hostStrategy(byHost as never))
      return app
    },
    callback: () => Fastify({
      ...withRouterOptions({
        constraints: { host: hostStrategy(((request: Asking, _context: unknown, done: (error: null, value: unknown) => void) => { done(null, byHost(request)) }) as never) }
      }),
      ...logging(log)
    })
  }
  for (const create of Object.values(apps)) {
    const app = create()
    await app.register(cors, PLAIN)
    app.put('/u', { constraints: { host: '*.admin.test' }, config: { cors: { origin: [ADMIN, APP] } } }, handler)
    app.put('/u', { config: { cors: { origin: '*' } } }, handler)
    for (const host of ['x.admin.test', 'x.test']) {
      const both = { 'access-control-allow-methods': 'PUT', vary: `Origin, ${METHOD}` }
      t.strictSame(await seenPreflight(app, 'PUT', '/u', { host }), { status: 204, headers: { 'access-control-allow-origin': APP, ...both } })
      t.strictSame(await seenPreflight(app, 'PUT', '/u', { host, origin: EVIL }), { status: 204, headers: { vary: `Origin, ${METHOD}` } })
    }
    t.match(log.pop(), /'host' cannot be asked .*: PUT \/u \(host '\*\.admin\.test'\)$/)
  }
})

function valueStrategy (name: string, details: object = {}): never {
  return {
    name,
    storage: () => {
      const stored = new Map<unknown, unknown>()
      return { get: (key: unknown) => stored.get(key) ?? null, set: (key: unknown, value: unknown) => { stored.set(key, value) } }
    },
    deriveConstraint: ({ headers }: Asking) => headers[`x-${name}`],
    validate: () => {},
    ...details
  } as never
}

t.test("an application's own strategy for versions decides which routes are passed by", async (t) => {
  for (const [mustMatchWhenDerived, expected] of [[true, NO_CORS], [1 as never, NO_CORS], [false, granted(APP)]] as const) {
    const app = Fastify(withRouterOptions({ constraints: { version: valueStrategy('version', { mustMatchWhenDerived }) } }))
    await app.register(cors, PLAIN)
    app.put('/u', { config: { cors: { origin: APP } } }, handler)
    app.put('/:any', { constraints: { version: 2 as never }, config: { cors: false } }, handler)
    t.strictSame(await seenPreflight(app, 'PUT', '/u'), expected)
  }
})

t.test('the version that is asked for leads to the route without one, where the strategy lets it', async (t) => {
  for (const [mustMatchWhenDerived, url] of [[true, undefined], [false, '/u']] as const) {
    const app = Fastify(withRouterOptions({ constraints: { version: valueStrategy('version', { mustMatchWhenDerived }) } }))
    await app.register(cors)
    app.put('/u', { config: { cors: { origin: APP } } }, handler)
    app.put('/v', { constraints: { version: 'next' } }, handler)
    await app.ready()
    const { route } = await app.cors.explain({ method: 'PUT', url: '/u', origin: APP, headers: { 'accept-version': 'other' } })
    t.equal(route?.url, url)
  }
})

t.test('what Fastify keeps to itself may be missing', async (t) => {
  const instance = Object.create({}) as FastifyInstance
  t.strictSame(instancesWithin(instance), [instance])
  const { hostOf, urlOf, keepsUrls } = routingOf(instance, routerOptionsOf(Fastify()), new Set())
  t.equal(keepsUrls, true)
  t.equal(hostOf({ headers: { ':authority': 'a.example' } as never }, 'PUT'), 'a.example')
  t.equal(urlOf({ url: '/u', headers: {} }, 'PUT'), '/u')
})

t.test('of a strategy that nobody knows anything may be the case', async (t) => {
  const app = Fastify()
  app.addConstraintStrategy(valueStrategy('tenant'))
  await app.register(cors, PLAIN)
  app.put('/u', { config: { cors: { origin: APP } } }, handler)
  app.put('/:any', { constraints: { tenant: 'a' }, config: { cors: false } }, handler)
  t.strictSame(await seenPreflight(app, 'PUT', '/u'), NO_CORS)
})

/** Routes for one method, in the order of declaration, and whose policies count for `/u` on a.example. */
const tables: Record<string, [Array<[url: string, constraints: Record<string, unknown>, id: number]>, counting: number[]]> = {
  'a route that another one stands before': [[['/u', { tenant: 'a' }, 1], ['/:any', { tenant: 'a' }, 2], ['/*', {}, 3]], [1, 3]],
  'a route that asks for more than one before it': [[['/u', { tenant: 'a' }, 1], ['/:any', { tenant: 'a', region: 'x' }, 2], ['/*', {}, 3]], [1, 3]],
  'a route that asks for something else': [[['/u', { tenant: 'a' }, 1], ['/:any', { region: 'x' }, 2], ['/*', {}, 3]], [1, 2, 3]],
  'a route that asks for less': [[['/u', { tenant: 'a', region: 'x' }, 1], ['/u', { tenant: 'a' }, 2], ['/:any', { tenant: 'a' }, 3], ['/*', {}, 4]], [1, 2, 4]],
  'a route after one that asks for nothing': [[['/u', {}, 1], ['/:any', { tenant: 'a' }, 2]], [1]],
  'hosts beside it': [[['/u', { host: 'a.example', tenant: 'a' }, 1], ['/u', { host: 'b.example' }, 2], ['/u', { tenant: 'a' }, 3], ['/u', {}, 4], ['/*', {}, 5]], [1, 4]],
  'a host alone': [[['/u', { tenant: 'a' }, 1], ['/u', { host: 'a.example' }, 2], ['/u', {}, 3]], [2]],
  'versions beside it': [[['/u', { tenant: 'a' }, 1], ['/u', {}, 2], ['/:any', { version: '1.0.0' }, 3], ['/*', {}, 4]], [1, 2, 3]],
  'versions, and one of them again': [[['/u', { version: '1.0.0' }, 1], ['/:any', { version: '1.0.0', tenant: 'a' }, 2], ['/*', {}, 3]], [1, 3]],
  'values that are objects': [[['/u', { tenant: Object.freeze({ id: 1 }) }, 1], ['/:any', { tenant: Object.freeze({ id: 1 }) }, 2], ['/*', {}, 3]], [1, 2, 3]]
}

for (const [name, [routes, counting]] of Object.entries(tables)) {
  t.test(`what a preflight may be about: ${name}`, async (t) => {
    const app = Fastify(withRouterOptions({ constraints: { tenant: valueStrategy('tenant'), region: valueStrategy('region') } }))
    await app.register(cors, PLAIN)
    for (const [url, constraints, id] of routes) {
      app.put(url, { constraints, config: { cors: { origin: `https://${id}.example` } } }, handler)
    }
    const grants = await Promise.all(routes.map(async ([,, id]) => {
      // Granted is what all of them grant: one origin is enough to see whether another policy counts too.
      const origin = `https://${id}.example`
      const { headers } = await seenPreflight(app, 'PUT', '/u', { host: 'a.example', origin })
      return headers['access-control-allow-origin'] === origin
    }))
    t.strictSame(grants, routes.map(([,, id]) => counting.length === 1 && counting[0] === id))
    const { allowed } = await app.cors.explain({ method: 'PUT', url: '/u', host: 'a.example', origin: `https://${counting[0] as number}.example` })
    t.equal(allowed, counting.length === 1)
    const policies = new Set(routes.map(([,, id]) => id))
    for (const left of policies) {
      const without = Fastify(withRouterOptions({ constraints: { tenant: valueStrategy('tenant'), region: valueStrategy('region') } }))
      await without.register(cors, PLAIN)
      for (const [url, constraints, id] of routes) {
        without.put(url, { constraints, config: { cors: id === left ? false : { origin: APP } } }, handler)
      }
      const { headers } = await seenPreflight(without, 'PUT', '/u', { host: 'a.example' })
      t.equal(headers['access-control-allow-origin'], counting.includes(left) ? undefined : APP, `without ${left}`)
    }
  })
}

/** An application where so many values of each of two constraints are declared, many of them for one URL. */
async function declareValues (count: number): Promise<FastifyInstance> {
  const app = Fastify(withRouterOptions({ constraints: { tenant: valueStrategy('tenant') } }))
  await app.register(cors)
  for (let i = 0; i < count; i++) {
    app.put(`/${i % 3 === 0 ? 'u' : i}`, { constraints: { version: `${i}.0.0` } }, handler)
    app.put(`/${i % 3 === 1 ? 'u' : i}`, { constraints: { tenant: `t${i}`, ...i % 2 === 0 && { version: `${i}.0.0` } } }, handler)
  }
  return app
}

/** The processor time of a preflight, in microseconds. */
async function measure (app: FastifyInstance): Promise<number> {
  const before = process.cpuUsage()
  for (let i = 0; i < 40; i++) await seenPreflight(app, 'PUT', '/u')
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 40
}

t.test('a preflight takes about as long with many values of many constraints as with few', async (t) => {
  const apps = [await declareValues(3), await declareValues(30)] as const
  const times: [number[], number[]] = [[], []]
  for (let round = 0; round < 8; round++) {
    times[0].push(await measure(apps[0]))
    times[1].push(await measure(apps[1]))
  }
  const [few, many] = times.map((each) => Math.min(...each)) as [number, number]
  t.comment(`${few.toFixed(0)} µs with 3 values of each, ${many.toFixed(0)} µs with 30`)
  t.ok(many < few * 2 + 200, `${few} and ${many}`)
})

/** rewriteUrl functions, and whether what they say about the actual request is known. */
const rewriting: Record<string, [(request: Asking & { url: string }) => string, url: string, Seen]> = {
  'by the URL': [({ url }) => url.replace(/^\/v1/, ''), '/v1/u', granted(APP)],
  'by the method': [({ url, method }) => method === 'PUT' ? '/u' : url, '/x', granted(APP)],
  'by the method, to where nothing is': [({ url, method }) => method === 'PUT' ? '/none' : url, '/u', granted('*')],
  'by the host': [({ url, headers }) => headers['host'] === 'a.example' ? '/u' : url, '/x', granted(APP)],
  'by a header that a preflight lacks': [({ url, headers }) => headers['authorization'] === undefined ? url : '/x', '/u', NO_CORS],
  'by a header that a preflight lacks, where it catches what comes of that': [({ url, headers }) => {
    try {
      return headers['x-tenant'] === undefined ? url : '/x'
    } catch {
      return url
    }
  }, '/u', NO_CORS],
  'to what is no URL': [({ method }) => method === 'PUT' ? undefined as never : '/u', '/u', NO_CORS]
}

for (const [name, [rewriteUrl, url, expected]] of Object.entries(rewriting)) {
  t.test(`a preflight is about where rewriteUrl sends the actual request: ${name}`, async (t) => {
    const app = Fastify({ rewriteUrl: rewriteUrl as never })
    await app.register(cors, PLAIN)
    app.put('/u', { config: { cors: { origin: APP } } }, handler)
    app.get('/x', { config: { cors: { origin: ADMIN } } }, handler)
    t.strictSame(await seenPreflight(app, 'PUT', url, { host: 'a.example' }), expected)
  })
}
