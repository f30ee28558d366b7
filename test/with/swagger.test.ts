import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import Fastify from 'fastify'
import t from 'tap'

import cors from '../../lib/index.ts'
import { APP, EVIL, seen } from '../fixtures/requests.ts'
import { closing } from '../fixtures/sockets.ts'

function documented (app: { swagger: () => { paths?: object } }): Record<string, string[]> {
  const paths = Object.entries(app.swagger().paths ?? {})
  return Object.fromEntries(paths.map(([url, methods]) => [url, Object.keys(methods)]))
}

for (const order of ['before', 'after']) {
  t.test(`swagger, registered ${order} it, documents the routes without the generated OPTIONS`, async (t) => {
    const app = closing(t, Fastify({ exposeHeadRoutes: false }))
    if (order === 'before') await app.register(swagger, { openapi: {} })
    await app.register(cors, { origin: [APP, 'https://b.example'] })
    if (order === 'after') await app.register(swagger, { openapi: {} })
    await app.register(swaggerUi, { routePrefix: '/docs' })
    app.get('/orders', () => 'ok')
    app.put('/orders/:id', () => 'ok')
    app.options('/own', () => 'ok')
    await app.ready()

    t.strictSame(documented(app), { '/orders': ['get'], '/orders/{id}': ['put'], '/own': ['options'] })
    const headers = { 'access-control-allow-origin': APP, vary: 'Origin' }
    t.strictSame(await seen(app, 'GET', '/docs/json', { origin: APP }), { status: 200, headers })
    t.strictSame(await seen(app, 'GET', '/docs/', { origin: APP }), { status: 200, headers })
    t.strictSame(await seen(app, 'GET', '/docs/json', { origin: EVIL }), { status: 200, headers: { vary: 'Origin' } })
  })
}

t.test('swagger documents the generated OPTIONS routes where they are not hidden', async (t) => {
  const app = closing(t, Fastify({ exposeHeadRoutes: false }))
  await app.register(swagger, { openapi: {} })
  await app.register(cors, { origin: APP, hideOptionsRoute: false })
  app.get('/orders', () => 'ok')
  await app.ready()
  t.strictSame(documented(app), { '/orders': ['get', 'options'] })
})
