import Fastify, { type FastifyInstance } from 'fastify'
import cors from 'fastify-route-cors'

/** A route that pages of one other origin may read, and one that they may not. */
export async function build (): Promise<FastifyInstance> {
  const app = Fastify()
  await app.register(cors, { origin: 'https://app.example.com' })

  app.get('/with-cors', async () => ({ message: 'A page of https://app.example.com can read this' }))

  app.get('/without-cors', { config: { cors: false } }, async () => ({ message: 'Pages of this origin only' }))

  return app
}
