import { readFile } from 'node:fs/promises'
import Fastify, { type FastifyInstance } from 'fastify'
import cors from 'fastify-route-cors'

const file = new URL('policies.json', import.meta.url)

/** Policies in a file that operators can read and change; what is wrong in it stops the boot. */
export async function build (): Promise<FastifyInstance> {
  const app = Fastify()
  await app.register(cors, { global: false, policies: JSON.parse(await readFile(file, 'utf8')) })

  app.get('/products', { config: { cors: 'public' } }, async () => [])
  app.put('/orders/:id', { config: { cors: 'partners' } }, async (request) => request.params)

  return app
}
