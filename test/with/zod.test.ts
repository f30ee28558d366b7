import Fastify from 'fastify'
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod'
import t from 'tap'
import { z } from 'zod'

import cors from '../../lib/index.ts'
import { APP, seen } from '../fixtures/requests.ts'
import { closing } from '../fixtures/sockets.ts'

t.test('config.cors is typed beside the schemas of zod, whose 400 a page can read', async (t) => {
  const app = closing(t, Fastify()).withTypeProvider<ZodTypeProvider>()
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  await app.register(cors, { origin: APP })
  const schema = { querystring: z.object({ page: z.coerce.number() }), response: { 200: z.object({ page: z.number() }) } }
  app.get('/items', { schema, config: { cors: { exposedHeaders: ['X-Total'] } } }, ({ query }) => {
    const { page }: { page: number } = query
    return { page }
  })
  // @ts-expect-error a typo is found with a schema, too
  app.get('/a', { schema, config: { cors: { orgin: APP } } }, ({ query }) => query)
  // @ts-expect-error and so is a wildcard with credentials
  app.get('/b', { schema, config: { cors: { origin: '*', credentials: true } } }, ({ query }) => query)
  await t.rejects(async () => await app.ready(), { code: 'FST_ERR_CORS_INVALID_CONFIG' })
})

t.test('a validation error of zod has the headers of the route', async (t) => {
  const app = closing(t, Fastify()).withTypeProvider<ZodTypeProvider>()
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  await app.register(cors, { origin: APP })
  const schema = { querystring: z.object({ page: z.coerce.number() }) }
  app.get('/items', { schema, config: { cors: { exposedHeaders: ['X-Total'] } } }, ({ query }) => query)
  const headers = { 'access-control-allow-origin': APP, 'access-control-expose-headers': 'X-Total' }
  t.strictSame(await seen(app as never, 'GET', '/items?page=1', { origin: APP }), { status: 200, headers })
  t.strictSame(await seen(app as never, 'GET', '/items?page=x', { origin: APP }), { status: 400, headers })
})
