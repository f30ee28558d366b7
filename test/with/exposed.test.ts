import { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'

import awsLambda from '@fastify/aws-lambda'
import compress from '@fastify/compress'
import etag from '@fastify/etag'
import httpProxy from '@fastify/http-proxy'
import replyFrom from '@fastify/reply-from'
import { fastifySSE } from '@fastify/sse'
import fastifyStatic from '@fastify/static'
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify'
import t, { type Test } from 'tap'

import cors from '../../lib/index.ts'
import { APP, EVIL } from '../fixtures/requests.ts'
import { closing, listen, sendOverSocket } from '../fixtures/sockets.ts'

const root = fileURLToPath(new URL('../fixtures/with/public', import.meta.url))
const NAME = 'Content-Disposition'
/** What a response says of a header of its own, which the policy need not know. */
const OWN = { 'content-disposition': 'attachment; filename="report.csv"', 'access-control-expose-headers': NAME } as const

/** A service behind the application, with the same header and another origin. */
function service (): FastifyInstance {
  const app = Fastify()
  app.get('*', (_request, reply) => { reply.headers({ ...OWN, 'access-control-allow-origin': 'https://upstream.example' }).send('ok') })
  return app
}

type Declare = (app: FastifyInstance, upstream: string) => void

/** Whatever sends a response. */
const senders: Record<string, Declare> = {
  'a handler': (app) => { app.get('/x', (_request, reply) => { reply.headers(OWN).send('ok') }) },
  'an onSend hook': (app) => {
    app.get('/x', { onSend: async (_request, reply) => { reply.headers(OWN) } }, async () => 'ok')
  },
  'an error': (app) => {
    app.get('/x', async () => { throw Object.assign(new Error('no'), { statusCode: 418, headers: OWN }) })
  },
  'a stream': (app) => { app.get('/x', (_request, reply) => { reply.headers(OWN).send(Readable.from(['ok'])) }) },
  'a Response': (app) => { app.get('/x', async () => new Response('ok', { headers: OWN })) },
  'the raw response': (app) => {
    app.get('/x', (_request, reply) => {
      reply.hijack()
      reply.raw.writeHead(200, OWN).end('ok')
    })
  },
  'setHeader on the raw response': (app) => {
    app.get('/x', (_request, reply) => {
      for (const [name, value] of Object.entries(OWN)) reply.raw.setHeader(name, value)
      reply.send('ok')
    })
  },
  '@fastify/static': (app) => {
    app.register(fastifyStatic, { root, prefix: '/x', setHeaders: (reply) => { reply.headers(OWN) } })
  },
  'download() of @fastify/static': (app) => {
    app.register(fastifyStatic, { root, serve: false })
    app.get('/x', (_request, reply: FastifyReply) => reply.header('access-control-expose-headers', NAME).download('hello.txt', 'report.csv'))
  },
  '@fastify/compress': (app) => {
    app.register(compress, { threshold: 0 })
    app.register(async (app) => { app.get('/x', (_request, reply) => { reply.headers(OWN).type('text/plain').send('ok') }) })
  },
  '@fastify/etag': (app) => {
    app.register(etag)
    app.register(async (app) => { app.get('/x', (_request, reply) => { reply.headers(OWN).send('ok') }) })
  },
  '@fastify/sse': (app) => {
    app.register(fastifySSE)
    app.register(async (app) => {
      app.get('/x', { sse: true }, async (_request, reply) => {
        reply.headers(OWN)
        await reply.sse.send({ data: 'ok' })
      })
    })
  },
  '@fastify/reply-from': (app, upstream) => {
    app.register(replyFrom, { base: upstream })
    app.get('/x', (_request, reply) => { reply.from('/x') })
  },
  '@fastify/http-proxy': (app, upstream) => { app.register(httpProxy, { upstream, prefix: '/x' }) }
}

async function build (t: Test, declare: Declare, policy: object): Promise<FastifyInstance> {
  const upstream = await listen(t, service())
  const app = closing(t, Fastify() as FastifyInstance)
  await app.register(cors, policy)
  declare(app, upstream)
  return app
}

/** The names that a `Vary` of the package beside is made of are not looked at here. */
function withoutVary ({ vary: _, ...headers }: Readonly<Record<string, unknown>>): object {
  return headers
}

for (const [name, declare] of Object.entries(senders)) {
  t.test(`what ${name} exposes of its own is joined with the policy's list, and dropped where the origin is denied`, async (t) => {
    const path = name === '@fastify/static' ? '/x/hello.txt' : '/x'
    const ask = async (policy: object, origin: string) => {
      const app = await build(t, declare, policy)
      const headers = { origin, ...(name === '@fastify/compress' && { 'accept-encoding': 'gzip' }), ...(name === '@fastify/sse' && { accept: 'text/event-stream' }) }
      const { status, headers: seen, message } = await sendOverSocket(await listen(t, app) + path, { headers })
      t.match(message.headers['content-disposition'], /report\.csv/)
      t.equal(status, name === 'an error' ? 418 : 200)
      return seen
    }
    const list = { origin: [APP, 'https://b.example'], exposedHeaders: 'X-Total' }
    const allowed = { 'access-control-allow-origin': APP, 'access-control-expose-headers': `X-Total, ${NAME}` }
    const seen = await ask(list, APP)
    t.strictSame(withoutVary(seen), allowed)
    t.match(seen['vary'], /\bOrigin\b/)
    const denied = await ask(list, EVIL)
    t.strictSame(withoutVary(denied), {})
    t.match(denied['vary'], /\bOrigin\b/)
    t.strictSame(withoutVary(await ask({ origin: APP }, EVIL)), { 'access-control-allow-origin': APP, 'access-control-expose-headers': NAME })
    t.strictSame(withoutVary(await ask({ origin: '*', exposedHeaders: '*' }, EVIL)), { 'access-control-allow-origin': '*', 'access-control-expose-headers': `*, ${NAME}` })
    t.strictSame(withoutVary(await ask({ origin: APP, exposedHeaders: [NAME.toLowerCase(), 'X-A'] }, APP)), {
      'access-control-allow-origin': APP, 'access-control-expose-headers': `${NAME.toLowerCase()}, X-A`
    })
  })
}

t.test('so it is behind API Gateway', async (t) => {
  for (const [origin, headers] of [
    [APP, { 'access-control-allow-origin': APP, 'access-control-expose-headers': `X-Total, ${NAME}`, vary: 'Origin' }],
    [EVIL, { vary: 'Origin' }]
  ] as const) {
    const app = await build(t, senders['a handler'] as Declare, { origin: [APP, 'https://b.example'], exposedHeaders: 'X-Total' })
    const event = { version: '2.0', rawPath: '/x', rawQueryString: '', headers: { origin }, requestContext: { http: { method: 'GET' } } }
    const answer = await awsLambda(app)(event, {}) as { headers: Record<string, string> }
    const found = Object.entries(answer.headers).filter(([name]) => name === 'vary' || name.startsWith('access-control-'))
    t.strictSame(Object.fromEntries(found), headers)
  }
})
