import Fastify, { type FastifyInstance } from 'fastify'
import t from 'tap'

import cors from '../../lib/index.ts'
import { APP, seen, seenPreflight, send, sendPreflight } from '../fixtures/requests.ts'
import { withRouterOptions } from '../fixtures/router-options.ts'

const PLAIN = Object.freeze({ origin: APP, allowedHeaders: false } as const)
const VARY = 'Access-Control-Request-Method'

function granted (methods: string): object {
  return { status: 204, headers: { 'access-control-allow-origin': APP, 'access-control-allow-methods': methods, vary: VARY } }
}

const handler = async (): Promise<string> => 'ok'

const orders: Record<string, (app: FastifyInstance) => unknown> = {
  'above register': (app) => {
    app.put('/u', handler)
    app.register(cors, PLAIN)
  },
  'below register that is not awaited': (app) => {
    app.register(cors, PLAIN)
    app.put('/u', handler)
  },
  'below register that is awaited': async (app) => {
    await app.register(cors, PLAIN)
    app.put('/u', handler)
  },
  'in a child context above register': (app) => {
    app.register(async (child) => { child.put('/u', handler) })
    app.register(cors, PLAIN)
  },
  'in a child context below register': (app) => {
    app.register(cors, PLAIN)
    app.register(async (child) => { child.register(async (grandchild) => { grandchild.put('/u', handler) }) })
  },
  'after the application was awaited': async (app) => {
    app.register(cors, PLAIN)
    await app.after()
    app.put('/u', handler)
  },
  'by an import of the plugin': (app) => {
    app.register(import('../../lib/index.ts'), PLAIN)
    app.put('/u', handler)
  }
}

for (const [name, declare] of Object.entries(orders)) {
  t.test(`a route declared ${name} is covered`, async (t) => {
    const app = Fastify()
    await declare(app)
    t.strictSame(await seenPreflight(app, 'PUT', '/u'), granted('PUT'))
    t.strictSame(await seen(app, 'PUT', '/u', { origin: APP }), { status: 200, headers: { 'access-control-allow-origin': APP } })
  })
}

const declarations: Record<string, [declare: (app: FastifyInstance) => unknown, asked: Array<[method: string, url: string, methods: string]>]> = {
  'a route / under a prefix, with and without the slash': [
    (app) => { app.register(async (child) => { child.put('/', handler) }, { prefix: '/p' }) },
    [['PUT', '/p', 'PUT'], ['PUT', '/p/', 'PUT']]
  ],
  'an empty route under a prefix': [
    (app) => { app.register(async (child) => { child.put('', handler) }, { prefix: '/p' }) },
    [['PUT', '/p', 'PUT']]
  ],
  'a route of a prefix that ends with a slash': [
    (app) => { app.register(async (child) => { child.put('/x', handler).put('/', handler) }, { prefix: '/p/' }) },
    [['PUT', '/p/x', 'PUT'], ['PUT', '/p/', 'PUT']]
  ],
  'an optional parameter': [(app) => { app.put('/u/:id?', handler) }, [['PUT', '/u', 'PUT'], ['PUT', '/u/7', 'PUT']]],
  'an array of methods': [
    (app) => { app.route({ method: ['PUT', 'DELETE'], url: '/u', handler }) },
    [['PUT', '/u', 'PUT, DELETE'], ['DELETE', '/u', 'PUT, DELETE']]
  ],
  'an automatic HEAD': [(app) => { app.get('/u', handler) }, [['HEAD', '/u', 'GET, HEAD']]],
  'a custom method': [
    (app) => { app.addHttpMethod('MKCOL').route({ method: 'MKCOL', url: '/u', handler }) },
    [['MKCOL', '/u', 'MKCOL']]
  ],
  'a regular expression and a wildcard': [
    (app) => { app.put('/f/:name(^\\w+$).png', handler).put('/w/*', handler) },
    [['PUT', '/f/a.png', 'PUT'], ['PUT', '/w/a/b', 'PUT']]
  ],
  'one parameter under two names': [
    (app) => { app.put('/u/:id', handler).delete('/u/:name', handler) },
    [['PUT', '/u/7', 'PUT, DELETE'], ['DELETE', '/u/7', 'PUT, DELETE']]
  ],
  'one parameter with two expressions': [
    (app) => { app.put('/u/:id(^\\d+$)', handler).delete('/u/:name(^[a-z]+$)', handler) },
    [['PUT', '/u/7', 'PUT'], ['DELETE', '/u/seven', 'DELETE']]
  ],
  'a literal colon': [(app) => { app.put('/u/a::b', handler) }, [['PUT', '/u/a:b', 'PUT']]],
  'a more specific route of another method': [
    (app) => { app.get('/u/:id', handler).put('/u/me', handler) },
    [['GET', '/u/me', 'PUT, GET, HEAD'], ['PUT', '/u/me', 'PUT, GET, HEAD']]
  ]
}

for (const [name, [declare, asked]] of Object.entries(declarations)) {
  t.test(`preflights reach ${name}`, async (t) => {
    const app = Fastify()
    app.register(cors, PLAIN)
    declare(app)
    for (const [method, url, methods] of asked) {
      const answer = await seenPreflight(app, method, url)
      const listed = String((answer.headers as Record<string, string>)['access-control-allow-methods']).split(', ').sort()
      t.strictSame({ ...answer, headers: { ...answer.headers, 'access-control-allow-methods': listed.join(', ') } }, granted(methods.split(', ').sort().join(', ')), `${method} ${url}`)
      t.equal((await send(app, method, url, { origin: APP })).statusCode, 200, 'the actual request reaches it')
    }
  })
}

