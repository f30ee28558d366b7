import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

import fastifyExpress from '@fastify/express'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import * as Sentry from '@sentry/node'
import { initTRPC, TRPCError } from '@trpc/server'
import { fastifyTRPCPlugin } from '@trpc/server/adapters/fastify'
import Fastify, { type FastifyInstance } from 'fastify'
import { createSchema, createYoga } from 'graphql-yoga'
import mercurius from 'mercurius'
import { Server as SocketServer } from 'socket.io'
import t, { type Test } from 'tap'

import cors, { type CorsPluginOptions } from '../../lib/index.ts'
import { recipeOf } from '../fixtures/documents.ts'
import { APP, EVIL } from '../fixtures/requests.ts'
import { closing, listen, sendOverSocket } from '../fixtures/sockets.ts'
import { fetchFrom, type Asks } from './page.ts'

const OTHER = 'https://other.example'
const POLICY: CorsPluginOptions = Object.freeze({ origin: Object.freeze([APP, OTHER] as const), credentials: true })
const ALLOWED = { 'access-control-allow-origin': APP, 'access-control-allow-credentials': 'true', vary: 'Origin' }
const JSON_TYPE = { 'content-type': 'application/json' }

type Add = (app: FastifyInstance) => void | Promise<void>
const ORDERS = ['before', 'after'] as const

/** An application with the plugin, registered before or after something else. */
async function serve (t: Test, order: typeof ORDERS[number], add: Add, policy = POLICY): Promise<string> {
  const app = Fastify() as FastifyInstance
  if (order === 'after') await add(app)
  await app.register(cors, policy)
  if (order === 'before') await add(app)
  return await listen(t, app)
}

/** What a preflight for this method gets. */
async function preflightOf (url: string, method: string, origin: string, names = 'content-type'): Promise<object> {
  const { status, headers } = await sendOverSocket(url, {
    method: 'OPTIONS', headers: { origin, 'access-control-request-method': method, 'access-control-request-headers': names }
  })
  return { status, headers }
}

function granted (methods: string, names = 'content-type'): object {
  return {
    status: 204,
    headers: {
      'access-control-allow-origin': APP,
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': methods,
      'access-control-allow-headers': names,
      vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers'
    }
  }
}

