import Fastify, { type FastifyInstance } from 'fastify'
import cors from 'fastify-route-cors'

/** One origin may read: the answer is the same for everybody, and caches may keep it. */
export async function build (): Promise<FastifyInstance> {
  const app = Fastify()
  await app.register(cors, { origin: 'https://app.example.com' })

  app.get('/products/:id', async (request) => request.params)

  return app
}
