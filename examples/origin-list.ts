import Fastify, { type FastifyInstance } from 'fastify'
import cors from 'fastify-route-cors'

/** Several origins, and every subdomain of one more: `*.` never stands for the apex itself. */
export async function build (): Promise<FastifyInstance> {
  const app = Fastify()
  await app.register(cors, {
    origin: ['https://app.example.com', 'https://admin.example.com', 'https://*.partner.example']
  })

  app.get('/products/:id', async (request) => request.params)

  return app
}
