import { readFile } from 'node:fs/promises'
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import cors from 'fastify-route-cors'

import { columnsFor, type ServedColumn, type ServedRoute } from './columns.ts'
import { pathOf } from './files.ts'
import type { Origins } from './setup.ts'

type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>

/** The API of the demo: the same resources once for each policy, below its name. */
export function demoApi (origins: Origins): FastifyPluginAsync {
  const columns = columnsFor(origins)
  return async (app) => {
    const reading = await readingHandlers()
    const handlerOf = ({ path, methods }: ServedRoute): Handler => methods.includes('GET') ? reading[path] as Handler : write

    function addRoutes (scope: FastifyInstance, { routes }: ServedColumn): void {
      for (const route of routes) {
        const { url, methods, config } = route
        scope.route({ method: [...methods], url, config, handler: handlerOf(route) })
      }
    }

    // A demo has no use for bodies, of whatever type.
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('*', (_request, payload, done) => {
      payload.resume()
      payload.once('end', () => { done(null) })
    })

    for (const column of columns.filter(({ plugin }) => !plugin)) addRoutes(app, column)
    await app.register(async (scope) => {
      await scope.register(cors, { global: false })
      for (const column of columns.filter(({ plugin }) => plugin)) addRoutes(scope, column)
    })
  }
}

async function write ({ method }: FastifyRequest): Promise<unknown> {
  return { method }
}

/** What answers GET, by the last segment of the URL. */
async function readingHandlers (): Promise<Readonly<Record<string, Handler>>> {
  const [font, image] = await Promise.all(['square.woff', 'square.png'].map((name) => readFile(pathOf(`examples/demo/assets/${name}`))))
  return {
    data: async ({ id, headers }, reply) => await reply.header('x-request-id', id).send({ method: 'GET', cookie: headers.cookie ?? null }),
    redirect: async ({ query }, reply) => await reply.redirect(`./data?${new URLSearchParams(query as Record<string, string>).toString()}`),
    error: async () => { throw new Error('This route always fails') },
    'module.js': async (_request, reply) => await reply.type('text/javascript').send('export const loaded = true'),
    'font.woff': async (_request, reply) => await reply.type('font/woff').send(font),
    'image.png': async (_request, reply) => await reply.type('image/png').send(image),
    events: async (_request, reply) => await reply.type('text/event-stream').send('data: hello\n\n')
  }
}
