import replyFrom from '@fastify/reply-from'
import Fastify from 'fastify'
import t from 'tap'

import cors from '../../lib/index.ts'
import { APP, EVIL } from '../fixtures/requests.ts'
import { listen, sendOverSocket } from '../fixtures/sockets.ts'

t.test('a reply taken from an upstream has the headers of the route that took it', async (t) => {
  const service = Fastify()
  service.get('/items', (_request, reply) => {
    reply.headers({ 'access-control-allow-origin': '*', 'access-control-expose-headers': 'X-Internal', vary: 'Accept, origin' }).send('items')
  })
  const app = Fastify()
  app.register(replyFrom, { base: await listen(t, service) })
  app.register(cors, { origin: APP })
  const config = { cors: { origin: [APP, 'https://b.example'] as const, exposedHeaders: 'X-Total' } }
  app.get('/items', { config }, (_request, reply) => { reply.from('/items') })
  const url = `${await listen(t, app)}/items`

  const allowed = await sendOverSocket(url, { headers: { origin: APP } })
  t.strictSame({ status: allowed.status, headers: allowed.headers }, {
    status: 200,
    headers: { 'access-control-allow-origin': APP, 'access-control-expose-headers': 'X-Total, X-Internal', vary: 'Accept, origin' }
  })
  const denied = await sendOverSocket(url, { headers: { origin: EVIL } })
  t.strictSame({ status: denied.status, headers: denied.headers }, { status: 200, headers: { vary: 'Accept, origin' } })
})

t.test('an upstream that is down is an error that the page can read', async (t) => {
  const app = Fastify()
  app.register(cors, { origin: APP })
  app.register(replyFrom, { base: 'http://127.0.0.1:1' })
  app.get('/items', (_request, reply) => { reply.from('/items') })

  const { status, headers } = await sendOverSocket(`${await listen(t, app)}/items`, { headers: { origin: APP } })
  t.strictSame({ status, headers }, { status: 500, headers: { 'access-control-allow-origin': APP } })
})
