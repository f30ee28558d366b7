import { readFile } from 'node:fs/promises'
import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import cors, { type RouteCors } from 'fastify-route-cors'

import { columnsFor, type ColumnRoutes } from './columns.ts'
import { pathOf } from './files.ts'
import type { Origins } from './setup.ts'

/** The API of the demo: the same resources once for each policy, below its name. */
export function demoApi (origins: Origins): FastifyPluginAsync {
  const columns = columnsFor(origins)
  return async (app) => {
    const [font, image] = await Promise.all(['square.woff', 'square.png'].map((name) => readFile(pathOf(`examples/demo/assets/${name}`))))

    function addRoutes (scope: FastifyInstance, column: ColumnRoutes): void {
      scope.register(async (routes) => { addResources(routes, column, { font, image }) }, { prefix: `/${column.id}` })
    }

    for (const column of columns.filter(({ plugin }) => !plugin)) addRoutes(app, column)
    await app.register(async (scope) => {
      await scope.register(cors, { global: false })
      for (const column of columns.filter(({ plugin }) => plugin)) addRoutes(scope, column)
    })
  }
}

interface Assets {
  readonly font: Buffer | undefined
  readonly image: Buffer | undefined
}

function addResources (app: FastifyInstance, { read, write }: ColumnRoutes, { font, image }: Assets): void {
  const forReading = withCors(read)
  const forWriting = withCors(write)

  // A demo has no use for bodies, of whatever type.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, payload, done) => {
    payload.resume()
    payload.once('end', () => { done(null) })
  })

  app.get('/data', forReading, async (request, reply) => {
    reply.header('x-request-id', request.id)
    return { method: 'GET', cookie: request.headers.cookie ?? null }
  })
  app.route({
    method: ['POST', 'PUT', 'PATCH', 'DELETE'],
    url: '/data',
    ...forWriting,
    handler: async ({ method }) => ({ method })
  })
  app.get<{ Querystring: Record<string, string> }>('/redirect', forReading, async (request, reply) => {
    const query = new URLSearchParams(request.query)
    return await reply.redirect(`./data?${query.toString()}`)
  })
  app.get('/error', forReading, async () => { throw new Error('This route always fails') })
  app.get('/module.js', forReading, async (_request, reply) => await reply.type('text/javascript').send('export const loaded = true'))
  app.get('/font.woff', forReading, async (_request, reply) => await reply.type('font/woff').send(font))
  app.get('/image.png', forReading, async (_request, reply) => await reply.type('image/png').send(image))
  app.get('/events', forReading, async (_request, reply) => await reply.type('text/event-stream').send('data: hello\n\n'))
}

function withCors (cors: RouteCors | undefined): { config: { cors?: RouteCors } } {
  return { config: cors === undefined ? {} : { cors } }
}
