import Fastify, { type FastifyInstance, type HTTPMethods, type RouteOptions } from 'fastify'
import t from 'tap'

import cors from '../../lib/index.ts'
import { APP, EVIL, seen, seenPreflight, send, type Seen } from '../fixtures/requests.ts'
import { withRouterOptions } from '../fixtures/router-options.ts'

const METHOD = 'Access-Control-Request-Method'
const ADMIN = 'https://admin.example.com'
const PLAIN = Object.freeze({ allowedHeaders: false } as const)

const handler = async (): Promise<string> => 'ok'

type Change = (route: RouteOptions) => void

function granted (origin: string, methods: string): Seen {
  return { status: 204, headers: { 'access-control-allow-origin': origin, 'access-control-allow-methods': methods, vary: METHOD } }
}

const NO_CORS: Seen = { status: 204, headers: { vary: METHOD } }

function put (change: Change): Change {
  return (route) => { if (route.method === 'PUT') change(route) }
}

/** Whoever declares the hook, it runs before the plugin's own, or after it. */
const orders: Record<string, (app: FastifyInstance, change: Change) => unknown> = {
  'above the plugin': (app, change) => {
    app.addHook('onRoute', change)
    app.register(cors, PLAIN)
  },
  'below the plugin, whose registration is not awaited': (app, change) => {
    app.register(cors, PLAIN)
    app.addHook('onRoute', change)
  },
  'below the plugin': async (app, change) => {
    await app.register(cors, PLAIN)
    app.addHook('onRoute', change)
  }
}

/** Ways to say in a hook what a route's policy is. */
const ways: Record<string, (cors: unknown) => Change> = {
  'sets config.cors': (cors) => (route) => { (route.config as { cors: unknown }).cors = cors },
  'replaces config': (cors) => (route) => { route.config = { cors } as never },
  'replaces config by a copy that it changes then': (cors) => (route) => {
    const config: { cors?: unknown } = { ...route.config }
    route.config = config as never
    config.cors = cors
  },
  'replaces config by an object that it changes after others have looked': (cors) => (route) => {
    const config: { cors?: unknown } = {}
    route.config = config as never
    if (route.config !== undefined) config.cors = cors
  },
  'replaces config by a frozen object': (cors) => (route) => { route.config = Object.freeze({ cors }) as never },
  'assigns to the route': (cors) => (route) => { Object.assign(route, { config: Object.assign({}, route.config, { cors }) }) }
}

