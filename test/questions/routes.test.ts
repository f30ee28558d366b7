import Fastify, { type FastifyInstance } from 'fastify'
import t from 'tap'

import cors, { type CorsPluginOptions } from '../../lib/index.ts'
import { formatReport } from '../../lib/questions/report.ts'
import { APP, seen, seenPreflight } from '../fixtures/requests.ts'

const handler = async (): Promise<string> => 'ok'

async function build (options: CorsPluginOptions, declare: (app: FastifyInstance) => void): Promise<FastifyInstance> {
  const app = Fastify({ exposeHeadRoutes: false })
  app.register(cors, options)
  declare(app)
  await app.ready()
  return app
}

const app = await build({
  origin: [APP, 'https://*.example.com'],
  credentials: true,
  policies: { public: { origin: '*', credentials: false, cacheControl: 60 } }
}, (app) => {
  app.get('/orders/:id', handler)
  app.put('/orders/:id', { config: { cors: { origin: APP, allowedHeaders: ['X-A'], exposedHeaders: 'X-Total', maxAge: 5 } } }, handler)
  app.delete('/orders/:id', { config: { cors: { origin: APP, allowedHeaders: ['X-A'], exposedHeaders: 'X-Total', maxAge: 5, methods: ['PUT'] } } }, handler)
  app.get('/feed', { constraints: { host: 'feed.example' }, config: { cors: 'public' } }, handler)
  app.route({ method: ['GET', 'POST'], url: '/internal|\\x', config: { cors: false }, handler })
})

t.test('routes() tells the policy of every method of every route', async (t) => {
  t.strictSame(app.cors.routes().map(({ method, url, constraints, policy }) => [method, url, constraints, policy?.name, policy?.from.origin]), [
    ['GET', '/orders/:id', {}, undefined, 'plugin'],
    ['PUT', '/orders/:id', {}, undefined, 'route'],
    ['DELETE', '/orders/:id', {}, undefined, 'route'],
    ['GET', '/feed', { host: 'feed.example' }, 'public', { policy: 'public' }],
    ['GET', '/internal|\\x', {}, undefined, undefined],
    ['POST', '/internal|\\x', {}, undefined, undefined]
  ])
})

t.test('routes() tells the headers that are sent', async (t) => {
  const routes = app.cors.routes()
  for (const [index, url, host] of [[0, '/orders/1'], [1, '/orders/1'], [2, '/orders/1'], [3, '/feed', 'feed.example']] as const) {
    const { method, headers } = routes[index] as { method: string, headers: { response: object, preflight: object } }
    const asked = { origin: APP, ...(host !== undefined && { host }) }
    const filled = JSON.parse(JSON.stringify(headers).replaceAll('<origin>', APP).replaceAll('<requested headers>', 'x-b'))
    const { 'cache-control': cacheControl, ...preflight } = filled.preflight
    t.strictSame(filled.response, (await seen(app, method, url, asked)).headers)
    t.strictSame(preflight, (await seenPreflight(app, method, url, { ...asked, headers: { 'access-control-request-headers': 'x-b' } })).headers)
    t.equal(cacheControl, host === undefined ? undefined : 'max-age=60')
  }
  t.equal(routes[4]?.headers, undefined)
})

