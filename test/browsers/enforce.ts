import fastifyStatic from '@fastify/static'
import type { FastifyPluginAsync } from 'fastify'
import cors, { type CorsPluginOptions } from 'fastify-route-cors'

import { pathOf } from '../../examples/demo/files.ts'
import type { Origins } from '../../examples/demo/setup.ts'
import { hideReferrers } from './watch.ts'

/** Leads a page that was navigated here to where it goes on. */
const HERE = `<!doctype html><title>Here</title><script>
  const next = new URLSearchParams(location.search).get('next')
  if (next !== null) location.replace(next)
</script>`

/** Policies by name, which the cases ask for as `/enforce/<name>`. */
function policies ({ page, other }: Origins): Readonly<Record<string, CorsPluginOptions>> {
  const forPage = page as `http://${string}`
  return {
    exact: { origin: forPage },
    list: { origin: [forPage, 'http://elsewhere.example'] },
    pattern: { origin: `http://*.localhost:${new URL(page).port}` },
    RegExp: { origin: /^http:\/\/127\.0\.0\.1:\d+$/ },
    function: { origin: async (origin: string) => origin === other },
    any: { origin: '*' },
    true: { origin: true },
    false: { origin: false }
  }
}

/** Routes that refuse foreign pages, for whatever a page can send, and pages of the same origin. */
export function enforceApi (origins: Origins): FastifyPluginAsync {
  return async (root) => {
    for (const [name, options] of Object.entries(policies(origins))) {
      root.register(async (app) => {
        await app.register(cors, { ...options, enforce: true } as CorsPluginOptions)
        app.removeAllContentTypeParsers()
        app.addContentTypeParser('*', (_request, payload, done) => {
          payload.resume()
          payload.once('end', () => { done(null) })
        })
        app.setErrorHandler<{ statusCode: number }>(async ({ statusCode }, _request, reply) => await reply.code(statusCode).type('text/html').send(HERE))
        app.route({ method: ['GET', 'POST', 'PUT'], url: '/', handler: async (_request, reply) => await reply.type('text/html').send(HERE) })
        app.get('/socket', { websocket: true }, (socket) => { socket.send('hello') })
      }, { prefix: `/enforce/${name}` })
    }
    root.register(async (app) => {
      hideReferrers(app)
      await app.register(fastifyStatic, { root: pathOf('test/browsers/page'), prefix: '/test/browsers/page/', cacheControl: false, decorateReply: false })
    })
  }
}