for (const [order, register] of Object.entries(orders)) {
  for (const [way, change] of Object.entries(ways)) {
    t.test(`a hook that ${way} counts, ${order}`, async (t) => {
      const app = Fastify()
      const hook = put((route) => {
        if (route.url === '/stricter') change({ origin: [APP, ADMIN], enforce: true })(route)
        if (route.url === '/off') change(false)(route)
      })
      await register(app, hook)
      app.put('/stricter', handler)
      app.put('/off', { config: { cors: { origin: '*' } } }, handler)
      app.get('/off', handler)
      t.strictSame(await seenPreflight(app, 'PUT', '/stricter', { origin: EVIL }), { status: 204, headers: { vary: `Origin, ${METHOD}` } })
      t.strictSame(await seen(app, 'PUT', '/stricter', { origin: EVIL }), { status: 403, headers: { vary: 'Origin' } })
      t.strictSame(await seenPreflight(app, 'PUT', '/off'), NO_CORS)
      t.strictSame(await seen(app, 'PUT', '/off', { origin: APP }), { status: 200, headers: {} })
      t.strictSame(await seenPreflight(app, 'GET', '/off'), granted('*', 'GET, HEAD'))
    })
  }

  t.test(`a hook that removes config leaves the default policy, ${order}`, async (t) => {
    const app = Fastify()
    await register(app, put((route) => { delete (route as { config?: unknown }).config }))
    app.put('/u', { config: { cors: false } }, handler)
    t.strictSame(await seen(app, 'PUT', '/u', { origin: APP }), { status: 200, headers: { 'access-control-allow-origin': '*' } })
  })

  t.test(`a hook that sets config to undefined leaves the default policy, ${order}`, async (t) => {
    const app = Fastify()
    await register(app, put((route) => { route.config = undefined as never }))
    app.put('/u', { config: { cors: false } }, handler)
    t.strictSame(await seenPreflight(app, 'PUT', '/u'), granted('*', 'PUT'))
  })

  t.test(`a hook that sets a host counts, ${order}`, async (t) => {
    const app = Fastify()
    await register(app, put((route) => { route.constraints = { host: 'a.example' } }))
    app.put('/u', { config: { cors: { origin: APP } } }, handler)
    app.get('/u', { config: { cors: false } }, handler)
    t.strictSame(await seenPreflight(app, 'PUT', '/u', { host: 'a.example' }), granted(APP, 'PUT'))
    t.strictSame(await seenPreflight(app, 'PUT', '/u', { host: 'b.example' }), { status: 404, headers: {} })
    t.equal((await send(app, 'PUT', '/u', { host: 'b.example' })).statusCode, 404)
  })

  t.test(`a hook that moves a route counts, ${order}`, async (t) => {
    const app = Fastify()
    await register(app, put((route) => {
      route.url = `/v2${route.url}`
      route.method = 'PATCH'
    }))
    app.put('/u', { config: { cors: { origin: APP } } }, handler)
    app.register(async (child) => { child.put('/x', { config: { cors: { origin: APP } } }, handler) }, { prefix: '/p' })
    t.strictSame(await seenPreflight(app, 'PATCH', '/v2/u'), granted(APP, 'PATCH'))
    t.strictSame(await seenPreflight(app, 'PATCH', '/v2/p/x'), granted(APP, 'PATCH'))
    t.strictSame(await seenPreflight(app, 'PUT', '/u'), granted('*', 'PUT'), 'as a URL that nothing serves')
  })
}

t.test('a route that a hook moves out of the context of the plugin has no OPTIONS route, and is granted nothing', async (t) => {
  const app = Fastify()
  app.addHook('onRoute', put((route) => { route.url = '/moved' }))
  app.register(async (child) => {
    await child.register(cors, PLAIN)
    child.put('/u', { config: { cors: { origin: APP } } }, handler)
  }, { prefix: '/p' })
  t.strictSame(await seenPreflight(app, 'PUT', '/moved'), { status: 404, headers: {} })
  t.strictSame(await seen(app, 'PUT', '/moved', { origin: APP }), { status: 200, headers: { 'access-control-allow-origin': APP } })
})

t.test('a block that a hook sets is checked at boot', async (t) => {
  const app = Fastify()
  await app.register(cors)
  app.addHook('onRoute', put((route) => { route.config = { cors: { orgin: APP } } as never }))
  app.put('/u', handler)
  await t.rejects(Promise.resolve(app.ready()), { code: 'FST_ERR_CORS_INVALID_CONFIG', route: { method: 'PUT', url: '/u' } })
})

t.test('a block that a hook mends is not refused', async (t) => {
  const app = Fastify()
  await app.register(cors)
  app.addHook('onRoute', put((route) => { route.config = { cors: { origin: APP } } as never }))
  app.put('/u', { config: { cors: { maxAge: -1 } } }, handler)
  t.equal((await seenPreflight(app, 'PUT', '/u')).headers['access-control-allow-origin'], APP)
})

t.test('a hook changes no object of whoever declared the route', async (t) => {
  const app = Fastify()
  await app.register(cors)
  app.addHook('onRoute', (route) => { (route.config as { cors: unknown }).cors = false })
  const config = Object.freeze({ cors: Object.freeze({ origin: APP } as const) })
  app.put('/u', { config }, handler)
  app.put('/v', { config }, handler)
  t.strictSame(await seen(app, 'PUT', '/u', { origin: APP }), { status: 200, headers: {} })
  t.strictSame(await seen(app, 'PUT', '/v', { origin: APP }), { status: 200, headers: {} })
  t.strictSame(Reflect.ownKeys(config), ['cors'])
})

