import auth from '@fastify/auth'
import bearerAuth from '@fastify/bearer-auth'
import caching from '@fastify/caching'
import compress from '@fastify/compress'
import cookie from '@fastify/cookie'
import etag from '@fastify/etag'
import helmet from '@fastify/helmet'
import httpProxy from '@fastify/http-proxy'
import jwt from '@fastify/jwt'
import middie from '@fastify/middie'
import multipart from '@fastify/multipart'
import rateLimit from '@fastify/rate-limit'
import replyFrom from '@fastify/reply-from'
import session from '@fastify/session'
import sse from '@fastify/sse'
import fastifyStatic from '@fastify/static'
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import underPressure from '@fastify/under-pressure'
import websocket from '@fastify/websocket'
import Fastify, { type FastifyInstance } from 'fastify'
import t from 'tap'

import cors from '../../lib/index.ts'
import { APP, EVIL, seen, seenPreflight } from '../fixtures/requests.ts'
import { closing } from '../fixtures/sockets.ts'

// Beside each plugin a hook that refuses what has no token: behind this plugin, as it should be, and in front of it.

type Add = (app: FastifyInstance) => Promise<unknown>

const SECRET = 'a secret of thirty-two characters'

const plugins: Readonly<Record<string, Add>> = {
  helmet: async (app) => await app.register(helmet),
  compress: async (app) => await app.register(compress),
  etag: async (app) => await app.register(etag),
  caching: async (app) => await app.register(caching),
  static: async (app) => await app.register(fastifyStatic, { root: import.meta.dirname, prefix: '/files/' }),
  'http-proxy': async (app) => await app.register(httpProxy, { upstream: 'http://127.0.0.1:1', prefix: '/upstream' }),
  'reply-from': async (app) => await app.register(replyFrom),
  websocket: async (app) => await app.register(websocket),
  sse: async (app) => await app.register(sse as never),
  'rate-limit': async (app) => await app.register(rateLimit),
  jwt: async (app) => await app.register(jwt, { secret: SECRET }),
  auth: async (app) => await app.register(auth),
  cookie: async (app) => await app.register(cookie),
  session: async (app) => {
    await app.register(cookie)
    await app.register(session, { secret: SECRET })
  },
  multipart: async (app) => await app.register(multipart),
  swagger: async (app) => {
    await app.register(swagger)
    await app.register(swaggerUi)
  },
  middie: async (app) => await app.register(middie),
  'under-pressure': async (app) => await app.register(underPressure),
  'bearer-auth on a route': async (app) => await app.register(bearerAuth, { keys: new Set(['x']), addHook: false })
}

async function build (order: 'before' | 'after', isRefusedFirst: boolean, add: Add): Promise<FastifyInstance> {
  const app = Fastify() as FastifyInstance
  const refuse = (): void => {
    app.addHook('onRequest', async ({ headers }, reply) => {
      if (headers.authorization === undefined) await reply.code(401).send('who are you?')
    })
  }
  if (isRefusedFirst) refuse()
  if (order === 'before') await add(app)
  await app.register(cors, { origin: [APP, 'https://other.example'], credentials: true })
  if (order === 'after') await add(app)
  if (!isRefusedFirst) refuse()
  app.put('/orders', async () => 'saved')
  await app.ready()
  return app
}

const ALLOWED = { 'access-control-allow-origin': APP, 'access-control-allow-credentials': 'true' }
const TOKEN = Object.freeze({ origin: APP, headers: Object.freeze({ authorization: 'Bearer x' }) })

for (const [name, add] of Object.entries(plugins)) {
  for (const order of ['before', 'after'] as const) {
    t.test(`beside ${name}, registered ${order} it, preflights pass by what refuses, and a page can read the refusal`, async (t) => {
      const app = closing(t, await build(order, false, add))
      t.strictSame(await seenPreflight(app, 'PUT', '/orders'), {
        status: 204,
        headers: { ...ALLOWED, 'access-control-allow-methods': 'PUT', vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers' }
      })
      t.strictSame(await seenPreflight(app, 'PUT', '/orders', { origin: EVIL }), {
        status: 204, headers: { vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers' }
      })
      for (const [asked, status] of [[{ origin: APP }, 401], [TOKEN, 200]] as const) {
        const { headers: { vary, ...headers }, ...rest } = await seen(app, 'PUT', '/orders', asked)
        t.strictSame({ ...rest, headers }, { status, headers: ALLOWED })
        t.match(vary, /^(?:accept-encoding, )?Origin(?:, accept-encoding)?$/)
      }
    })

    t.test(`beside ${name}, registered ${order} it, what refuses in front of this plugin refuses preflights`, async (t) => {
      const app = closing(t, await build(order, true, add))
      const { status, headers: { vary: _, ...headers } } = await seenPreflight(app, 'PUT', '/orders')
      t.strictSame({ status, headers }, { status: 401, headers: {} })
    })
  }
}
