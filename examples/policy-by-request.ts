import Fastify, { type FastifyInstance } from 'fastify'
import cors from 'fastify-route-cors'

const tenants = new Map([['acme.api.example.com', 'acme'], ['hooli.api.example.com', 'hooli']])

/** Each tenant has its host, and the host its policy. Whoever is no tenant is allowed nothing. */
export async function build (): Promise<FastifyInstance> {
  const app = Fastify()
  await app.register(cors, {
    origin: false,
    policies: {
      acme: { origin: 'https://acme.example', credentials: true },
      hooli: { origin: ['https://hooli.example', 'https://*.hooli.example'] }
    },
    select: (request) => tenants.get(request.hostname)
  })

  app.get('/products/:id', async (request) => request.params)

  return app
}