t.test('routes whose config is one object that a hook sets keep their own', async (t) => {
  const app = Fastify()
  await app.register(cors, PLAIN)
  const shared = { cors: { origin: APP } }
  app.addHook('onRoute', (route) => { if (route.url !== '/w') route.config = shared as never })
  app.put('/u', handler).delete('/v', handler).put('/w', { config: { cors: false } }, handler)
  t.strictSame(await seenPreflight(app, 'PUT', '/u'), granted(APP, 'PUT'))
  t.strictSame(await seenPreflight(app, 'DELETE', '/v'), granted(APP, 'DELETE'))
  t.strictSame(await seen(app, 'PUT', '/w', { origin: APP }), { status: 200, headers: {} })
})

t.test('a hook that sets config.cors on every route, generated ones too, is heeded for those of the application', async (t) => {
  const app = Fastify()
  await app.register(cors, { ...PLAIN, policies: { admin: { origin: ADMIN } } })
  app.addHook('onRoute', (route) => { route.config = { ...route.config, cors: 'admin' } })
  app.put('/u', handler)
  t.strictSame(await seenPreflight(app, 'PUT', '/u'), granted(ADMIN, 'PUT'))
})

t.test('a hook that defines config anew hides what Fastify has: nothing is granted, and what it has holds', async (t) => {
  for (const keepsRecord of [false, true]) {
    const log: string[] = []
    const app = Fastify({ logger: { level: 'warn', stream: { write: (line: string) => { log.push(JSON.parse(line).msg) } } } })
    await app.register(cors, { enforce: true, ...PLAIN })
    app.addHook('onRoute', put((route) => {
      const block = route.url === '/wrong' ? { orgin: APP } : { origin: [APP, ADMIN] }
      Object.defineProperty(route, 'config', { value: { ...keepsRecord && route.config, cors: block }, enumerable: true })
    }))
    app.put('/u', handler)
    app.put('/wrong', handler)
    t.strictSame(await seenPreflight(app, 'PUT', '/u'), NO_CORS)
    t.strictSame(await seen(app, 'PUT', '/u', { origin: APP }), {
      status: 200, headers: { 'access-control-allow-origin': APP, vary: 'Origin' }
    })
    t.equal((await seen(app, 'PUT', '/u', { origin: EVIL })).status, 403)
    for (const origin of [APP, EVIL]) {
      t.strictSame(await seen(app, 'PUT', '/wrong', { origin }), { status: 403, headers: { vary: 'Origin' } })
    }
    t.equal(log.filter((line) => line.includes('orgin')).length, 1)
    t.match(log[0], /^A plugin has defined the property config of these routes anew .*: PUT \/u, PUT \/wrong$/)
    await app.close()
  }
})

t.test('a hook that removes the property config leaves the default policy, of which nothing is known', async (t) => {
  const app = Fastify()
  await app.register(cors, PLAIN)
  app.addHook('onRoute', put((route) => { delete (route as { config?: unknown }).config }))
  app.put('/u', handler)
  t.strictSame(await seenPreflight(app, 'PUT', '/u'), NO_CORS)
})

t.test('what is changed once the router has the route comes too late', async (t) => {
  const app = Fastify()
  await app.register(cors, PLAIN)
  const kept: RouteOptions[] = []
  app.addHook('onRoute', (route) => { kept.push(route) })
  app.put('/u', { config: { cors: { origin: APP } } }, handler)
  for (const route of kept) route.config = { ...route.config, cors: { origin: EVIL } }
  t.strictSame(kept[0]?.config?.cors, { origin: EVIL })
  app.put('/v', handler)
  kept[0]!.config = { cors: false }
  t.strictSame(kept[0]?.config?.cors, false)
  t.strictSame(await seenPreflight(app, 'PUT', '/u'), granted(APP, 'PUT'))
  t.strictSame(await seen(app, 'PUT', '/u', { origin: APP }), { status: 200, headers: { 'access-control-allow-origin': APP } })
})

