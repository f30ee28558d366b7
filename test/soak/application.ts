import { setTimeout as wait } from 'node:timers/promises'

import Fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify'

import cors, { liveOrigins, type CorsPluginOptions } from '../../lib/index.ts'
import { APP } from '../fixtures/requests.ts'

/** What changes, all of it at once, is in one of two states. */
export type Phase = 0 | 1

export interface Soaked {
  readonly app: FastifyInstance
  readonly change: (phase: Phase) => Promise<void>
}

export const BASE = 'http://api.example.com'
export const THROWS = 'https://throws.example'
export const PARTNER = 'https://partner.example'
export const TENANT = 'https://shop.tenant.example'

const LISTS: Readonly<Record<Phase, string[]>> = { 0: [APP, 'https://*.live.example'], 1: [APP, PARTNER, 'http://localhost:*'] }
const TENANTS: Readonly<Record<Phase, Record<string, string[]>>> = { 0: { 'one.example.com': [TENANT] }, 1: { 'one.example.com': [PARTNER], 'two.example.com': [TENANT] } }
const REPLACED: Readonly<Record<Phase, CorsPluginOptions>> = {
  0: { origin: APP, credentials: true, maxAge: 60 },
  1: { origin: [APP, PARTNER], methods: ['GET', 'PUT'], allowedHeaders: ['x-a'], exposedHeaders: 'x-b' }
}

/** An application with every feature. */
export async function build (phase: Phase, options: FastifyServerOptions & { http2?: true } = {}): Promise<Soaked> {
  const app = Fastify(options as FastifyServerOptions) as FastifyInstance
  const body = 'x'.repeat(256 * 1024)
  const urls = { list: '/list', big: '/big', slow: '/slow' }
  let current = phase
  let changed = (): void => {}
  const live = liveOrigins({ load: () => LISTS[current], refresh: 1, subscribe: (tell) => { changed = tell } })
  const tenants = liveOrigins({ load: () => TENANTS[current], refresh: 1, key: (request) => request.host, vary: ['host'] })

  app.addHook('onSend', async (_request, reply) => { reply.headers({ 'x-a': '1', 'x-b': '2' }) })
  const answer = async (): Promise<object> => ({ ok: true })

  await app.register(async (scope) => {
    await scope.register(cors, { origin: [APP, PARTNER], credentials: true, maxAge: 600, exposedHeaders: ['x-a'], timingAllowOrigin: true })
    scope.route({ method: ['GET', 'PUT'], url: urls.list, handler: answer })
    scope.delete(urls.list, { config: { cors: { origin: APP, maxAge: 5 } } }, answer)
    scope.get(urls.big, async () => body)
    scope.get(urls.slow, async () => { await wait(20) })
    scope.get('/raw', { config: { cors: { rawHeaders: true } } }, async (_request, reply) => {
      reply.hijack()
      reply.raw.end('raw')
    })
  })
  await app.register(async (scope) => {
    await scope.register(cors, { origin: ['https://*.pages.example', 'https://pr-*.example.com', 'http://localhost:*', /^https:\/\/[a-z]+\.shop\.example$/], allowedHeaders: ['x-a', 'content-type'] })
    scope.route({ method: ['GET', 'PATCH'], url: '/pattern/:id', handler: answer })
  })
  await app.register(async (scope) => {
    await scope.register(cors, {
      origin: async (origin) => {
        await wait(1)
        if (origin === THROWS) throw new Error('asked for')
        return origin === APP
      }
    })
    scope.route({ method: ['GET', 'PUT'], url: '/function', handler: answer })
  })
  await app.register(async (scope) => {
    await scope.register(cors, {
      origin: PARTNER,
      policies: { open: { origin: '*', maxAge: 30 }, own: { origin: APP, credentials: true } },
      select: ({ headers }) => headers['x-kind'] === 'open' ? 'open' : headers['x-kind'] === 'own' ? 'own' : undefined,
      vary: 'x-kind'
    })
    scope.route({ method: ['GET', 'PUT'], url: '/select', handler: answer })
  })
  await app.register(async (scope) => {
    await scope.register(cors, { origin: ['https://fixed.example', live], credentials: true })
    scope.route({ method: ['GET', 'PUT'], url: '/live', handler: answer })
  })
  await app.register(async (scope) => {
    await scope.register(cors, { origin: tenants, maxAge: 0 })
    scope.route({ method: ['GET', 'PUT'], url: '/tenants', handler: answer })
  })
  await app.register(async (scope) => {
    await scope.register(cors, { origin: APP, enforce: true })
    scope.route({ method: ['GET', 'POST'], url: '/enforced', handler: answer })
  })
  await app.register(async (scope) => {
    await scope.register(cors, { origin: '*', allowedHeaders: 'schema', exposedHeaders: '*', strictPreflight: true })
    scope.put('/open', { schema: { headers: { type: 'object', properties: { 'x-a': { type: 'string' } } } } }, answer)
    scope.get('/off', { config: { cors: false } }, answer)
  })
  let replaceable: FastifyInstance | undefined
  await app.register(async (scope) => {
    await scope.register(cors, REPLACED[phase])
    scope.route({ method: ['GET', 'PUT', 'DELETE'], url: '/replaced', handler: answer })
    replaceable = scope
  })
  await app.ready()
  return {
    app,
    async change (phase) {
      current = phase
      changed()
      await Promise.all([app.cors.replace(REPLACED[phase], { instance: replaceable as FastifyInstance }), live.reload(), tenants.reload()])
    }
  }
}
