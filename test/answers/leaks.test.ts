import Fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify'
import t from 'tap'

import cors, { type CorsPluginOptions } from '../../lib/index.ts'
import { EVIL, send, sendPreflight } from '../fixtures/requests.ts'
import { handler } from '../fixtures/select.ts'

/** Part of every text that is configured. */
const SECRET = 'zq9'

const OPTIONS: CorsPluginOptions = {
  origin: [`https://${SECRET}.example`, `https://*.${SECRET}.example`, new RegExp(`^https://[a-z]\\.${SECRET}\\.example$`)],
  allowedHeaders: [`x-${SECRET}`],
  exposedHeaders: [`x-${SECRET}`],
  cacheControl: `max-age=5, ${SECRET}=1`,
  policies: { [SECRET]: { maxAge: 5 }, [`${SECRET}-other`]: { credentials: true } }
}

/** Whatever else an application may say of requests that are granted nothing. */
const variants: Record<string, CorsPluginOptions> = {
  'a list': OPTIONS,
  'a list and enforce': { ...OPTIONS, enforce: true },
  'a list and strictPreflight': { ...OPTIONS, strictPreflight: true },
  'a list and preflightContinue': { ...OPTIONS, preflightContinue: true },
  'a list and rawHeaders': { ...OPTIONS, rawHeaders: true },
  'no origin': { ...OPTIONS, origin: false },
  'a function': { ...OPTIONS, origin: (origin: string) => origin === `https://${SECRET}.example` },
  'only routes that opt in': { ...OPTIONS, global: false },
  'a policy that is selected': { ...OPTIONS, select: () => SECRET },
  'a name that is none': { ...OPTIONS, select: () => `${SECRET}x` },
  'a name that is none, later': { ...OPTIONS, select: async () => `${SECRET}x` },
  'what is no name': { ...OPTIONS, select: (() => ({ [SECRET]: SECRET })) as never }
}

function build (options: CorsPluginOptions, server: FastifyServerOptions): FastifyInstance {
  const app = Fastify(server) as FastifyInstance
  app.register(cors, options)
  app.get('/x', handler)
  app.put('/x', { config: { cors: SECRET } }, handler)
  app.post('/x', { config: { cors: { policy: `${SECRET}-other`, maxAge: 7 } } }, handler)
  app.get('/fails', async () => { throw new Error('no') })
  app.options('/own', handler)
  app.post('/own', { schema: { body: { type: 'object', required: ['a'] } } }, handler)
  app.route({ method: 'GET', url: `/${SECRET}`, handler })
  return app
}

for (const [name, options] of Object.entries(variants)) {
  t.test(`a page that is granted nothing reads nothing of the configuration: ${name}`, async (t) => {
    const app = build(options, { logger: { level: 'trace', stream: { write: () => {} } } })
    for (const url of ['/x', '/fails', '/own', '/nothing', '/%', '//x', '/x/']) {
      for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS']) {
        for (const headers of [{}, { 'content-type': 'application/json' }, { 'sec-fetch-site': 'cross-site' }]) {
          for (const asked of [{ origin: EVIL, headers }, { origin: 'null', headers }, { headers }]) {
            const responses = [await send(app, method, url, asked), await sendPreflight(app, method, url, { origin: EVIL, ...asked })]
            for (const { statusCode, headers, payload } of responses) {
              const text = JSON.stringify([headers, payload]).toLowerCase()
              if (text.includes(SECRET)) t.fail(`${method} ${url}: ${statusCode} ${text}`)
            }
          }
        }
      }
    }
    t.pass()
  })
}