t.test('the HEAD route that Fastify adds is one of its own to hooks', async (t) => {
  const app = Fastify()
  await app.register(cors, PLAIN)
  app.addHook('onRoute', (route) => { if (route.method === 'HEAD') route.config = { cors: false } as never })
  app.get('/u', { config: { cors: { origin: APP } } }, handler)
  t.strictSame(await seenPreflight(app, 'GET', '/u'), granted(APP, 'GET'))
  t.strictSame(await seenPreflight(app, 'HEAD', '/u'), NO_CORS)
})

t.test('a hook that declares a route in the middle of another one', async (t) => {
  const app = Fastify()
  await app.register(cors, PLAIN)
  app.addHook('onRoute', put((route) => {
    app.patch(route.url, { config: { cors: { origin: ADMIN } } }, handler)
    route.config = { ...route.config, cors: { origin: APP } }
  }))
  app.put('/u', handler)
  t.strictSame(await seenPreflight(app, 'PUT', '/u'), granted(APP, 'PUT'))
  t.strictSame(await seenPreflight(app, 'PATCH', '/u'), granted(ADMIN, 'PATCH'))
})

const slashes: Array<[string, (child: FastifyInstance) => void, Record<string, string | undefined>]> = [
  ['two declarations', (child) => {
    child.put('/', { prefixTrailingSlash: 'no-slash', config: { cors: { origin: APP } } }, handler)
    child.put('/', { prefixTrailingSlash: 'slash', config: { cors: { origin: ADMIN } } }, handler)
  }, { '/p': APP, '/p/': ADMIN }],
  ['two declarations, the other way round', (child) => {
    child.put('/', { prefixTrailingSlash: 'slash', config: { cors: { origin: ADMIN } } }, handler)
    child.put('/', { prefixTrailingSlash: 'no-slash', config: { cors: { origin: APP } } }, handler)
  }, { '/p': APP, '/p/': ADMIN }],
  ['one of them alone', (child) => {
    child.put('/', { prefixTrailingSlash: 'slash', config: { cors: { origin: APP } } }, handler)
  }, { '/p': '*', '/p/': APP }],
  ['both at once', (child) => { child.put('/', { config: { cors: { origin: APP } } }, handler) }, { '/p': APP, '/p/': APP }]
]

for (const [name, declare, origins] of slashes) {
  t.test(`the root of a prefix with and without its slash is two routes: ${name}`, async (t) => {
    const app = Fastify()
    await app.register(cors, PLAIN)
    app.register(async (child) => { declare(child) }, { prefix: '/p' })
    for (const [url, origin] of Object.entries(origins)) {
      t.strictSame(await seenPreflight(app, 'PUT', url), granted(String(origin), 'PUT'), url)
    }
  })
}

t.test('another plugin serves the root of a prefix with its slash', async (t) => {
  const app = Fastify()
  await app.register(cors, PLAIN)
  app.put('/p/', { config: { cors: false } }, handler)
  app.register(async (child) => {
    child.put('/', { prefixTrailingSlash: 'no-slash', config: { cors: { origin: APP } } }, handler)
  }, { prefix: '/p' })
  app.get('/p/', handler)
  t.strictSame(await seenPreflight(app, 'PUT', '/p'), granted(APP, 'PUT'))
  t.strictSame(await seenPreflight(app, 'PUT', '/p/'), NO_CORS)
})

t.test('an expression sees the letters of a URL as they are, where routes do not care', async (t) => {
  const app = Fastify(withRouterOptions({ caseSensitive: false }))
  await app.register(cors, PLAIN)
  app.get('/me', handler)
  app.put('/:name(^[a-z]+$)', { config: { cors: { origin: APP } } }, handler)
  app.put('/*', { config: { cors: false } }, handler)
  t.strictSame(await seenPreflight(app, 'PUT', '/me'), granted(APP, 'PUT'))
  t.strictSame(await seenPreflight(app, 'PUT', '/ME'), NO_CORS)
  t.strictSame(await seenPreflight(app, 'GET', '/ME'), granted('*', 'GET, HEAD'))
})

