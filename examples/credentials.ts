import Fastify, { type FastifyInstance } from 'fastify'
import cors from 'fastify-route-cors'

/**
 * Pages of one origin may send cookies and read the answer. A page asks with
 * `fetch(url, { credentials: 'include' })`; `origin: '*'` would not boot here.
 */
export async function build (): Promise<FastifyInstance> {
  const app = Fastify()
  await app.register(cors, {
    origin: 'https://app.example.com',
    credentials: true,
    exposedHeaders: ['X-Request-Id']
  })

  app.get('/me', async (request, reply) => {
    reply.header('X-Request-Id', request.id)
    return { cookie: request.headers.cookie ?? null }
  })

  return app
}
