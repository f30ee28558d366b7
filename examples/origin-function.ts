import Fastify, { type FastifyInstance } from 'fastify'
import cors from 'fastify-route-cors'

const allowed = new Set(['https://app.example.com', 'https://admin.example.com'])

/** The function that users of Express know. `callback(null, false)` would deny without an error. */
export async function build (): Promise<FastifyInstance> {
  const app = Fastify()
  await app.register(cors, {
    origin (origin, callback) {
      if (allowed.has(origin)) callback(null, true)
      else callback(new Error('Not allowed by CORS'))
    }
  })

  app.get('/products/:id', async (request) => request.params)

  return app
}