t.test('a pattern that ends in two slashes, where one is ignored', async (t) => {
  const app = Fastify(withRouterOptions({ ignoreTrailingSlash: true }))
  await app.register(cors, PLAIN)
  app.register(async (child) => {
    child.put('//', { config: { cors: { origin: APP } } }, handler)
    child.put('/', { config: { cors: { origin: ADMIN } } }, handler)
    child.delete('/*', { config: { cors: false } }, handler)
  }, { prefix: '/p' })
  for (const [url, origin] of [['/p', ADMIN], ['/p/', ADMIN], ['/p//', APP]] as const) {
    t.strictSame(await seenPreflight(app, 'PUT', url), granted(origin, 'PUT'), url)
  }
})

/** Routes that Fastify refuses. */
const refusals: Record<string, (app: FastifyInstance) => void> = {
  'for a hook that is none': (app) => {
    app.put('/u', { onRequest: 'none' as never, config: { cors: { origin: '*' } } }, handler)
  },
  'for a pattern that the router cannot have': (app) => {
    app.addHook('onRoute', (route) => { if (route.url === '/first/*') route.url = '/first/*/u' })
    app.put('/first/*', { config: { cors: { origin: '*' } } }, handler)
  },
  'for an expression that is not safe': (app) => {
    app.put('/:unsafe((a+)+)', { config: { cors: { origin: '*' } } }, handler)
  },
  'for a constraint without a strategy': (app) => {
    app.put('/u', { constraints: { tenant: 'a' }, config: { cors: { origin: '*' } } }, handler)
  },
  'for a method that it has already': (app) => {
    app.delete('/u', { config: { cors: false } }, handler)
    app.route({ method: ['DELETE', 'PUT'], url: '/u', config: { cors: { origin: '*' } }, handler })
  },
  'because another plugin does not like it': (app) => {
    app.addHook('onRoute', ({ config }) => { if ((config as { bad?: boolean }).bad === true) throw new Error('bad') })
    app.put('/u', { config: { cors: { origin: '*' }, bad: true } as never }, handler)
  }
}

for (const [name, declare] of Object.entries(refusals)) {
  t.test(`a route that was refused ${name} does not count, if the error is caught`, async (t) => {
    const app = Fastify()
    await app.register(cors, { ...PLAIN, origin: ADMIN })
    t.throws(() => { declare(app) })
    app.put('/*', { config: { cors: false } }, handler)
    app.get('/u', { config: { cors: { origin: APP } } }, handler)
    t.strictSame(await seenPreflight(app, 'PUT', '/u'), NO_CORS)
    t.strictSame(await seenPreflight(app, 'GET', '/u'), granted(APP, 'GET, HEAD'))
    t.notOk(app.cors.routes().some(({ url, method }) => url === '/u' && method === 'PUT'))
  })

  t.test(`the route that comes in its place counts: refused ${name}`, async (t) => {
    const app = Fastify()
    await app.register(cors, PLAIN)
    t.throws(() => { declare(app) })
    app.put('/u', { config: { cors: { origin: APP } } }, handler)
    t.strictSame(await seenPreflight(app, 'PUT', '/u'), granted(APP, 'PUT'))
    t.equal(app.cors.routes().filter(({ url, method }) => url === '/u' && method === 'PUT').length, 1)
  })
}

