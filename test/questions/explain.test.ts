import Fastify, { type FastifyInstance } from 'fastify'
import t from 'tap'

import cors, { corsOf, type CorsExplanation, type CorsPluginOptions, type CorsQuestion } from '../../lib/index.ts'
import { APP, EVIL, seen, seenPreflight } from '../fixtures/requests.ts'

const ADMIN = 'https://admin.example.com'

const handler = async (): Promise<string> => 'ok'

const options: CorsPluginOptions = {
  origin: [APP, ADMIN],
  maxAge: 600,
  policies: { public: { origin: '*' }, narrow: { allowedHeaders: ['X-Known'], methods: ['PUT'] } }
}

async function build (options: CorsPluginOptions, declare: (app: FastifyInstance) => void): Promise<FastifyInstance> {
  const app = Fastify()
  app.register(cors, options)
  declare(app)
  await app.ready()
  return app
}

const app = await build(options, (app) => {
  app.get('/orders/:id', handler)
  app.put('/orders/:id', { config: { cors: { credentials: true } } }, handler)
  app.patch('/orders/:id', { config: { cors: 'narrow' } }, handler)
  app.delete('/orders/:id', { config: { cors: { policy: 'narrow', origin: ADMIN, methods: 'DELETE' } } }, handler)
  app.get('/feed', { config: { cors: 'public' } }, handler)
  app.post('/internal', { config: { cors: false } }, handler)
  app.get('/nobody', { config: { cors: { origin: false } } }, handler)
  app.get('/star', { config: { cors: { allowedHeaders: '*' } } }, handler)
  app.get('/declared', { schema: { headers: { type: 'object', properties: { 'x-declared': {} } } }, config: { cors: { allowedHeaders: 'schema' } } }, handler)
  app.get('/asked', { config: { cors: { origin: async (origin) => origin === APP } } }, handler)
  app.get('/failing', { config: { cors: { origin: () => { throw new Error('no\ndatabase') } } } }, handler)
  app.get('/enforced', { config: { cors: { enforce: true } } }, handler)
})

type Row = readonly [name: string, question: Partial<CorsQuestion>, expected: Partial<CorsExplanation>]

