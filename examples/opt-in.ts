import Fastify, { type FastifyInstance } from 'fastify'
import cors from 'fastify-route-cors'

/** With `global: false` a route has CORS only if it says so: `true` takes the plugin's options. */
export async function build (): Promise<FastifyInstance> {
  const app = Fastify()
  await app.register(cors, { global: false, origin: 'https://app.example.com' })

  app.get('/internal', async () => ({ open: false }))
  app.get('/shared', { config: { cors: true } }, async () => ({ open: true }))
  app.get('/public', { config: { cors: { origin: '*' } } }, async () => ({ open: true }))

  return app
}