t.test('a route that differs in its expression alone is refused, and does not count', async (t) => {
  const app = Fastify(withRouterOptions({ caseSensitive: false }))
  await app.register(cors, PLAIN)
  for (const [url, other] of [['/:id(^\\d+$)', '/:low(^[a-z]+$)'], ['/x/a:id(^\\d+$)-:b(y).png', '/x/A:low(^[a-z\\)]+$)-:c(z).PNG']] as const) {
    app.put(url, { config: { cors: { origin: ADMIN } } }, handler)
    t.throws(() => app.put(other, { config: { cors: { origin: APP } } }, handler), { code: 'FST_ERR_DUPLICATED_ROUTE' })
  }
  app.put('/:any', { config: { cors: false } }, handler)
  app.put('/x/:any', { config: { cors: false } }, handler)
  app.get('/:any', handler)
  app.get('/x/:any', handler)
  t.strictSame(await seenPreflight(app, 'PUT', '/7'), granted(ADMIN, 'PUT'))
  t.strictSame(await seenPreflight(app, 'PUT', '/abc'), NO_CORS)
  t.strictSame(await seenPreflight(app, 'PUT', '/x/a7-y.png'), granted(ADMIN, 'PUT'))
  t.strictSame(await seenPreflight(app, 'PUT', '/x/ab-z.PNG'), NO_CORS)
})

t.test('the methods that the router took before it refused the rest of a route', async (t) => {
  const app = Fastify()
  await app.register(cors, PLAIN)
  app.delete('/u', { config: { cors: { origin: ADMIN } } }, handler)
  t.throws(() => app.route({ method: ['PUT', 'DELETE'], url: '/u', config: { cors: { origin: APP } }, handler }))
  t.strictSame(await seenPreflight(app, 'PUT', '/u'), granted(APP, 'PUT'))
  t.strictSame(await seenPreflight(app, 'DELETE', '/u'), granted(ADMIN, 'DELETE'))
})

t.test('one array of methods for two routes', async (t) => {
  const app = Fastify()
  await app.register(cors, PLAIN)
  const method: HTTPMethods[] = ['PUT', 'DELETE']
  app.route({ method, url: '/u', config: { cors: { origin: APP } }, handler })
  app.route({ method, url: '/:any', config: { cors: false }, handler })
  method.pop()
  t.strictSame(await seenPreflight(app, 'DELETE', '/u'), granted(APP, 'PUT, DELETE'))
  t.strictSame(await seenPreflight(app, 'DELETE', '/v'), { status: 404, headers: {} })
})

t.test('a route that is declared in after()', async (t) => {
  const app = Fastify()
  app.register(cors, PLAIN)
  app.after(() => { app.put('/u', { config: { cors: { origin: APP } } }, handler) })
  t.strictSame(await seenPreflight(app, 'PUT', '/u'), granted(APP, 'PUT'))
})

t.test('generated OPTIONS routes can be told by a rule of the application', async (t) => {
  const app = Fastify()
  await app.register(cors, PLAIN)
  const found: unknown[] = []
  app.addHook('onRoute', ({ config, method, url }) => {
    if (config?.corsPreflight === true) found.push(`${String(method)} ${url}`)
    else if ((config as { permission?: string }).permission === undefined) throw new Error('declares no permission')
  })
  app.put('/u', { config: { permission: 'write' } as never }, handler)
  t.strictSame(await seenPreflight(app, 'PUT', '/u'), granted('*', 'PUT'))
  t.strictSame(found, ['OPTIONS /u'])
})

t.test('a hook that gives a generated OPTIONS route another config, a host or another URL grants nothing wrong', async (t) => {
  const changes: Array<[Change, Seen]> = [
    [(route) => { route.config = {} }, NO_CORS],
    [(route) => { route.constraints = { host: 'other.example' } }, { status: 404, headers: {} }],
    [(route) => { route.url = '/elsewhere' }, { status: 404, headers: {} }]
  ]
  for (const [change, expected] of changes) {
    const app = Fastify()
    app.addHook('onRoute', (route) => { if (route.config?.corsPreflight === true) change(route) })
    await app.register(cors, PLAIN)
    app.put('/u', { config: { cors: false } }, handler)
    app.get('/u', { config: { cors: { origin: APP } } }, handler)
    t.strictSame(await seenPreflight(app, 'PUT', '/u'), expected.status === 204 ? expected : { ...NO_CORS })
    t.strictSame(await seenPreflight(app, 'GET', '/u'), granted(APP, 'GET, HEAD'))
  }
})