const routers: Array<[string, object, string[]]> = [
  ['ignoreTrailingSlash', { ignoreTrailingSlash: true }, ['/u/x', '/u/x/']],
  ['ignoreDuplicateSlashes', { ignoreDuplicateSlashes: true }, ['/u/x', '//u//x']],
  ['caseSensitive: false', { caseSensitive: false }, ['/u/x', '/U/X']],
  ['useSemicolonDelimiter', { useSemicolonDelimiter: true }, ['/u/x', '/u/x;a=b']],
  ['maxParamLength', { maxParamLength: 200 }, [`/long/${'a'.repeat(150)}`]]
]

for (const [name, routerOptions, urls] of routers) {
  t.test(`preflights heed ${name}`, async (t) => {
    const app = Fastify(withRouterOptions(routerOptions))
    app.register(cors, PLAIN)
    app.put('/u/x', handler)
    app.put('/long/:text', handler)
    app.put('/long/*', { config: { cors: false } }, handler)
    for (const url of urls) t.strictSame(await seenPreflight(app, 'PUT', url), granted('PUT'), url)
  })
}

t.test('preflights heed rewriteUrl', async (t) => {
  const app = Fastify({ rewriteUrl: ({ url }) => (url ?? '').replace(/^\/v1/, '') })
  app.register(cors, PLAIN)
  app.put('/u', handler)
  t.strictSame(await seenPreflight(app, 'PUT', '/v1/u'), granted('PUT'))
})

t.test('preflights heed a maxParamLength below the default', async (t) => {
  const app = Fastify(withRouterOptions({ maxParamLength: 5 }))
  app.register(cors, PLAIN)
  app.put('/:text', { config: { cors: { maxAge: 1 } } }, handler)
  app.put('/*', { config: { cors: { maxAge: 2 } } }, handler)
  t.equal((await seenPreflight(app, 'PUT', '/short')).headers['access-control-max-age'], '1')
  t.equal((await seenPreflight(app, 'PUT', '/longer')).headers['access-control-max-age'], '2')
})

t.test('a HEAD route that stands above the GET route of its URL serves, spelled otherwise too', async (t) => {
  const app = Fastify(withRouterOptions({ ignoreTrailingSlash: true }))
  app.register(cors, PLAIN)
  app.head('/u/:id', { config: { cors: { maxAge: 1 } } }, handler)
  app.get('/u/:id/', { config: { cors: { maxAge: 2 } } }, handler)
  app.put('/u/*', handler)
  t.equal((await seenPreflight(app, 'HEAD', '/u/7')).headers['access-control-max-age'], '1')
  t.equal((await seenPreflight(app, 'GET', '/u/7')).headers['access-control-max-age'], '2')
})

t.test('a value that cannot be copied is refused as it would be without the copy', async (t) => {
  const app = Fastify()
  app.register(cors)
  app.put('/u', { config: { cors: { maxAge: new Date(0) as never } } }, handler)
  const error = await Promise.resolve(app.ready()).then(() => undefined, (error: Error) => error)
  t.match(error?.message, /\/maxAge +must be an integer from 0 to 86400, got/)
})

t.test('a duplicate route is refused as ever', async (t) => {
  const app = Fastify()
  await app.register(cors)
  app.put('/u', handler)
  t.throws(() => app.put('/u', handler), { code: 'FST_ERR_DUPLICATED_ROUTE' })
})

t.test('generated routes are hidden from documentation, and log as asked', async (t) => {
  for (const [options, expected] of [
    [{}, { schema: { hide: true }, logLevel: '' }],
    [{ hideOptionsRoute: false, logLevel: 'silent' }, { schema: undefined, logLevel: 'silent' }]
  ] as const) {
    const app = Fastify()
    const found: unknown[] = []
    app.addHook('onRoute', ({ method, schema, logLevel }) => {
      if (method === 'OPTIONS') found.push({ schema: schema && { ...schema }, logLevel })
    })
    await app.register(cors, options)
    app.put('/u', handler)
    await app.ready()
    t.strictSame(found, [expected])
    t.equal(app.hasRoute({ method: 'OPTIONS', url: '/u' }), true)
  }
})

t.test('a route without CORS gets no OPTIONS route', async (t) => {
  const app = Fastify()
  await app.register(cors)
  app.put('/off', { config: { cors: false } }, handler)
  await app.ready()
  t.equal(app.hasRoute({ method: 'OPTIONS', url: '/off' }), false)
})

t.test('a block that its owner changes later is what it was', async (t) => {
  const app = Fastify()
  await app.register(cors)
  const block = { origin: [APP], maxAge: 1 }
  app.put('/u', { config: { cors: block as never } }, handler)
  block.origin.push('https://evil.example')
  block.maxAge = 2
  const { headers } = await sendPreflight(app, 'PUT', '/u')
  t.equal(headers['access-control-max-age'], '1')
  t.equal(headers['access-control-allow-origin'], APP)
})
