import Fastify, { type FastifyInstance, type RouteHandlerMethod } from 'fastify'
import t from 'tap'

import cors, { type CorsPluginOptions } from '../../lib/index.ts'
import { APP, EVIL, seen, seenPreflight } from '../fixtures/requests.ts'

const OTHER = 'https://other.example'
const FOREIGN = 'https://foreign.example'
const LIST = Object.freeze({ origin: [APP, OTHER], credentials: true, timingAllowOrigin: true } as const)
const CREDENTIALS = { 'access-control-allow-credentials': 'true' }

async function build (options: CorsPluginOptions, handler: RouteHandlerMethod = async () => 'ok'): Promise<FastifyInstance> {
  const app = Fastify()
  await app.register(cors, options)
  app.get('/', handler)
  app.get('/off', { config: { cors: { timingAllowOrigin: false } } }, handler)
  await app.ready()
  return app
}

t.test('timings are for whoever may read, and no preflight speaks of them', async (t) => {
  const app = await build(LIST)
  t.strictSame(await seen(app, 'GET', '/', { origin: APP }), {
    status: 200, headers: { ...CREDENTIALS, 'access-control-allow-origin': APP, 'timing-allow-origin': APP, vary: 'Origin' }
  })
  t.strictSame(await seen(app, 'GET', '/', { origin: EVIL }), { status: 200, headers: { vary: 'Origin' } })
  t.strictSame(await seen(app, 'GET', '/'), { status: 200, headers: { vary: 'Origin' } })
  t.strictSame(await seen(app, 'GET', '/nothing', { origin: OTHER }), {
    status: 404, headers: { ...CREDENTIALS, 'access-control-allow-origin': OTHER, 'timing-allow-origin': OTHER, vary: 'Origin' }
  })
  t.strictSame(await seen(app, 'GET', '/off', { origin: APP }), {
    status: 200, headers: { ...CREDENTIALS, 'access-control-allow-origin': APP, vary: 'Origin' }
  })
  t.strictSame(await seenPreflight(app, 'GET', '/'), {
    status: 204,
    headers: {
      ...CREDENTIALS,
      'access-control-allow-origin': APP,
      'access-control-allow-methods': 'GET, HEAD',
      vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers'
    }
  })
})

const constant: ReadonlyArray<readonly [options: CorsPluginOptions, value: string, vary?: string]> = [
  [{ timingAllowOrigin: true }, '*'],
  [{ timingAllowOrigin: true, origin: APP }, APP],
  [{ timingAllowOrigin: true, origin: APP, rawHeaders: true }, APP],
  [{ timingAllowOrigin: true, origin: APP, enforce: true }, APP, 'Origin']
]

for (const [options, value, vary] of constant) {
  t.test(`timings under ${JSON.stringify(options)}`, async (t) => {
    const headers = { 'access-control-allow-origin': value, 'timing-allow-origin': value, ...(vary !== undefined && { vary }) }
    const app = await build(options)
    t.strictSame(await seen(app, 'GET', '/', { origin: APP }), { status: 200, headers })
    t.strictSame(await seen(app, 'GET', '/', { origin: EVIL }), { status: options.enforce === true ? 403 : 200, headers })
  })
}

t.test('a function that is asked allows timings too, and one that fails none', async (t) => {
  const app = await build({
    timingAllowOrigin: true,
    origin: async (origin) => {
      if (origin === EVIL) throw new Error('no database')
      return origin === APP
    }
  })
  t.strictSame(await seen(app, 'GET', '/', { origin: APP }), { status: 200, headers: { 'access-control-allow-origin': APP, 'timing-allow-origin': APP, vary: 'Origin' } })
  t.strictSame(await seen(app, 'GET', '/', { origin: OTHER }), { status: 200, headers: { vary: 'Origin' } })
  t.strictSame(await seen(app, 'GET', '/', { origin: EVIL }), { status: 500, headers: { vary: 'Origin' } })
})

/** Ways to set a header that are not the policy's. */
const handlers: Record<string, RouteHandlerMethod> = {
  'reply.header': async (_request, reply) => await reply.header('Timing-Allow-Origin', FOREIGN).send('ok'),
  'reply.raw.setHeader': async (_request, reply) => {
    reply.raw.setHeader('Timing-Allow-Origin', FOREIGN)
    return 'ok'
  },
  'writeHead with an object': (_request, reply) => {
    reply.hijack()
    reply.raw.writeHead(200, { 'Timing-Allow-Origin': FOREIGN }).end('ok')
  },
  'writeHead with an array': (_request, reply) => {
    reply.hijack()
    reply.raw.writeHead(200, ['Timing-Allow-Origin', FOREIGN]).end('ok')
  }
}

for (const [name, handler] of Object.entries(handlers)) {
  for (const rawHeaders of [false, true]) {
    t.test(`the policy has the last word over ${name}${rawHeaders ? ', with rawHeaders' : ''}, and without the option the handler`, async (t) => {
      const app = await build({ ...LIST, rawHeaders }, handler)
      t.strictSame(await seen(app, 'GET', '/', { origin: APP }), {
        status: 200, headers: { ...CREDENTIALS, 'access-control-allow-origin': APP, 'timing-allow-origin': APP, vary: 'Origin' }
      })
      t.strictSame(await seen(app, 'GET', '/', { origin: EVIL }), { status: 200, headers: { vary: 'Origin' } })
      t.strictSame(await seen(app, 'GET', '/off', { origin: APP }), {
        status: 200, headers: { ...CREDENTIALS, 'access-control-allow-origin': APP, 'timing-allow-origin': FOREIGN, vary: 'Origin' }
      })
      t.strictSame(await seen(app, 'GET', '/off', { origin: EVIL }), { status: 200, headers: { 'timing-allow-origin': FOREIGN, vary: 'Origin' } })
    })
  }
}

t.test('rawHeaders shows it on the raw response, getHeader on the reply', async (t) => {
  const shown: unknown[] = []
  const app = await build({ ...LIST, rawHeaders: true }, async (_request, reply) => {
    shown.push([reply.getHeader('timing-allow-origin'), reply.raw.getHeader('timing-allow-origin')])
    return 'ok'
  })
  await seen(app, 'GET', '/', { origin: APP })
  await seen(app, 'GET', '/', { origin: EVIL })
  t.strictSame(shown, [[APP, APP], [undefined, undefined]])
})

t.test('explain and the report show it', async (t) => {
  const app = await build(LIST)
  const allowed = { 'access-control-allow-origin': APP, 'access-control-allow-credentials': 'true', 'timing-allow-origin': APP, vary: 'Origin' }
  t.strictSame((await app.cors.explain({ origin: APP, method: 'GET', url: '/' })).response?.headers, allowed)
  t.strictSame((await app.cors.explain({ origin: EVIL, method: 'GET', url: '/' })).response?.headers, { vary: 'Origin' })
  const constant = await build({ origin: APP, timingAllowOrigin: true })
  t.strictSame((await constant.cors.explain({ origin: EVIL, method: 'GET', url: '/' })).response?.headers, { 'access-control-allow-origin': APP, 'timing-allow-origin': APP })
  t.match(app.cors.report(), /timingAllowOrigin: true \(the plugin's options\)/)
})