t.test('an OPTIONS route whose host is set by a hook makes room for a generated one', async (t) => {
  const app = Fastify()
  await app.register(cors, PLAIN)
  app.addHook('onRoute', (route) => { if (route.url === '/u') route.constraints = { ...route.constraints, host: 'a.example' } })
  app.put('/u', { config: { cors: { origin: APP } } }, handler)
  await app.after()
  app.register(async (child) => { child.options('/u', async () => 'mine') })
  t.strictSame(await seenPreflight(app, 'PUT', '/u', { host: 'a.example' }), granted(APP, 'PUT'))
  t.equal((await send(app, 'OPTIONS', '/u', { host: 'a.example' })).body, 'mine')
})

t.test('a route whose config a hook defines anew counts, whatever other hooks declare in the middle of it', async (t) => {
  const nested = (app: FastifyInstance): Change => put((route) => { app.patch(`${route.url}/nested`, handler) })
  const anew = put((route) => {
    Object.defineProperty(route, 'config', { value: { cors: { origin: [APP, ADMIN], enforce: true } }, enumerable: true })
  })
  for (const isFirst of [true, false]) {
    const app = Fastify()
    await app.register(cors, PLAIN)
    for (const hook of isFirst ? [anew, nested(app)] : [nested(app), anew]) app.addHook('onRoute', hook)
    app.put('/u', handler)
    t.strictSame(await seenPreflight(app, 'PUT', '/u', { origin: EVIL }), NO_CORS)
    t.strictSame(await seen(app, 'PUT', '/u', { origin: EVIL }), { status: 403, headers: { vary: 'Origin' } })
    t.strictSame(await seenPreflight(app, 'PATCH', '/u/nested', { origin: EVIL }), granted('*', 'PATCH'))
  }
})

t.test('the root of a prefix counts with and without its slash, where a hook defines config anew', async (t) => {
  for (const method of ['PUT', 'GET'] as const) {
    const app = Fastify()
    await app.register(cors, PLAIN)
    app.addHook('onRoute', (route) => {
      if (route.method === method) Object.defineProperty(route, 'config', { value: { cors: false }, enumerable: true })
    })
    app.register(async (child) => {
      child.route({ method, url: '/', handler })
      child.delete('/', handler)
    }, { prefix: '/p' })
    for (const url of ['/p', '/p/']) {
      t.strictSame(await seenPreflight(app, method, url), NO_CORS, url)
      t.strictSame(await seen(app, method, url, { origin: APP }), { status: 200, headers: {} }, url)
      t.strictSame(await seenPreflight(app, 'DELETE', url), granted('*', method === 'GET' ? 'HEAD, DELETE' : 'DELETE'), url)
    }
  }
})

t.test('the route that comes in the place of a refused one counts, where a hook defines config anew', async (t) => {
  const app = Fastify()
  await app.register(cors, PLAIN)
  app.addHook('onRoute', put((route) => {
    const { refused } = route.config as { refused?: boolean }
    if (refused === true) Object.defineProperty(route, 'config', { value: { cors: { origin: '*' } }, enumerable: true })
  }))
  app.register(async (child) => {
    t.throws(() => child.put('/', { onRequest: 'none' as never, config: { refused: true } as never }, handler))
    child.put('/', { config: { cors: { origin: APP } } }, handler)
  }, { prefix: '/p' })
  for (const url of ['/p', '/p/']) t.strictSame(await seenPreflight(app, 'PUT', url), granted(APP, 'PUT'), url)
})

t.test('a config that takes no more properties', async (t) => {
  const app = Fastify()
  await app.register(cors, PLAIN)
  app.addHook('onRoute', put((route) => { route.config = new Proxy({ cors: { origin: APP } }, { set: () => false }) as never }))
  app.put('/u', handler)
  t.strictSame(await seenPreflight(app, 'PUT', '/u'), granted(APP, 'PUT'))
})

