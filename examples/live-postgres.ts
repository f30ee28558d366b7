import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import Fastify, { type FastifyInstance } from 'fastify'
import pg from 'pg'
import cors, { liveOrigins } from 'fastify-route-cors'

/** To be run once. Whoever changes the table then, all instances are told when the change is committed. */
export const MIGRATION = `
  CREATE TABLE allowed_origins (origin text PRIMARY KEY);
  CREATE FUNCTION notify_allowed_origins() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN NOTIFY allowed_origins; RETURN NULL; END $$;
  CREATE TRIGGER allowed_origins AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON allowed_origins
    FOR EACH STATEMENT EXECUTE FUNCTION notify_allowed_origins();`

export async function build (connectionString = 'postgres://localhost/shop'): Promise<FastifyInstance> {
  const app = Fastify({ logger: { level: 'warn' } })
  const options = { connectionString, connectionTimeoutMillis: 5000, keepAlive: true, keepAliveInitialDelayMillis: 10_000 }
  const pool = new pg.Pool(options).on('error', (error) => { app.log.debug(error) })
  app.addHook('onClose', async () => { await pool.end() })

  const origin = liveOrigins({
    load: async () => (await pool.query('SELECT origin FROM allowed_origins')).rows.map(({ origin }) => origin),
    subscribe (changed) {
      const closed = new AbortController()
      listen(options, changed, closed.signal).catch((error) => { app.log.error(error) })
      return () => { closed.abort() }
    }
  })
  await app.register(cors, { origin, credentials: true })

  app.get('/products/:id', async (request) => request.params)

  return app
}

/** Listens on a connection of its own, which is made anew when it is lost, with growing pauses. */
async function listen (options: pg.ClientConfig, changed: () => void, signal: AbortSignal): Promise<void> {
  for (let pause = 100; !signal.aborted; pause = Math.min(2 * pause, 2000)) {
    const client = new pg.Client(options).on('notification', changed).on('error', changed)
    try {
      await client.connect()
      await client.query('LISTEN allowed_origins')
      changed() // nobody told what changed while no one listened
      pause = 100
      await once(client, 'end', { signal })
    } catch {
      // The server is not there, or not there any more, or the application closes.
    }
    client.end().catch(() => {})
    await setTimeout(pause, undefined, { signal }).catch(() => {})
  }
}