t.test('report() is a table, in which methods with the same options share a row', async (t) => {
  const { cors } = await buildSmall()
  const [head = '', first = '', second = '', third = '', ...others] = cors.report().split('\n')
  t.match(head, /^route +origin +credentials +allowedHeaders +exposedHeaders +maxAge +other options$/)
  t.match(first, /^GET, HEAD \/orders\/:id +'https:\/\/app\.example\.com' \(the plugin's options\) +false +true$/)
  t.match(second, /^PUT \/orders\/:id \(host 'a\.example'\) .* \['A', 'B', 'C', … 1 more\] \(the route's config\.cors\) +5 \(the policy 'short'\) +enforce: true \(the route's config\.cors\); methods: 'PUT' \(the policy 'short'\)$/)
  t.match(third, /^POST \/internal\|x +no CORS$/)
  t.strictSame(others, [])
  for (const column of ['origin', 'credentials']) {
    t.equal(first.charAt(head.indexOf(column) - 1), ' ', 'columns are aligned')
    t.not(first.charAt(head.indexOf(column)), ' ', 'columns are aligned')
  }
})

t.test('routes() and report() tell what select may name, and the policy without it', async (t) => {
  const app = await build({
    origin: [APP, 'https://b.example'], select: () => undefined, vary: 'X-Tenant', policies: { open: { origin: '*' }, b: { maxAge: 5 }, c: { maxAge: 6 }, d: { maxAge: 7 } }
  }, (app) => {
    app.get('/x', handler)
    app.get('/block', { config: { cors: { origin: APP, maxAge: 5, enforce: true } } }, handler)
    app.get('/named', { config: { cors: 'open' } }, handler)
    app.get('/none', { config: { cors: false } }, handler)
  })
  const routes = app.cors.routes()
  t.strictSame(routes.map(({ url, policy, selectable }) => [url, policy?.name, selectable?.join()]), [
    ['/x', undefined, 'open,b,c,d'], ['/block', undefined, 'open,b,c,d'], ['/named', 'open', undefined], ['/none', undefined, undefined]
  ])
  for (const { url, headers } of routes.slice(0, 3)) {
    const { response, preflight } = JSON.parse(JSON.stringify(headers).replaceAll('<origin>', APP).replaceAll('<requested headers>', 'x-b'))
    t.strictSame(response, (await seen(app, 'GET', url, { origin: APP })).headers)
    t.strictSame(preflight, (await seenPreflight(app, 'GET', url, { headers: { 'access-control-request-headers': 'x-b' } })).headers)
  }
  const [, first = '', second = '', third = ''] = app.cors.report().split('\n')
  t.match(first, / {2}unless select names one of \['open', 'b', 'c', … 1 more\]$/)
  t.match(second, / {2}enforce: true \(the route's config\.cors\); unless select names one of \['open', 'b', 'c', … 1 more\]$/)
  t.notMatch(third, 'select')
})

t.test('report() may be Markdown', async (t) => {
  const { cors } = await buildSmall()
  const lines = cors.report({ format: 'markdown' }).split('\n')
  t.strictSame([lines[0], lines[1], lines[2], lines[4]], [
    '| route | origin | credentials | allowedHeaders | exposedHeaders | maxAge | other options |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    "| GET, HEAD /orders/:id | 'https://app.example.com' (the plugin's options) | false | true |  |  |  |",
    '| POST /internal\\|x | no CORS |  |  |  |  |  |'
  ])
})

async function buildSmall (): Promise<FastifyInstance> {
  const app = Fastify()
  app.register(cors, { origin: APP, policies: { short: { maxAge: 5, methods: 'PUT' } } })
  app.get('/orders/:id', handler)
  app.put('/orders/:id', {
    constraints: { host: 'a.example' }, config: { cors: { policy: 'short', allowedHeaders: ['A', 'B', 'C', 'D'], enforce: true } }
  }, handler)
  app.post('/internal|x', { config: { cors: false } }, handler)
  await app.ready()
  return app
}

t.test('the root of a prefix is two URLs, with all their methods', async (t) => {
  const app = await build({ origin: APP }, (app) => {
    app.register(async (scope) => {
      scope.get('/', handler)
      scope.post('/', { config: { cors: false } }, handler)
      scope.put('/', { prefixTrailingSlash: 'slash' }, handler)
      scope.delete('', handler)
      scope.patch('/:id?', handler)
    }, { prefix: '/p' })
  })
  t.strictSame(app.cors.routes().map(({ method, url, policy }) => [method, url, policy !== undefined]), [
    ['GET', '/p', true], ['GET', '/p/', true], ['POST', '/p', false], ['POST', '/p/', false], ['PUT', '/p/', true], ['DELETE', '/p', true], ['PATCH', '/p/:id?', true]
  ])
  t.match(app.cors.report(), /^GET, DELETE \/p {2,}.*\nGET, PUT \/p\/ {2,}.*\nPOST \/p {2,}no CORS\nPOST \/p\/ {2,}no CORS$/m)
})

t.test('a method that has a URL twice stands there once', async (t) => {
  const app = await build({ origin: APP }, (app) => { app.get('/u', handler) })
  const routes = app.cors.routes()
  t.equal(formatReport([...routes, ...routes]), formatReport(routes))
})