const DENIED = { status: 204, headers: { vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers' } }

interface Neighbour {
  readonly add: Add
  /** What a page asks for, by `fetch()` with credentials. */
  readonly asks: Asks
  readonly answers: RegExp
  /** The same, where it is refused by what is asked for. */
  readonly fails: Asks
  readonly status: number
  /** The methods of the URL. */
  readonly methods: string
  /** What `Vary` of its answers begins with. */
  readonly vary?: string
}

const schema = 'type Query { hello: String }'
const rpc = initTRPC.create()
const router = rpc.router({
  save: rpc.procedure.mutation(() => 'saved'),
  secret: rpc.procedure.mutation(() => { throw new TRPCError({ code: 'UNAUTHORIZED' }) })
})

const neighbours: Readonly<Record<string, Neighbour>> = {
  'graphql-yoga': {
    add (app) {
      // With CORS of its own, as it comes: any origin, and credentials.
      const yoga = createYoga<object>({ schema: createSchema({ typeDefs: schema, resolvers: { Query: { hello: () => 'world' } } }), logging: false })
      app.addContentTypeParser('multipart/form-data', (_request, _payload, done) => { done(null) })
      app.route({
        url: yoga.graphqlEndpoint,
        method: ['GET', 'POST', 'OPTIONS'],
        handler: async (request, reply) => {
          const response = await yoga.handleNodeRequestAndResponse(request, reply, {})
          response.headers.forEach((value, name) => { reply.header(name, value) })
          return await reply.status(response.status).send(response.body)
        }
      })
    },
    asks: { path: '/graphql', method: 'POST', headers: JSON_TYPE, body: '{"query":"{ hello }"}' },
    answers: /world/,
    fails: { path: '/graphql', method: 'POST', headers: JSON_TYPE, body: '{}' },
    status: 400,
    methods: 'GET, POST, OPTIONS, HEAD'
  },
  mercurius: {
    add: async (app) => { await app.register(mercurius, { schema, resolvers: { Query: { hello: () => 'world' } } }) },
    asks: { path: '/graphql', method: 'POST', headers: JSON_TYPE, body: '{"query":"{ hello }"}' },
    answers: /world/,
    fails: { path: '/graphql', method: 'POST', headers: JSON_TYPE, body: '{"query":"{ nothing }"}' },
    status: 400,
    methods: 'GET, HEAD, POST'
  },
  '@trpc/server': {
    add: async (app) => { await app.register(fastifyTRPCPlugin, { prefix: '/trpc', trpcOptions: { router } }) },
    asks: { path: '/trpc/save', method: 'POST', headers: JSON_TYPE, body: '{}' },
    answers: /saved/,
    fails: { path: '/trpc/secret', method: 'POST', headers: JSON_TYPE, body: '{}' },
    status: 401,
    methods: 'any',
    vary: 'trpc-accept, accept'
  },
  '@modelcontextprotocol/sdk': {
    add (app) {
      app.post('/mcp', async (request, reply) => {
        const server = new McpServer({ name: 'test', version: '1.0.0' })
        const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined as never })
        await server.connect(transport as never)
        reply.hijack()
        await transport.handleRequest(request.raw, reply.raw, request.body)
      })
    },
    asks: {
      path: '/mcp',
      method: 'POST',
      headers: { ...JSON_TYPE, accept: 'application/json, text/event-stream', 'mcp-protocol-version': '2025-03-26' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params: { protocolVersion: '2025-03-26', capabilities: {}, clientInfo: { name: 'page', version: '1' } } })
    },
    answers: /serverInfo/,
    fails: { path: '/mcp', method: 'POST', headers: { ...JSON_TYPE, accept: 'application/json' }, body: '{}' },
    status: 406,
    methods: 'POST'
  },
  '@sentry/node': {
    add (app) {
      Sentry.setupFastifyErrorHandler(app)
      app.post('/orders', async ({ headers }) => {
        if (headers['sentry-trace'] === undefined) throw new Error('no trace')
        return headers.traceparent
      })
    },
    asks: {
      path: '/orders',
      method: 'POST',
      headers: { 'sentry-trace': '12345678901234567890123456789012-1234567890123456-1', baggage: 'sentry-environment=test', traceparent: '00-12345678901234567890123456789012-1234567890123456-01' }
    },
    answers: /^00-123/,
    fails: { path: '/orders', method: 'POST' },
    status: 500,
    methods: 'POST'
  }
}

Sentry.init({ tracesSampleRate: 1 })
t.teardown(async () => { await Sentry.close() })

for (const [name, { add, asks, answers, fails, status, methods, vary }] of Object.entries(neighbours)) {
  for (const order of ORDERS) {
    t.test(`${name}, with this plugin registered ${order} it`, async (t) => {
      const server = await serve(t, order, add)
      const varied = vary === undefined ? ALLOWED.vary : `${vary}, Origin`
      const got = await fetchFrom(APP, server, { ...asks, credentials: 'include' })
      t.strictSame([got.verdict, got.status, got.cors], ['readable', 200, { ...ALLOWED, vary: varied }])
      t.match(got.text, answers)
      const failed = await fetchFrom(APP, server, { ...fails, credentials: 'include' })
      t.strictSame([failed.verdict, failed.status, { ...failed.cors, vary: '' }], ['readable', status, { ...ALLOWED, vary: '' }])
      t.match(failed.cors['vary'], /\bOrigin$/)

      const url = server + asks.path
      const asked = await preflightOf(url, 'POST', APP)
      if (methods === 'any') t.match(asked, { status: 204, headers: { 'access-control-allow-origin': APP, 'access-control-allow-methods': /\bPOST\b/ } })
      else t.strictSame(asked, granted(methods))
      t.strictSame(await preflightOf(url, 'POST', EVIL), DENIED)
      const denied = await sendOverSocket(url, { method: 'POST', headers: { origin: EVIL } })
      t.strictSame(Object.keys(denied.headers), ['vary'])
    })
  }
}

