import { Type, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify from 'fastify'
import t from 'tap'

import cors from '../../lib/index.ts'
import { APP, seen } from '../fixtures/requests.ts'
import { closing } from '../fixtures/sockets.ts'

const schema = { querystring: Type.Object({ page: Type.Number() }) }

t.test('config.cors is typed beside the schemas of TypeBox, and a validation error has the headers', async (t) => {
  const app = closing(t, Fastify()).withTypeProvider<TypeBoxTypeProvider>()
  await app.register(cors, { origin: APP })
  app.get('/items', { schema, config: { cors: { exposedHeaders: ['X-Total'] } } }, ({ query }) => {
    const { page }: { page: number } = query
    return { page }
  })
  const headers = { 'access-control-allow-origin': APP, 'access-control-expose-headers': 'X-Total' }
  t.strictSame(await seen(app as never, 'GET', '/items?page=1', { origin: APP }), { status: 200, headers })
  t.strictSame(await seen(app as never, 'GET', '/items?page=x', { origin: APP }), { status: 400, headers })
})

t.test('what TypeScript refuses beside a schema of TypeBox is refused at boot, too', async (t) => {
  const app = closing(t, Fastify()).withTypeProvider<TypeBoxTypeProvider>()
  await app.register(cors, { origin: APP })
  // @ts-expect-error a value of the wrong type
  app.get('/a', { schema, config: { cors: { maxAge: '600' } } }, ({ query }) => query)
  await t.rejects(async () => await app.ready(), { code: 'FST_ERR_CORS_INVALID_CONFIG' })
})
