import { readFile } from 'node:fs/promises'
import Fastify, { type FastifyInstance } from 'fastify'
import cors, { liveOrigins } from 'fastify-route-cors'

const file = new URL('live-tenants.json', import.meta.url)

/** Each tenant has its host, and the host its origins, which are nobody else's. A host that is not in the list allows nobody. */
export async function build (): Promise<FastifyInstance> {
  const origin = liveOrigins({
    load: async (signal) => JSON.parse(await readFile(file, { encoding: 'utf8', signal })),
    key: (request) => request.hostname,
    refresh: 10
  })

  const app = Fastify()
  await app.register(cors, { origin, credentials: true })

  app.get('/products/:id', async (request) => request.params)

  return app
}
