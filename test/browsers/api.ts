import websocket from '@fastify/websocket'
import type { FastifyPluginAsync } from 'fastify'
import cors from 'fastify-route-cors'

import type { Origins } from '../../examples/demo/setup.ts'
import { enforceApi } from './enforce.ts'
import { responses } from './responses.ts'
import { addCredentialRoutes, addHeaderRoutes, addMethodRoutes, originPolicies } from './routes.ts'

/** What the cases request, besides the API of the demo. */
export function casesApi (origins: Origins): FastifyPluginAsync {
  const { page, other } = origins
  const list = { origin: [page, other] as `http://${string}`[] }

  return async (root) => {
    await root.register(websocket)
    await root.register(async (app) => {
      await app.register(cors, { origin: page as `http://${string}`, global: true })
      app.setNotFoundHandler(async (_request, reply) => await reply.code(404).send({}))
      app.register(async (scope) => { addMethodRoutes(scope, origins) }, { prefix: '/methods' })
      addHeaderRoutes(app, origins)
      addCredentialRoutes(app, origins)
      for (const [name, policy] of Object.entries(originPolicies(origins))) {
        app.route({ method: ['GET', 'PUT'], url: `/origin/${name}`, config: { cors: policy }, handler: async () => ({}) })
      }
      app.register(async (scope) => {
        await scope.register(cors, list)
        await scope.register(responses(origins))
      }, { prefix: '/responses' })
    }, { prefix: '/cases' })
    await root.register(enforceApi(origins), { prefix: '/cases' })
  }
}
