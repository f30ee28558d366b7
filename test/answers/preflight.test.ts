import type { IncomingMessage } from 'node:http'

import Fastify, { type FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'

import cors, { type CorsPluginOptions, type RouteCors } from '../../lib/index.ts'
import { APP, EVIL, seenPreflight, sendPreflight } from '../fixtures/requests.ts'
import { listen, sendOverSocket, type SocketRequest } from '../fixtures/sockets.ts'

const ADMIN = 'https://admin.example.com'
const METHOD = 'Access-Control-Request-Method'
const HEADERS = 'Access-Control-Request-Headers'
const ASKED = { headers: { 'access-control-request-headers': 'content-type,x-a' } }

async function build (options: CorsPluginOptions, routes: Record<string, RouteCors | undefined>): Promise<FastifyInstance> {
  const app = Fastify()
  app.register(cors, Object.freeze(options))
  for (const [route, block] of Object.entries(routes)) {
    const [method, url] = route.split(' ') as ['GET', string]
    app.route({ method, url, config: { cors: block }, handler: async () => 'ok' })
  }
  await app.ready()
  return app
}

t.test('every option of a policy is in the answer', async (t) => {
  const app = await build({
    origin: [APP, ADMIN],
    credentials: true,
    maxAge: 600,
    cacheControl: 60,
    allowedHeaders: 'X-A,Content-Type',
    exposedHeaders: 'x-b',
    optionsSuccessStatus: 200
  }, { 'GET /': undefined, 'PUT /': undefined })
  const response = await sendPreflight(app, 'PUT', '/', ASKED)
  const { date, connection, ...headers } = response.headers
  t.equal(response.statusCode, 200)
  t.equal(response.body, '')
  t.strictSame(headers, {
    'access-control-allow-origin': APP,
    'access-control-allow-credentials': 'true',
    'access-control-allow-methods': 'GET, HEAD, PUT',
    'access-control-allow-headers': 'X-A, Content-Type',
    'access-control-max-age': '600',
    'cache-control': 'max-age=60',
    'content-length': '0',
    vary: `Origin, ${METHOD}`
  })
  t.strictSame(await seenPreflight(app, 'PUT', '/', { ...ASKED, origin: EVIL }), { status: 200, headers: { vary: `Origin, ${METHOD}` } })
})

t.test('by default it is 204 with a Content-Length of 0, and grants what was asked for', async (t) => {
  const app = await build({}, { 'DELETE /x': undefined })
  const response = await sendPreflight(app, 'DELETE', '/x', ASKED)
  t.equal(response.statusCode, 204)
  t.equal(response.headers['content-length'], '0')
  t.strictSame(await seenPreflight(app, 'DELETE', '/x', ASKED), {
    status: 204,
    headers: {
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'DELETE',
      'access-control-allow-headers': 'content-type, x-a',
      vary: `${METHOD}, ${HEADERS}`
    }
  })
})

t.test('one exact origin is answered the same to everybody', async (t) => {
  const app = await build({ origin: APP, maxAge: 0, allowedHeaders: false }, { 'PUT /': undefined })
  for (const origin of [APP, EVIL, 'null']) {
    t.strictSame(await seenPreflight(app, 'PUT', '/', { ...ASKED, origin }), {
      status: 204,
      headers: {
        'access-control-allow-origin': APP,
        'access-control-allow-methods': 'PUT',
        'access-control-max-age': '0',
        vary: METHOD
      }
    })
  }
})

t.test('each method of a URL is granted by its own policy, and none by that of another', async (t) => {
  const app = await build({ origin: APP }, {
    'GET /u': undefined,
    'PUT /u': { origin: ADMIN },
    'PATCH /u': { origin: ADMIN },
    'DELETE /u': false
  })
  const granted = (origin: string, methods: string): object => ({
    status: 204,
    headers: {
      'access-control-allow-origin': origin,
      'access-control-allow-methods': methods,
      vary: `${METHOD}, ${HEADERS}`
    }
  })
  t.strictSame(await seenPreflight(app, 'GET', '/u'), granted(APP, 'GET, HEAD'))
  t.strictSame(await seenPreflight(app, 'PUT', '/u'), granted(ADMIN, 'PUT, PATCH'))
  t.strictSame(await seenPreflight(app, 'DELETE', '/u'), { status: 204, headers: { vary: METHOD } })
})

t.test('a method that the URL does not serve gets the default origin and methods, and nothing to cache', async (t) => {
  const app = await build({ origin: [APP, ADMIN], credentials: true, maxAge: 600 }, {
    'GET /u': undefined,
    'POST /u': { maxAge: 5 },
    'GET /own': { maxAge: 5 }
  })
  const headers = { 'access-control-allow-origin': APP, 'access-control-allow-credentials': 'true', vary: `Origin, ${METHOD}` }
  t.strictSame(await seenPreflight(app, 'PUT', '/u', ASKED), {
    status: 204,
    headers: { ...headers, 'access-control-allow-methods': 'GET, HEAD' }
  })
  t.strictSame(await seenPreflight(app, 'put', '/u', ASKED), {
    status: 204,
    headers: { ...headers, 'access-control-allow-methods': 'GET, HEAD' }
  })
  t.strictSame(await seenPreflight(app, 'PUT', '/own', ASKED), { status: 204, headers })
  t.strictSame(await seenPreflight(app, 'OPTIONS', '/own', ASKED), { status: 204, headers }, 'a generated route is none')
  t.strictSame(await seenPreflight(app, 'PUT', '/u', { origin: EVIL }), { status: 204, headers: { vary: `Origin, ${METHOD}` } })
})

t.test('a URL that nothing serves is granted by the default policy, so that the page can read the 404', async (t) => {
  const app = await build({ origin: [APP, ADMIN], maxAge: 600, methods: ['GET', 'PUT'] }, { 'GET /u': undefined })
  const headers = {
    'access-control-allow-origin': APP,
    'access-control-allow-headers': 'content-type, x-a',
    'access-control-max-age': '600',
    vary: `Origin, ${METHOD}, ${HEADERS}`
  }
  t.strictSame(await seenPreflight(app, 'PUT', '/nothing', ASKED), {
    status: 204,
    headers: { ...headers, 'access-control-allow-methods': 'PUT' }
  })
  t.strictSame(await seenPreflight(app, 'DELETE', '/nothing', ASKED), { status: 204, headers })
  t.strictSame(await seenPreflight(app, 'CHICKEN', '/nothing', ASKED), {
    status: 204,
    headers: { 'access-control-allow-origin': APP, vary: `Origin, ${METHOD}` }
  }, 'a method that Node.js does not know')
  t.strictSame(await seenPreflight(app, 'PUT', '/nothing', { origin: EVIL }), {
    status: 204,
    headers: { vary: `Origin, ${METHOD}, ${HEADERS}` }
  })
})

t.test('a URL whose routes have no CORS gives nothing away', async (t) => {
  const app = await build({}, { 'DELETE /off': false })
  t.strictSame(await seenPreflight(app, 'DELETE', '/off'), { status: 404, headers: {} })
  t.strictSame(await seenPreflight(app, 'PUT', '/off'), { status: 404, headers: {} })
})

t.test('with global false, only routes that opted in are granted anything', async (t) => {
  const app = await build({ global: false, origin: APP }, { 'GET /u': undefined, 'PUT /u': true, 'GET /silent': undefined })
  t.strictSame(await seenPreflight(app, 'PUT', '/u'), {
    status: 204,
    headers: {
      'access-control-allow-origin': APP,
      'access-control-allow-methods': 'PUT',
      vary: `${METHOD}, ${HEADERS}`
    }
  })
  t.strictSame(await seenPreflight(app, 'GET', '/u'), { status: 204, headers: { vary: METHOD } })
  t.strictSame(await seenPreflight(app, 'DELETE', '/u'), { status: 204, headers: { vary: METHOD } })
  t.strictSame(await seenPreflight(app, 'GET', '/silent'), { status: 404, headers: {} })
  t.strictSame(await seenPreflight(app, 'GET', '/nothing'), { status: 404, headers: {} })
})

t.test('methods narrow what is granted, in the order in which they were written', async (t) => {
  const app = await build({ methods: 'PUT,GET,DELETE' }, { 'GET /u': undefined, 'PUT /u': undefined, 'POST /u': undefined })
  t.equal((await seenPreflight(app, 'PUT', '/u')).headers['access-control-allow-methods'], 'PUT, GET')
  t.equal((await seenPreflight(app, 'POST', '/u')).headers['access-control-allow-methods'], 'PUT, GET', 'POST is not among them')
})

t.test('methods that leave out all that a URL serves leave the header out', async (t) => {
  const app = await build({ methods: ['DELETE'], allowedHeaders: [] }, { 'PUT /u': undefined })
  t.strictSame(await seenPreflight(app, 'PUT', '/u'), { status: 204, headers: { 'access-control-allow-origin': '*', vary: METHOD } })
})

t.test('preflightContinue sets the headers and lets the handler reply', async (t) => {
  const app = Fastify()
  await app.register(cors, { origin: [APP, ADMIN], preflightContinue: true, rawHeaders: true })
  app.put('/u', async () => 'ok')
  app.options('/u', async (_request, reply) => await reply.code(202).header('vary', 'Accept').send('mine'))
  app.put('/none', async () => 'ok')
  const vary = `Accept, Origin, ${METHOD}, ${HEADERS}`
  const response = await sendPreflight(app, 'PUT', '/u', ASKED)
  t.equal(response.body, 'mine')
  t.strictSame(await seenPreflight(app, 'PUT', '/u', ASKED), {
    status: 202,
    headers: {
      'access-control-allow-origin': APP,
      'access-control-allow-methods': 'PUT, OPTIONS',
      'access-control-allow-headers': 'content-type, x-a',
      vary
    }
  })
  t.strictSame(await seenPreflight(app, 'PUT', '/u', { origin: EVIL }), { status: 202, headers: { vary } })
  t.strictSame((await seenPreflight(app, 'PUT', '/none')).status, 204, 'without a handler of the user')
})

t.test('a function is asked about preflights too', async (t) => {
  const app = await build({
    origin: async (origin: string) => {
      if (origin === EVIL) throw new Error('Not allowed by CORS')
      return origin === APP
    }
  }, { 'PUT /u': undefined })
  t.strictSame(await seenPreflight(app, 'PUT', '/u'), {
    status: 204,
    headers: {
      'access-control-allow-origin': APP,
      'access-control-allow-methods': 'PUT',
      vary: `Origin, ${METHOD}, ${HEADERS}`
    }
  })
  t.strictSame(await seenPreflight(app, 'PUT', '/u', { origin: ADMIN }), { status: 204, headers: { vary: `Origin, ${METHOD}, ${HEADERS}` } })
  t.strictSame(await seenPreflight(app, 'PUT', '/u', { origin: EVIL }), { status: 500, headers: { vary: `Origin, ${METHOD}, ${HEADERS}` } })
})

t.test('an OPTIONS request without an origin, or without a method, is no preflight', async (t) => {
  const app = await build({ origin: APP }, { 'PUT /u': undefined })
  for (const headers of [
    { origin: '', 'access-control-request-method': 'PUT' },
    { origin: APP, 'access-control-request-method': '' },
    { 'access-control-request-method': 'PUT' },
    { origin: APP }
  ]) {
    const response = await app.inject({ method: 'OPTIONS', url: '/u', headers })
    t.equal(response.headers.allow, 'PUT, OPTIONS')
    t.equal(response.headers['access-control-allow-methods'], undefined)
  }
})

t.test('methods are listed as they were declared first, whatever else matches the URL', async (t) => {
  const routes = { 'PUT /b/:x': undefined, 'PATCH /b/*': undefined, 'DELETE /a': undefined, 'PUT /a': undefined }
  for (const [others, listed] of [[{}, 'PUT, DELETE'], [{ 'POST /*': undefined }, 'PUT, DELETE, POST']] as const) {
    const app = await build({ origin: APP, allowedHeaders: false }, { ...routes, ...others })
    t.strictSame(await seenPreflight(app, 'PUT', '/a'), {
      status: 204,
      headers: { 'access-control-allow-origin': APP, 'access-control-allow-methods': listed, vary: METHOD }
    })
  }
})

t.test('a preflight for a route without CORS has no body either', async (t) => {
  const app = await build({}, { 'PUT /u': true, 'DELETE /u': false })
  const { statusCode, headers } = await sendPreflight(app, 'DELETE', '/u')
  t.strictSame([statusCode, headers['content-length']], [204, '0'])
})

t.test('without rawHeaders nothing is set on the raw response of a preflight that a handler answers', async (t) => {
  for (const rawHeaders of [false, true]) {
    const app = Fastify()
    await app.register(cors, { origin: [APP, ADMIN], preflightContinue: true, rawHeaders })
    app.put('/u', async () => 'ok')
    app.options('/u', async (_request, reply) => reply.raw.getHeaders())
    const raw = (await sendPreflight(app, 'PUT', '/u')).json()
    t.strictSame([raw['access-control-allow-origin'], raw.vary], rawHeaders ? [APP, `Origin, ${METHOD}, ${HEADERS}`] : [undefined, undefined])
  }
})

t.test('what a handler writes itself of what the policy says of a preflight is there once', async (t) => {
  const app = Fastify()
  await app.register(cors, { origin: APP, preflightContinue: true, cacheControl: 60 })
  app.put('/u', async () => 'ok')
  app.options('/u', (_request, reply) => {
    reply.hijack()
    reply.raw.writeHead(200, { 'Cache-Control': 'no-store', 'Content-Length': '2', 'X-A': '1' })
    reply.raw.end('ok')
  })
  const { rawHeaders } = await over(t, app, { method: 'OPTIONS', headers: { origin: APP, [METHOD]: 'PUT' } })
  t.strictSame(linesOf(rawHeaders, 'cache-control', 'content-length', 'x-a'), [['cache-control', 'max-age=60'], ['content-length', '2'], ['x-a', '1']])
})

t.test('with strictPreflight what is no preflight is told in plain text', async (t) => {
  const app = await build({ strictPreflight: true }, { 'PUT /u': true })
  const { statusCode, headers, body } = await app.inject({ method: 'OPTIONS', url: '/u' })
  t.match({ statusCode, type: headers['content-type'], body }, { statusCode: 400, type: /^text\/plain/, body: 'Invalid Preflight Request' })
})

/** The lines of some headers, in order. */
function linesOf (rawHeaders: readonly string[], ...names: readonly string[]): string[][] {
  const lines: string[][] = []
  for (let i = 0; i < rawHeaders.length; i += 2) lines.push([(rawHeaders[i] as string).toLowerCase(), rawHeaders[i + 1] as string])
  return lines.filter(([name]) => names.includes(name as string)).sort()
}

async function over (t: Test, app: FastifyInstance, request: SocketRequest): Promise<IncomingMessage> {
  return (await sendOverSocket(`${await listen(t, app)}/u`, request)).message
}