t.test('a list of allowedHeaders has to name the headers of tracing', async (t) => {
  const names = ['sentry-trace', 'baggage', 'traceparent', 'tracestate']
  const { add, asks } = neighbours['@sentry/node'] as Neighbour
  const without = await serve(t, 'before', add, { ...POLICY, allowedHeaders: ['Content-Type'] })
  t.equal((await fetchFrom(APP, without, asks)).verdict, 'blocked')
  const listed = await serve(t, 'before', add, { ...POLICY, allowedHeaders: names })
  t.equal((await fetchFrom(APP, listed, asks)).verdict, 'readable')
})

t.test('@fastify/express: what its middlewares refuse can be read where this plugin came first', async (t) => {
  const refuse: Add = async (app) => {
    await app.register(fastifyExpress)
    app.use((request: { headers: Record<string, unknown> }, response: { status (code: number): { send (body: string): void } }, next: () => void) => {
      if (request.headers['authorization'] === undefined) response.status(401).send('who are you?')
      else next()
    })
    app.put('/orders', async () => 'saved')
  }
  const asks: Asks = { path: '/orders', method: 'PUT', credentials: 'include' }
  const before = await serve(t, 'before', refuse)
  t.strictSame(await preflightOf(`${before}/orders`, 'PUT', APP), granted('PUT'))
  const { verdict, status, cors: seen } = await fetchFrom(APP, before, asks)
  t.strictSame([verdict, status, seen], ['readable', 401, ALLOWED])
  const passed = await fetchFrom(APP, before, { ...asks, headers: { authorization: 'Bearer x' } })
  t.strictSame([passed.verdict, passed.status, passed.text, passed.cors], ['readable', 200, 'saved', ALLOWED])

  const after = await serve(t, 'after', refuse)
  t.strictSame(await preflightOf(`${after}/orders`, 'PUT', APP), { status: 401, headers: {} })
})

t.test('socket.io answers before Fastify: its own option cors decides, and everything else has the policy', async (t) => {
  const polling = '/socket.io/?EIO=4&transport=polling'
  for (const own of [undefined, { origin: [APP], credentials: true }]) {
    const app = Fastify() as FastifyInstance
    await app.register(cors, POLICY)
    app.get('/me', async () => 'Ada')
    const io = closing(t, new SocketServer(app.server, own === undefined ? {} : { cors: own }))
    t.teardown(() => { io.disconnectSockets(true) })
    const server = await listen(t, app)
    const { status, headers } = await sendOverSocket(server + polling, { headers: { origin: APP } })
    t.strictSame({ status, headers }, { status: 200, headers: own === undefined ? {} : ALLOWED })
    const other = await sendOverSocket(server + polling, { headers: { origin: EVIL } })
    t.strictSame(other.headers, own === undefined ? {} : { 'access-control-allow-credentials': 'true', vary: 'Origin' })
    t.strictSame((await sendOverSocket(`${server}/me`, { headers: { origin: APP } })).headers, ALLOWED)
  }
})

t.test('the recipe of the documentation for tRPC runs', async (t) => {
  // Here, where its packages are.
  const folder = mkdtempSync(join(import.meta.dirname, '.recipe-'))
  t.teardown(() => { rmSync(folder, { recursive: true }) })
  const file = join(folder, 'recipe.ts')
  writeFileSync(file, [
    "import { initTRPC } from '@trpc/server'",
    "import Fastify from 'fastify'",
    "import cors from 'fastify-route-cors'",
    'const rpc = initTRPC.create()',
    "const router = rpc.router({ save: rpc.procedure.mutation(() => 'saved') })",
    'const app = Fastify()',
    recipeOf('fastifyTRPCPlugin'),
    'export { app }'
  ].join('\n'))
  const { app } = await import(pathToFileURL(file).href) as { app: FastifyInstance }
  const got = await fetchFrom(APP, await listen(t, app), { path: '/trpc/save', method: 'POST', headers: { ...JSON_TYPE, 'x-trpc-source': 'page' }, credentials: 'include', body: '{}' })
  t.strictSame([got.verdict, got.status], ['readable', 200])
})
