import Fastify, { type FastifyInstance } from 'fastify'
import cors from 'fastify-route-cors'

/** Every resource answers preflights, each for the methods that it serves. */
export async function build (): Promise<FastifyInstance> {
  const app = Fastify()
  await app.register(cors, {
    origin: 'https://app.example.com',
    allowedHeaders: ['Content-Type', 'Authorization'],
    maxAge: 600
  })

  app.get('/products', async () => [])
  app.post('/products', async (request) => request.body)
  app.put('/products/:id', async (request) => request.params)
  app.delete('/products/:id', async (request) => request.params)

  return app
}
