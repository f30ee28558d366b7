import Fastify, { type FastifyInstance } from 'fastify'
import cors from 'fastify-route-cors'

/**
 * One resource that pages may delete. Browsers ask before a DELETE, and the
 * plugin answers: the OPTIONS route needs no line of its own.
 */
export async function build (): Promise<FastifyInstance> {
  const app = Fastify()
  await app.register(cors, { origin: 'https://app.example.com', global: false })

  app.get('/products/:id', async (request) => request.params)

  app.delete('/products/:id', { config: { cors: { maxAge: 600 } } }, async (_request, reply) => {
    return await reply.code(204).send()
  })

  return app
}
