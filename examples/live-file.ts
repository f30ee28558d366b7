import { watch } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import Fastify, { type FastifyInstance } from 'fastify'
import cors, { liveOrigins } from 'fastify-route-cors'

/** Origins in a file that is changed while the application runs: what is saved holds at once. */
export async function build (file = fileURLToPath(new URL('live-origins.json', import.meta.url))): Promise<FastifyInstance> {
  const origin = liveOrigins({
    load: async (signal) => JSON.parse(await readFile(file, { encoding: 'utf8', signal })),
    subscribe (changed) {
      // The folder is watched: editors and deployments put a new file in the place of the old one.
      const watcher = watch(dirname(file), () => { changed() }).on('error', changed)
      return () => { watcher.close() }
    }
  })

  const app = Fastify()
  await app.register(cors, { origin, credentials: true })

  app.get('/products/:id', async (request) => request.params)

  return app
}