const rows: Row[] = [
  ['an allowed origin', { url: '/orders/1' }, {
    allowed: true,
    code: 'ALLOWED',
    reason: `GET /orders/:id allows '${APP}': origin is ['${APP}', '${ADMIN}'] in the plugin's options`,
    option: { name: 'origin', from: 'plugin' }
  }],
  ['an origin that is not on the list', { url: '/orders/1', origin: EVIL }, {
    allowed: false,
    code: 'ORIGIN_NOT_ALLOWED',
    reason: `GET /orders/:id does not allow '${EVIL}': add it to origin; origin is ['${APP}', '${ADMIN}'] in the plugin's options`,
    option: { name: 'origin', from: 'plugin' }
  }],
  ['an origin that the route narrows out', { method: 'DELETE', url: '/orders/1' }, {
    code: 'ORIGIN_NOT_ALLOWED',
    reason: `DELETE /orders/:id does not allow '${APP}': add it to origin; origin is '${ADMIN}' in the route's config.cors`,
    option: { name: 'origin', from: 'route' }
  }],
  ['no origin at all', { url: '/nobody' }, {
    code: 'ORIGIN_NOT_ALLOWED',
    reason: `GET /nobody does not allow '${APP}': name it in origin; origin is false in the route's config.cors`
  }],
  ['the origin null', { url: '/orders/1', origin: 'null' }, {
    code: 'ORIGIN_NOT_ALLOWED',
    reason: "GET /orders/:id does not allow 'null': only '*' or a function serves the origin null; " +
      `origin is ['${APP}', '${ADMIN}'] in the plugin's options`
  }],
  ['an origin function that agrees', { url: '/asked' }, {
    allowed: true,
    reason: `GET /asked allows '${APP}': origin is a function in the route's config.cors`
  }],
  ['an origin function that says no', { url: '/asked', origin: EVIL }, {
    code: 'ORIGIN_NOT_ALLOWED',
    reason: `GET /asked does not allow '${EVIL}': the origin function says no; origin is a function in the route's config.cors`
  }],
  ['an origin function that fails', { url: '/failing' }, {
    code: 'ORIGIN_FUNCTION_FAILED',
    reason: "GET /failing has an origin function that failed (no\\ndatabase): it stands in the route's config.cors",
    response: { status: 500, headers: { vary: 'Origin' } }
  }],
  ['a preflight whose origin function fails', { url: '/failing', headers: { 'x-a': '1' } }, {
    code: 'ORIGIN_FUNCTION_FAILED',
    preflight: { status: 500, headers: { vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers' } }
  }],
  ['an origin that is refused before the handler', { url: '/enforced', origin: EVIL }, {
    code: 'ORIGIN_NOT_ALLOWED',
    response: { status: 403, headers: { vary: 'Origin', 'cache-control': 'no-store' } }
  }],
  ['a method that the policy leaves out', { method: 'PATCH', url: '/orders/1' }, {
    code: 'METHOD_NOT_ALLOWED',
    reason: "PATCH /orders/:id is not granted: add 'PATCH' to methods; methods is ['PUT'] in the policy 'narrow'",
    option: { name: 'methods', from: { policy: 'narrow' } }
  }],
  ['a method that no route serves', { method: 'PURGE', url: '/orders/1' }, {
    code: 'METHOD_NOT_ALLOWED',
    reason: 'No route serves PURGE /orders/1, only GET, HEAD, PUT, PATCH, DELETE: declare one for PURGE'
  }],
  ['an origin that the default policy does not allow, for a method that no route serves', { method: 'POST', url: '/orders/1', origin: EVIL }, {
    code: 'ORIGIN_NOT_ALLOWED',
    reason: `POST /orders/1 does not allow '${EVIL}': add it to origin; origin is ['${APP}', '${ADMIN}'] in the plugin's options`
  }],
  ['a header for a method that no route serves', { method: 'POST', url: '/orders/1', headers: { 'x-a': '1' } }, {
    code: 'HEADER_NOT_ALLOWED',
    header: 'x-a',
    reason: 'No route serves POST /orders/1, so that its preflight is granted no header: declare a route for POST'
  }],
  ['a header that is not granted', { method: 'DELETE', url: '/orders/1', origin: ADMIN, headers: { 'x-known': '1', 'x-other': '2' } }, {
    code: 'HEADER_NOT_ALLOWED',
    header: 'x-other',
    reason: "DELETE /orders/:id does not allow the request header 'x-other': add it to allowedHeaders; " +
      "allowedHeaders is ['X-Known'] in the policy 'narrow'",
    option: { name: 'allowedHeaders', from: { policy: 'narrow' } }
  }],
  ["a header that '*' does not cover", { url: '/star', headers: { authorization: 'Bearer 1' } }, {
    code: 'HEADER_NOT_ALLOWED',
    header: 'authorization',
    reason: "GET /star does not allow the request header 'authorization': add it to allowedHeaders; " +
      "allowedHeaders is '*' in the route's config.cors"
  }],
  ['a header that the schema does not declare', { url: '/declared', headers: { 'x-declared': '1', 'x-other': '2' } }, {
    code: 'HEADER_NOT_ALLOWED',
    header: 'x-other',
    reason: "GET /declared does not allow the request header 'x-other': declare it in schema.headers of the route; " +
      "allowedHeaders is 'schema' in the route's config.cors"
  }],
  ['headers that are too long to be reflected', { url: '/orders/1', headers: { [`x-${'a'.repeat(9000)}`]: '1' } }, {
    code: 'HEADER_NOT_ALLOWED',
    option: { name: 'allowedHeaders', from: 'default' }
  }],
  ['credentials that are granted', { method: 'PUT', url: '/orders/1', credentials: 'include' }, { allowed: true, code: 'ALLOWED' }],
  ['credentials that are not granted', { url: '/orders/1', credentials: true }, {
    code: 'CREDENTIALS_NOT_ALLOWED',
    reason: 'GET /orders/:id allows no credentials: set credentials: true; credentials is false by default',
    option: { name: 'credentials', from: 'default' }
  }],
  ["credentials with '*'", { url: '/feed', credentials: true }, {
    code: 'CREDENTIALS_NOT_ALLOWED',
    reason: "GET /feed allows no credentials: name the origins instead of '*' and set credentials: true; origin is '*' in the policy 'public'",
    option: { name: 'origin', from: { policy: 'public' } }
  }],
  ['no credentials', { url: '/feed', credentials: false }, { allowed: true }],
  ['a route without CORS', { method: 'POST', url: '/internal' }, {
    code: 'NO_CORS',
    reason: 'POST /internal has no CORS: config.cors of the route is false',
    option: { name: 'cors', from: 'route' },
    response: { status: 200, headers: {} }
  }],
  ['a method beside routes without CORS', { method: 'PUT', url: '/internal' }, {
    code: 'NO_CORS',
    reason: 'No route serves PUT /internal, and those of the URL (POST) have no CORS: declare one for PUT'
  }],
  ['a URL that nothing serves', { method: 'PUT', url: '/nothing' }, {
    allowed: true,
    code: 'ALLOWED',
    reason: `No route serves PUT /nothing; a page of '${APP}' can read the 404: origin is ['${APP}', '${ADMIN}'] in the plugin's options`,
    response: { status: 404, headers: { 'access-control-allow-origin': APP, vary: 'Origin' } }
  }],
  ['a URL that nothing serves, from elsewhere', { url: '/nothing', origin: EVIL }, {
    code: 'ORIGIN_NOT_ALLOWED',
    reason: `The 404 of GET /nothing does not allow '${EVIL}': add it to origin; origin is ['${APP}', '${ADMIN}'] in the plugin's options`
  }],
  ['a URL that cannot be decoded', { url: '/%' }, {
    code: 'BAD_URL',
    reason: "Fastify refuses '/%' with 400 before any hook: correct its percent-encoding",
    response: { status: 400, headers: {} }
  }],
  ['the origin of the server', { url: '/orders/1', host: 'api.example.com', origin: 'http://api.example.com' }, {
    allowed: true,
    code: 'SAME_ORIGIN',
    reason: "'http://api.example.com' is the origin of the server itself, where browsers need no CORS"
  }],
  ['the origin of the server, by an absolute URL', { url: 'https://api.example.com/orders/1', origin: 'https://api.example.com' }, {
    allowed: true,
    code: 'SAME_ORIGIN'
  }],
  ['a method that pages may not use', { method: 'TRACE', url: '/orders/1' }, {
    allowed: false,
    code: 'NOT_SENT',
    reason: 'A browser does not send this request: A page may not use the method TRACE; choose another one.'
  }],
  ['a scheme without HTTP', { url: 'ftp://localhost/' }, { allowed: false, code: 'NOT_SENT' }]
]

for (const [name, question, expected] of rows) {
  t.test(`explains ${name}`, async (t) => {
    t.match(await app.cors.explain({ url: '/', origin: APP, ...question }), expected)
  })
}

t.test('a whole explanation', async (t) => {
  const { policy, ...explained } = await app.cors.explain({ method: 'put', url: '/orders/1?x=1', origin: ADMIN, headers: { 'X-A': '1' } })
  t.strictSame(explained, {
    allowed: true,
    code: 'ALLOWED',
    reason: `PUT /orders/:id allows '${ADMIN}': origin is ['${APP}', '${ADMIN}'] in the plugin's options`,
    option: { name: 'origin', from: 'plugin' },
    route: { methods: ['PUT'], url: '/orders/:id', constraints: {} },
    preflight: await seenPreflight(app, 'PUT', '/orders/1', { origin: ADMIN, headers: { 'access-control-request-headers': 'x-a' } }),
    response: await seen(app, 'PUT', '/orders/1', { origin: ADMIN })
  })
  t.match(policy, { options: { credentials: true, maxAge: 600 }, from: { credentials: 'route', maxAge: 'plugin', methods: 'default' } })
})

t.test('equal policies keep apart where their options were set', async (t) => {
  const app = await build({ maxAge: 5, policies: { five: { maxAge: 5 } } }, (app) => {
    app.get('/inherited', handler)
    app.get('/named', { config: { cors: 'five' } }, handler)
    app.get('/refined', { config: { cors: { policy: 'five', maxAge: 5 } } }, handler)
    app.register(async (child) => {
      child.register(cors, {})
      child.get('/child', handler)
    })
  })
  for (const [url, from, name] of [['/inherited', 'plugin'], ['/named', { policy: 'five' }, 'five'], ['/refined', 'route', 'five'], ['/child', 'outer']] as const) {
    const { policy } = await app.cors.explain({ url, origin: APP })
    t.strictSame([policy?.from.maxAge, policy?.name], [from, name], url)
  }
})

t.test('with global: false the option is global', async (t) => {
  const app = await build({ global: false }, (app) => { app.get('/x', handler) })
  t.match(await app.cors.explain({ url: '/x', origin: APP }), {
    code: 'NO_CORS',
    reason: "GET /x has no CORS: give the route a config.cors, or set global: true in the plugin's options",
    option: { name: 'global', from: 'plugin' }
  })
  t.match(await app.cors.explain({ url: '/nothing', origin: APP }), {
    code: 'NO_CORS',
    reason: "The 404 of GET /nothing has no CORS: global is not true in the plugin's options, so that requests without a route have none"
  })
})

t.test('routes outside of every registration are said to be', async (t) => {
  const app = Fastify()
  app.get('/out', handler)
  app.register(async (child) => {
    child.register(cors)
    child.get('/in', handler)
  })
  await app.ready()
  const { policy, ...explained } = await app.cors.explain({ url: '/out', origin: APP })
  t.equal(explained.reason, 'GET /out has no CORS: the plugin is not registered in its context')
  t.strictSame(explained.response, { status: 200, headers: {} })
  t.equal((await app.cors.explain({ url: '/in', origin: APP })).allowed, true)
  t.equal((await app.cors.explain({ url: '/nothing', origin: APP })).code, 'NO_CORS')
})

t.test('the not-found handler of a child context answers for its registration', async (t) => {
  const app = await build({ origin: APP }, (app) => {
    app.register(async (child) => {
      child.register(cors, { origin: ADMIN })
      child.setNotFoundHandler(async (_request, reply) => await reply.code(404).send('child'))
    }, { prefix: '/child' })
    app.register(async (child) => { child.get('/x', handler) }, { prefix: '/other' })
  })
  for (const url of ['/child', '/child/nothing', '/other/nothing', '/nothing']) {
    const { response } = await app.cors.explain({ url, origin: ADMIN })
    t.strictSame(response, await seen(app, 'GET', url, { origin: ADMIN }), url)
  }
})

t.test('a version tells routes apart, for a request but not for its preflight', async (t) => {
  const app = await build({ origin: APP }, (app) => {
    app.get('/v', { constraints: { version: '1.0.0' } }, handler)
    app.get('/v', { constraints: { version: '2.0.0' }, config: { cors: { allowedHeaders: ['X-A'] } } }, handler)
    app.put('/off', { constraints: { version: '1.0.0' } }, handler)
    app.put('/off', { constraints: { version: '2.0.0' }, config: { cors: false } }, handler)
    app.put('/creds', { constraints: { version: '1.0.0' }, config: { cors: { credentials: true } } }, handler)
    app.put('/creds', { constraints: { version: '2.0.0' }, config: { cors: { methods: 'GET' } } }, handler)
    app.put('/origins', { constraints: { version: '1.0.0' }, config: { cors: { origin: '*' } } }, handler)
    app.put('/origins', { constraints: { version: '2.0.0' }, config: { cors: { origin: [ADMIN, EVIL] } } }, handler)
    app.put('/one', { constraints: { version: '1.0.0' }, config: { cors: { origin: '*' } } }, handler)
    app.put('/one', { constraints: { version: '2.0.0' }, config: { cors: { origin: ADMIN } } }, handler)
    app.put('/same', { constraints: { version: '1.0.0' } }, handler)
    app.put('/same', { constraints: { version: '2.0.0' }, config: { cors: { origin: ADMIN } } }, handler)
    for (const [url, cors] of [['/first-asked', { origin: () => false }], ['/first-one', { origin: ADMIN }], ['/first-list', { origin: [ADMIN, EVIL] }]] as const) {
      app.put(url, { constraints: { version: '1.0.0' }, config: { cors: cors as never } }, handler)
      app.put(url, { constraints: { version: '2.0.0' }, config: { cors: { origin: '*' } } }, handler)
    }
    app.put('/first-other', { constraints: { version: '1.0.0' }, config: { cors: { origin: ADMIN } } }, handler)
    app.put('/first-other', { constraints: { version: '2.0.0' }, config: { cors: { origin: APP } } }, handler)
    app.put('/asked', { constraints: { version: '1.0.0' } }, handler)
    app.put('/asked', { constraints: { version: '2.0.0' }, config: { cors: { origin: () => false } } }, handler)
  })
  const version = { 'accept-version': '1.x' }
  t.match(await app.cors.explain({ url: '/v', origin: APP, headers: version }), {
    code: 'HEADER_NOT_ALLOWED',
    reason: "GET /v (version '2.0.0') does not allow the request header 'accept-version': add it to allowedHeaders; " +
      "allowedHeaders is ['X-A'] in the route's config.cors"
  })
  t.match(await app.cors.explain({ method: 'PUT', url: '/off', origin: APP, headers: version }), {
    reason: "PUT /off (version '2.0.0') has no CORS: config.cors of the route is false"
  })
  t.match(await app.cors.explain({ method: 'PUT', url: '/creds', origin: APP, headers: version }), {
    code: 'METHOD_NOT_ALLOWED', route: { constraints: { version: '2.0.0' } }
  })
  t.match(await app.cors.explain({ method: 'PUT', url: '/creds', origin: APP, headers: version, credentials: true }), {
    code: 'CREDENTIALS_NOT_ALLOWED', route: { constraints: { version: '2.0.0' } }
  })
  for (const url of ['/origins', '/asked', '/one', '/same']) {
    t.match(await app.cors.explain({ method: 'PUT', url, origin: APP, headers: version }), {
      code: 'ORIGIN_NOT_ALLOWED', route: { constraints: { version: '2.0.0' } }
    }, url)
  }
  for (const url of ['/first-asked', '/first-one', '/first-list', '/first-other']) {
    t.match(await app.cors.explain({ method: 'PUT', url, origin: APP, headers: version }), {
      code: 'ORIGIN_NOT_ALLOWED', route: { constraints: { version: '1.0.0' } }
    }, url)
  }
  t.equal((await app.cors.explain({ method: 'PUT', url: '/origins', origin: ADMIN, headers: version })).allowed, true)
})

t.test("versions that are no numbers are the application's own", async (t) => {
  const app = await build({ origin: APP }, (app) => {
    app.addConstraintStrategy({
      name: 'version',
      storage: () => new Map() as never,
      deriveConstraint: (request) => request.headers['accept-version'],
      validate: () => true
    })
    app.get('/v', { constraints: { version: 'gold' } }, handler)
    app.get('/v', { constraints: { version: 'lead' }, config: { cors: { allowedHeaders: [] } } }, handler)
  })
  t.match(await app.cors.explain({ url: '/v', origin: APP, headers: { 'accept-version': 'gold' } }), {
    code: 'HEADER_NOT_ALLOWED', route: { constraints: { version: 'lead' } }
  })
})

t.test('of routes that only the application can tell apart, the one that refuses counts', async (t) => {
  const app = Fastify({
    constraints: {
      tenant: { name: 'tenant', storage: () => new Map() as never, validate: () => true, deriveConstraint: () => undefined }
    } as never
  })
  app.register(cors, { origin: APP })
  app.get('/t', { constraints: { tenant: 'a' } }, handler)
  app.get('/t', { constraints: { tenant: 'b' }, config: { cors: false } }, handler)
  app.get('/t', { constraints: { tenant: 'c' } }, handler)
  await app.ready()
  t.match(await app.cors.explain({ url: '/t', origin: APP }), {
    code: 'NO_CORS', route: { methods: ['GET'], url: '/t', constraints: { tenant: 'b' } }
  })
})

t.test("an OPTIONS route of the application's that the generated one stands behind is the one that is explained", async (t) => {
  const stored: Array<[pattern: string, value: unknown]> = []
  const host = {
    name: 'host',
    storage: () => ({
      // The first one that matches: what is declared first hides what is declared later.
      get: (asked: string) => stored.find(([pattern]) => pattern === asked || (pattern.startsWith('*') && asked.endsWith(pattern.slice(1))))?.[1],
      set: (pattern: string, value: unknown) => { stored.push([pattern, value]) }
    }),
    deriveConstraint: ({ headers }: { headers: Record<string, string> }) => headers['host'],
    validate: () => true
  }
  const app = Fastify({ constraints: { host } as never })
  app.register(cors, { origin: APP, global: false })
  app.options('/u', { constraints: { host: '*.example' }, config: { cors: true } }, handler)
  app.get('/u', { constraints: { host: 'one.example' }, config: { cors: true } }, handler)
  await app.ready()
  const asked = { origin: APP, host: 'one.example' }
  const { response } = await app.cors.explain({ ...asked, method: 'OPTIONS', url: '/u' })
  t.strictSame(response, await seen(app, 'OPTIONS', '/u', asked))
  t.equal(response?.status, 200)
})

t.test("an OPTIONS request that is no preflight is the user's route's, or the plugin's", async (t) => {
  const app = await build({ origin: APP, strictPreflight: true, rawHeaders: true }, (app) => {
    app.get('/declared', handler)
    app.get('/continued', { config: { cors: { preflightContinue: true, strictPreflight: false } } }, handler)
    app.register(async (child) => { child.options('/declared', { config: { cors: false } }, handler) })
    app.get('/generated', { config: { cors: { strictPreflight: false } } }, handler)
  })
  t.match(await app.cors.explain({ method: 'OPTIONS', url: '/declared', origin: APP }), {
    code: 'NO_CORS', route: { methods: ['OPTIONS'], url: '/declared' }
  })
  const { preflight } = await app.cors.explain({ url: '/continued', origin: APP, headers: { 'x-a': '1' } })
  t.strictSame(preflight, await seenPreflight(app, 'GET', '/continued', { headers: { 'access-control-request-headers': 'x-a' } }))
  const same = { method: 'OPTIONS', origin: 'http://localhost' }
  t.match(await app.cors.explain({ ...same, url: '/declared' }), { response: { status: 200, headers: {} }, route: { methods: ['OPTIONS'] } })
  t.match(await app.cors.explain({ ...same, url: '/generated' }), { response: { status: 400 } })
})

t.test("a preflight for OPTIONS is about the user's route, though the plugin's is before it", async (t) => {
  const app = await build({ global: false, origin: false }, (app) => {
    app.options('/*', { constraints: { host: 'one.example' }, config: { cors: { maxAge: 1 } } }, handler)
    app.get('/orders/:id', { config: { cors: { maxAge: 2 } } }, handler)
  })
  const question = { method: 'OPTIONS', url: '/orders/1', host: 'one.example', origin: APP, headers: { 'x-test': '1' } }
  const explained = await corsOf(app).explain(question)
  const real = await seenPreflight(app, 'OPTIONS', '/orders/1', { origin: APP, host: 'one.example' })
  t.match(explained, { allowed: false, code: 'ORIGIN_NOT_ALLOWED', route: { url: '/*' }, preflight: { status: real.status } })
  t.equal(explained.preflight?.headers['vary'], real.headers['vary'])
  t.match(explained.reason, /^OPTIONS \/\* .*does not allow/)
})

t.test('the other OPTIONS requests get Allow', async (t) => {
  const app = await build({ origin: APP }, (app) => { app.get('/x', handler) })
  const { route, response } = await app.cors.explain({ method: 'OPTIONS', url: '/x', origin: 'http://localhost' })
  t.equal(route, undefined)
  t.strictSame(response, { status: 204, headers: { 'access-control-allow-origin': APP, allow: 'GET, HEAD, OPTIONS' } })
})

t.test('an origin function sees what the question says', async (t) => {
  let seenByFunction: unknown
  const app = await build({
    origin: async (_origin, _callback, request) => {
      request.log.child({}).info('asked')
      const { method, url, host, hostname, port, protocol, ip, query, headers, is404, routeOptions } = request
      seenByFunction = { method, url, host, hostname, port, protocol, ip, query, headers, is404, route: routeOptions.url }
      return true
    }
  }, (app) => { app.get('/x', handler) })
  t.equal((await app.cors.explain({ url: '/x?a=1', host: 'api.example.com:8080', origin: APP })).allowed, true)
  t.match(seenByFunction, {
    method: 'GET',
    url: '/x?a=1',
    host: 'api.example.com:8080',
    hostname: 'api.example.com',
    port: 8080,
    protocol: 'http',
    ip: '127.0.0.1',
    query: { a: '1' },
    headers: { host: 'api.example.com:8080', origin: APP },
    is404: false,
    route: '/x'
  })
})

t.test("the origin function's error decides the status as Fastify would", async (t) => {
  for (const [statusCode, status] of [[503, 503], [302, 500]] as const) {
    const app = await build({ origin: () => { throw Object.assign(new Error('down'), { statusCode }) } }, (app) => { app.get('/x', handler) })
    const { response } = await app.cors.explain({ url: '/x', origin: APP })
    t.strictSame(response, await seen(app, 'GET', '/x', { origin: APP }))
    t.equal(response?.status, status)
  }
})

t.test('a question that no browser could ask rejects', async (t) => {
  await t.rejects(corsOf(app).explain({ url: 'no url', origin: APP }), new TypeError("'no url' is no URL; write a path such as '/orders/1'"))
  const wrong = "origin has to be an origin, 'https://app.example.com' or 'null', not"
  for (const [question, message] of [
    [undefined, "explain needs a question, such as { origin: 'https://app.example.com', url: '/orders/1' }"],
    [null, "explain needs a question, such as { origin: 'https://app.example.com', url: '/orders/1' }"],
    [{}, "origin is missing; name the page's origin, 'https://app.example.com'"],
    [{ url: '/', origin: 'example.com' }, `${wrong} 'example.com'`],
    [{ url: '/', from: 'https://Example.com/' }, `${wrong} 'https://Example.com/'; write 'https://example.com'`],
    [{ origin: APP }, "url has to be a path such as '/orders/1', or an absolute URL, not undefined"],
    [{ origin: APP, url: '/', method: 7 }, "method has to be a name such as 'PUT', not 7"]
  ] as const) await t.rejects(corsOf(app).explain(question as never), new TypeError(message))
})

t.test('the page is named by from as well, as simulate and the command name it', async (t) => {
  const question = { method: 'PUT', url: '/orders/1' }
  t.strictSame(await corsOf(app).explain({ ...question, from: APP }), await corsOf(app).explain({ ...question, origin: APP }))
})

t.test('a method in another case is told, not the route', async (t) => {
  const { allowed, reason } = await corsOf(app).explain({ method: 'patch', url: '/orders/1', origin: APP })
  t.strictSame([allowed, reason], [false, "Browsers send 'patch' as it is written, which no route serves: write 'PATCH'"])
})
