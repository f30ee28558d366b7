import httpProxy from '@fastify/http-proxy'
import { betterAuth } from 'better-auth'
import { memoryAdapter } from 'better-auth/adapters/memory'
import { fromNodeHeaders, toNodeHandler } from 'better-auth/node'
import { bearer } from 'better-auth/plugins/bearer'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import t, { type Test } from 'tap'

import cors, { type CorsPluginOptions } from '../../lib/index.ts'
import { APP, EVIL } from '../fixtures/requests.ts'
import { listen } from '../fixtures/sockets.ts'
import { fetchFrom, type Asks } from './page.ts'

const POLICY: CorsPluginOptions = { origin: [APP, 'https://other.example'], credentials: true, exposedHeaders: ['X-Total'], maxAge: 60 }

function createAuth () {
  return betterAuth({
    baseURL: 'http://localhost',
    secret: 'a secret for tests alone, of no use elsewhere',
    // What CORS lets through is to be seen, and not what the library refuses.
    trustedOrigins: [APP, EVIL],
    database: memoryAdapter({ user: [], session: [], account: [], verification: [] }),
    emailAndPassword: { enabled: true },
    telemetry: { enabled: false },
    rateLimit: { enabled: false },
    logger: { disabled: true },
    plugins: [bearer()]
  })
}

type Auth = ReturnType<typeof createAuth>

function toWebRequest (request: FastifyRequest): Request {
  return new Request(new URL(request.url, `http://${request.headers.host}`), {
    method: request.method,
    headers: fromNodeHeaders(request.headers),
    body: request.body === undefined ? null : JSON.stringify(request.body)
  })
}

/** The ways in which an application hands requests to the library. */
const ways: Record<string, (auth: Auth) => (request: FastifyRequest, reply: FastifyReply) => unknown> = {
  'header by header': (auth) => async (request, reply) => {
    const response = await auth.handler(toWebRequest(request))
    reply.status(response.status)
    response.headers.forEach((value, name) => reply.header(name, value))
    return await reply.send(await response.text())
  },
  'as a Response': (auth) => async (request) => await auth.handler(toWebRequest(request)),
  'on the raw response': (auth) => async (request, reply) => {
    reply.hijack()
    // The library reads the body that Fastify has read by now.
    await toNodeHandler(auth)(Object.assign(request.raw, { body: request.body }), reply.raw)
  }
}

function signUp (email: string): Asks {
  return {
    path: '/api/auth/sign-up/email',
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password: 'correct horse battery', name: 'Ada' }),
    credentials: 'include'
  }
}

async function serve (t: Test, way: string, declare: (app: FastifyInstance) => void): Promise<string> {
  const auth = createAuth()
  const app = Fastify() as FastifyInstance
  declare(app)
  app.route({ method: ['GET', 'POST'], url: '/api/auth/*', handler: (ways[way] as (typeof ways)[string])(auth) })
  return await listen(t, app)
}

async function check (t: Test, server: string): Promise<void> {
  const allowed = await fetchFrom(APP, server, signUp('ada@example.com'))
  t.strictSame([allowed.verdict, allowed.status], ['readable', 200])
  t.strictSame(allowed.cors, {
    'access-control-allow-origin': APP,
    'access-control-allow-credentials': 'true',
    'access-control-expose-headers': 'X-Total, set-auth-token',
    vary: 'Origin'
  })
  const token = allowed.headers['set-auth-token'] ?? ''
  t.ok(token, 'a script reads the token')
  t.equal(JSON.parse(allowed.text).user.email, 'ada@example.com')

  const session = await fetchFrom(APP, server, { path: '/api/auth/get-session', headers: { authorization: `Bearer ${token}` }, credentials: 'include' })
  t.strictSame([session.verdict, session.status, JSON.parse(session.text).user.name], ['readable', 200, 'Ada'])

  const preflight = await fetchFrom(EVIL, server, signUp('eve@example.com'))
  t.strictSame([preflight.verdict, preflight.cors, preflight.headers], [
    'blocked', { vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers' }, {}
  ])
  // A preflight that was let through before, or a program, gets as far as the library.
  const response = await fetch(`${server}/api/auth/sign-up/email`, { ...signUp('eve@example.com'), headers: { 'content-type': 'application/json', origin: EVIL } } as RequestInit)
  t.ok(response.headers.get('set-auth-token'), 'the library has answered')
  t.equal(response.headers.get('access-control-expose-headers'), null)
  t.equal(response.headers.get('access-control-allow-origin'), null)
  t.equal(response.headers.get('vary'), 'Origin')
}

for (const way of Object.keys(ways)) {
  t.test(`a page of an allowed origin reads the token that better-auth exposes ${way}`, async (t) => {
    await check(t, await serve(t, way, (app) => { app.register(cors, POLICY) }))
  })
}

t.test('so it does through @fastify/http-proxy, whose policy it is', async (t) => {
  const upstream = await serve(t, 'header by header', () => {})
  const app = Fastify()
  app.register(cors, POLICY)
  app.register(httpProxy, { upstream, prefix: '/api', rewritePrefix: '/api' })
  await check(t, await listen(t, app))
})

t.test('so it does where both have a policy', async (t) => {
  const upstream = await serve(t, 'as a Response', (app) => { app.register(cors, { origin: '*', exposedHeaders: ['x-total', 'X-Upstream'] }) })
  const app = Fastify()
  app.register(cors, POLICY)
  app.register(httpProxy, { upstream, prefix: '/api', rewritePrefix: '/api' })
  const { verdict, cors: seen } = await fetchFrom(APP, await listen(t, app), signUp('ada@example.com'))
  t.equal(verdict, 'readable')
  t.strictSame(seen, {
    'access-control-allow-origin': APP,
    'access-control-allow-credentials': 'true',
    'access-control-expose-headers': 'X-Total, X-Upstream, set-auth-token',
    vary: 'Origin'
  })
})