t.test('whoever copies or freezes a config in depth stays within it', async (t) => {
  function visit (value: unknown, seen: Set<unknown>): Set<unknown> {
    if (typeof value !== 'object' || value === null || seen.has(value)) return seen
    seen.add(value)
    for (const key of Reflect.ownKeys(value)) visit(Reflect.get(value, key), seen)
    return seen
  }
  const app = Fastify()
  await app.register(cors, PLAIN)
  app.addHook('onRoute', put(({ config }) => { for (const each of visit(config, new Set())) Object.freeze(each) }))
  app.put('/u', { config: { nested: { deeper: {} } } as never }, async ({ routeOptions: { config } }) => visit(config, new Set()).size)
  t.equal((await send(app, 'PUT', '/u')).body, '3')
  t.strictSame(await seenPreflight(app, 'PUT', '/u'), granted('*', 'PUT'))
})

t.test('a not-found handler whose config is that of routes stays what it is', async (t) => {
  const app = Fastify()
  await app.register(cors, { origin: [APP, ADMIN], enforce: true, allowedHeaders: false })
  const shared = { cors: { origin: '*' } } as const
  app.addHook('onRoute', (route) => { route.config = shared as never })
  app.put('/u', handler)
  app.options('/u', handler)
  app.setNotFoundHandler({ config: shared } as never, handler)
  const denied = { status: 204, headers: { vary: `Origin, ${METHOD}` } }
  t.strictSame(await seenPreflight(app, 'PUT', '/u', { origin: EVIL }), granted('*', 'PUT, OPTIONS'))
  t.strictSame(await seenPreflight(app, 'PUT', '/none', { origin: EVIL }), denied)
  t.strictSame(await seen(app, 'PUT', '/none', { origin: EVIL }), { status: 403, headers: { vary: 'Origin' } })
})

t.test('a route has its own policy whose parameter another one has too, with another text behind it', async (t) => {
  const app = Fastify()
  await app.register(cors, { origin: APP })
  const OTHER = 'https://other.example'
  app.put('/:a(^x\\d+)c', async () => 'ok')
  app.put('/:a(^x\\d+)d', { config: { cors: { origin: OTHER } } }, async () => 'ok')
  for (const [url, origin] of [['/x1c', APP], ['/x1d', OTHER]] as const) {
    t.strictSame(await seen(app, 'PUT', url, { origin }), { status: 200, headers: { 'access-control-allow-origin': origin } })
    t.strictSame(await seenPreflight(app, 'PUT', url, { origin }), {
      status: 204,
      headers: { 'access-control-allow-origin': origin, 'access-control-allow-methods': 'PUT', vary: 'Access-Control-Request-Method, Access-Control-Request-Headers' }
    })
  }
})

t.test('a route that is refused counts at none of the hosts that have the URL', async (t) => {
  const app = Fastify()
  await app.register(cors, { origin: '*' })
  const hosts = ['a.example', 'b.example', 'c.example']
  const handler = async (): Promise<string> => 'ok'
  for (const host of hosts) app.put('/u', { constraints: { host }, config: { cors: { origin: `https://${host}` } } }, handler)
  for (const host of hosts) t.throws(() => app.put('/u', { constraints: { host }, config: { cors: { origin: EVIL } } }, handler), { code: 'FST_ERR_DUPLICATED_ROUTE' })
  for (const host of hosts) {
    const headers = { 'access-control-allow-origin': `https://${host}` }
    t.strictSame(await seen(app, 'PUT', '/u', { host, origin: EVIL }), { status: 200, headers })
    t.strictSame((await seenPreflight(app, 'PUT', '/u', { host, origin: EVIL })).headers, {
      ...headers, 'access-control-allow-methods': 'PUT', vary: 'Access-Control-Request-Method, Access-Control-Request-Headers'
    })
  }
  t.equal(app.cors.routes().length, 3)
})
