import { fastifySSE } from '@fastify/sse'
import Fastify from 'fastify'
import t from 'tap'

import cors from '../../lib/index.ts'
import { APP, EVIL } from '../fixtures/requests.ts'
import { listen, sendOverSocket } from '../fixtures/sockets.ts'

const options = { origin: [APP, 'https://b.example'], credentials: true } as const
const ALLOWED = { 'access-control-allow-origin': APP, 'access-control-allow-credentials': 'true', vary: 'Origin' }
const accept = 'text/event-stream'

for (const order of ['before', 'after']) {
  t.test(`an event stream of sse, registered ${order} it, has the headers`, async (t) => {
    const app = Fastify()
    if (order === 'before') await app.register(fastifySSE)
    await app.register(cors, options)
    if (order === 'after') await app.register(fastifySSE)
    app.get('/events', { sse: true }, async (_request, reply) => {
      await reply.sse.send({ data: 'one' })
      reply.sse.keepAlive()
    })
    const url = `${await listen(t, app)}/events`

    const { status, headers, body, message } = await sendOverSocket(url, { headers: { accept, origin: APP } })
    t.strictSame({ status, headers }, { status: 200, headers: ALLOWED })
    t.equal(message.headers['content-type'], 'text/event-stream')
    t.match(body, /data: "one"/)
    const denied = await sendOverSocket(url, { headers: { accept, origin: EVIL } })
    t.strictSame({ status: denied.status, headers: denied.headers }, { status: 200, headers: { vary: 'Origin' } })
  })
}

t.test('an event stream written by hand on a hijacked reply has the headers', async (t) => {
  const app = Fastify()
  await app.register(cors, { ...options, rawHeaders: true })
  app.get('/events', (_request, reply) => {
    reply.hijack()
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
    reply.raw.write('data: one\n\n')
  })
  app.get('/implicit', (_request, reply) => {
    reply.hijack()
    reply.raw.setHeader('content-type', 'text/event-stream')
    reply.raw.write('data: one\n\n')
  })
  app.get('/copied', (_request, reply) => {
    reply.hijack()
    // What libraries do that write a head of their own.
    reply.raw.writeHead(200, { ...reply.raw.getHeaders(), 'content-type': 'text/event-stream' })
    reply.raw.write('data: one\n\n')
  })
  const url = await listen(t, app)
  for (const path of ['/events', '/implicit', '/copied']) {
    const { status, headers, body } = await sendOverSocket(url + path, { headers: { accept, origin: APP } })
    t.strictSame({ status, headers, body }, { status: 200, headers: ALLOWED, body: 'data: one\n\n' }, path)
    const denied = await sendOverSocket(url + path, { headers: { accept, origin: EVIL } })
    t.strictSame({ status: denied.status, headers: denied.headers }, { status: 200, headers: { vary: 'Origin' } }, path)
  }
})
