import Fastify, { type FastifyInstance } from 'fastify'
import { Redis } from 'ioredis'
import cors, { liveOrigins } from 'fastify-route-cors'

/**
 * The name of a set, and of the channel on which whoever changes it says so, best in one transaction:
 * `MULTI`, `SADD allowed-origins https://new.example`, `PUBLISH allowed-origins changed`, `EXEC`.
 */
const NAME = 'allowed-origins'

export async function build (url = 'redis://localhost'): Promise<FastifyInstance> {
  const app = Fastify({ logger: { level: 'warn' } })
  const client = new Redis(url, {
    maxRetriesPerRequest: 1, // a load that fails soon is tried again soon
    retryStrategy: (times) => Math.min(50 * 2 ** times, 2000)
  })
  client.on('error', (error) => { app.log.debug(error) })
  app.addHook('onClose', async () => { client.disconnect() })

  const origin = liveOrigins({
    load: async () => await client.smembers(NAME),
    subscribe (changed) {
      // Who listens has a connection of its own, which is made anew when it is lost, as the other is.
      const listener = client.duplicate({ autoResubscribe: false })
      listener.on('error', (error) => { app.log.debug(error) })
      listener.on('message', () => { changed() })
      listener.on('ready', () => {
        listener.once('close', changed)
        // Nobody told what changed while no one listened.
        listener.subscribe(NAME).then(changed, () => { listener.disconnect(true) })
      })
      return () => { listener.disconnect() }
    }
  })
  await app.register(cors, { origin, credentials: true })

  app.get('/products/:id', async (request) => request.params)

  return app
}
