import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyPluginAsync } from 'fastify'

import type { Origins } from '../../examples/demo/setup.ts'

const A_MINUTE = 'public, max-age=60'

/** Responses of every kind that a server gives: each must stay readable. */
export function responses ({ page, other, api }: Origins): FastifyPluginAsync {
  const elsewhere = api.replace('localhost', '127.0.0.1')
  return async (app) => {
    app.get('/throws', async () => { throw new Error('It always fails') })
    app.put('/throws', async () => { throw new Error('It always fails') })
    app.get('/validated', { schema: { querystring: { type: 'object', required: ['name'] } } }, async () => ({}))
    app.get('/forbidden', async (_request, reply) => await reply.code(403).send({}))
    app.post('/small', { bodyLimit: 10 }, async () => ({}))
    app.post('/parsed', async () => ({}))
    app.get('/error-headers', async () => {
      throw Object.assign(new Error('With headers'), { statusCode: 418, headers: { 'access-control-allow-origin': 'null', vary: 'Accept' } })
    })
    app.get('/stream', async (_request, reply) => await reply.type('text/plain').send(Readable.from(['one', 'two'])))
    app.get('/response', async () => new Response('web', { headers: { 'access-control-allow-origin': 'https://evil.example' } }))
    app.get('/own-headers', async (_request, reply) => await reply.header('access-control-allow-origin', '*').header('vary', 'Accept').send({}))
    app.get('/removes', async (_request, reply) => await reply.removeHeader('access-control-allow-origin').removeHeader('vary').send({}))
    app.get('/hijacked', { config: { cors: { rawHeaders: true } } }, (_request, reply) => {
      reply.hijack()
      reply.raw.writeHead(200, { 'content-type': 'text/plain' })
      reply.raw.end('by hand')
    })
    app.get('/events-by-hand', { config: { cors: { rawHeaders: true } } }, (_request, reply) => {
      reply.hijack()
      reply.raw.setHeader('content-type', 'text/event-stream')
      reply.raw.write('data: hello\n\n')
      reply.raw.end()
    })
    app.get('/fails', { config: { cors: { origin: (_origin: string, callback: (error: Error) => void) => { callback(new Error('Not allowed by CORS')) } } } }, async () => ({}))
    app.get('/cacheable', async (_request, reply) => await reply.header('cache-control', A_MINUTE).send({}))
    app.get('/cacheable-image', async (_request, reply) => await reply.header('cache-control', A_MINUTE).type('image/svg+xml').send('<svg xmlns="http://www.w3.org/2000/svg"/>'))
    // What happens without `Vary`: shows that the cache is there.
    app.get('/cacheable-without-vary', { config: { cors: false } }, async ({ headers }, reply) => {
      return await reply.headers({ 'cache-control': A_MINUTE, 'access-control-allow-origin': headers.origin }).send({})
    })
    addGuardedRoutes(app)
    addRedirects(app, elsewhere)
    app.register(async (enforced) => {
      enforced.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, _body, done) => { done(null) })
      addEnforced(enforced, page, other)
      addOwnForm(enforced)
    })
    app.get('/timed', { config: { cors: { timingAllowOrigin: true } } }, async () => ({}))
    app.get('/data', async () => ({}))
    app.put('/data', async () => ({}))
    app.get('/any', { config: { cors: { origin: '*' } } }, async () => ({}))
    app.get('/closed', { config: { cors: false } }, async () => ({}))
  }
}

/** Hooks that were registered after the plugin and refuse what has no token. */
function addGuardedRoutes (app: FastifyInstance): void {
  app.register(async (guarded) => {
    guarded.addHook('onRequest', async (request, reply) => {
      if (request.headers.authorization === undefined) return await reply.code(401).send({})
    })
    guarded.put('/guarded', async () => ({}))
    guarded.get('/guarded', async () => ({}))
  })
  app.register(async (limited) => {
    limited.addHook('preHandler', async (_request, reply) => await reply.code(429).send({}))
    limited.put('/limited', async () => ({}))
  })
}

function addRedirects (app: FastifyInstance, elsewhere: string): void {
  const targets = { data: './data', closed: './closed', 'elsewhere-any': `${elsewhere}/cases/responses/any`, 'elsewhere-data': `${elsewhere}/cases/responses/data`, 'no-put': './any' }
  for (const [name, target] of Object.entries(targets)) {
    for (const status of [302, 303, 307]) {
      app.route({
        method: ['GET', 'PUT'],
        url: `/redirect-${status}-${name}`,
        // A redirect to another origin makes the request's own origin `null`.
        config: name === 'elsewhere-any' ? { cors: { origin: '*' } } : {},
        handler: async (_request, reply) => await reply.redirect(target, status)
      })
    }
  }
  app.get('/closed-redirect', { config: { cors: false } }, async (_request, reply) => await reply.redirect('./data'))
}

interface OwnForm {
  readonly to: string
  readonly wire: string
  readonly policy?: string
}

/** A page of the API's own that submits itself to it. */
function addOwnForm (app: FastifyInstance): void {
  const text = { type: 'string', pattern: '^[\\w-]+$' }
  const schema = { querystring: { type: 'object', required: ['to', 'wire'], properties: { to: text, wire: text, policy: text } } }
  app.get<{ Querystring: OwnForm }>('/own-form', { schema }, async ({ query: { to, wire, policy } }, reply) => {
    if (policy !== undefined) reply.header('referrer-policy', policy)
    return await reply.type('text/html').send(`<form method="post" action="${to}?id=${wire}"></form><script>document.forms[0].submit()</script>`)
  })
}

/** Counts how often a handler ran, which `enforce` is to prevent. */
function addEnforced (app: FastifyInstance, page: string, other: string): void {
  for (const [name, origin] of Object.entries({ page, other })) {
    let runs = 0
    app.post(`/enforced-${name}`, { config: { cors: { origin: origin as `http://${string}`, enforce: true } } }, async () => ({ runs: ++runs }))
    app.get(`/enforced-${name}`, { config: { cors: { origin: origin as `http://${string}`, enforce: true } } }, async () => ({ runs }))
    app.get(`/enforced-${name}-socket`, { websocket: true, config: { cors: { origin: origin as `http://${string}`, enforce: true } } }, () => {})
    app.get(`/enforced-${name}-runs`, { config: { cors: { origin: '*' } } }, async () => ({ runs }))
  }
}
