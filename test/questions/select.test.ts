import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import t from 'tap'

import cors, { type CorsPluginOptions } from '../../lib/index.ts'
import { APP, EVIL } from '../fixtures/requests.ts'
import { handler } from '../fixtures/select.ts'

const ACME = 'https://acme.example'

async function build (select: CorsPluginOptions['select']): Promise<FastifyInstance> {
  const app = Fastify() as FastifyInstance
  app.register(cors, { origin: APP, policies: { acme: { origin: ACME, allowedHeaders: ['X-A'] }, open: { origin: '*' } }, select, vary: 'X-Tenant' })
  app.get('/x', handler)
  app.put('/x', { config: { cors: { maxAge: 5 } } }, handler)
  app.patch('/x', { config: { cors: 'open' } }, handler)
  app.get('/v', { constraints: { version: '1.0.0' }, config: { cors: 'open' } }, handler)
  app.get('/v', { constraints: { version: '2.0.0' } }, handler)
  app.delete('/v', { constraints: { version: '1.0.0' }, config: { cors: 'open' } }, handler)
  app.delete('/v', { constraints: { version: '2.0.0' } }, handler)
  await app.ready()
  return app
}

const byHost = ({ host }: FastifyRequest): string | undefined => host.startsWith('acme.') ? 'acme' : undefined
const onAcme = { host: 'acme.api.example' }

t.test('explain() asks select about the request in question', async (t) => {
  const app = await build(byHost)
  const allowed = await app.cors.explain({ url: '/x', origin: ACME, ...onAcme })
  t.strictSame([allowed.code, allowed.reason, allowed.policy?.name, allowed.option], [
    'ALLOWED', `GET /x allows '${ACME}': origin is '${ACME}' in the policy 'acme'`, 'acme', { name: 'origin', from: { policy: 'acme' } }
  ])
  t.strictSame(allowed.response, { status: 200, headers: { 'access-control-allow-origin': ACME, vary: 'X-Tenant' } })
  const refused = await app.cors.explain({ url: '/x', origin: ACME })
  t.strictSame([refused.code, refused.policy?.name, refused.option], ['ORIGIN_NOT_ALLOWED', undefined, { name: 'origin', from: 'plugin' }])
})

t.test('explain() names the selected policy beneath a block, and for what reaches no route', async (t) => {
  const app = await build(byHost)
  const block = await app.cors.explain({ method: 'PUT', url: '/x', origin: ACME, headers: { 'x-b': '1' }, ...onAcme })
  t.strictSame([block.code, block.policy?.name, block.policy?.from.allowedHeaders, block.policy?.from.maxAge], ['HEADER_NOT_ALLOWED', 'acme', { policy: 'acme' }, 'route'])
  const none = await app.cors.explain({ url: '/nothing', origin: ACME, ...onAcme })
  t.strictSame([none.code, none.policy?.name], ['ALLOWED', 'acme'])
  const named = await app.cors.explain({ method: 'PATCH', url: '/x', origin: EVIL, ...onAcme })
  t.strictSame([named.code, named.policy?.name], ['ALLOWED', 'open'])
})

t.test('explain() finds the version that refuses under the selection', async (t) => {
  const app = await build(byHost)
  const { code, route, policy } = await app.cors.explain({ method: 'DELETE', url: '/v', origin: EVIL, ...onAcme })
  t.strictSame([code, route?.constraints, policy?.name], ['ORIGIN_NOT_ALLOWED', { version: '2.0.0' }, 'acme'])
})

for (const [name, select, message] of [
  ['names no policy', () => 'acne', "select named 'acne', which is no policy here; did you mean 'acme'?"],
  ['names nothing like one', () => 'elsewhere', "select named 'elsewhere', which is no policy here; declare it in policies"],
  ['returns null', (() => null) as never, 'select must return the name of a policy, or undefined, got null'],
  ['throws', () => { throw new Error('no tenant\u202e') }, 'no tenant\\u202e'],
  ['rejects', async () => { throw new Error('no tenant') }, 'no tenant']
] as const) {
  t.test(`explain() says so where select ${name}`, async (t) => {
    const app = await build(select as CorsPluginOptions['select'])
    for (const method of ['GET', 'PUT']) {
      const { allowed, code, reason, response, preflight } = await app.cors.explain({ method, url: '/x', origin: APP })
      t.strictSame([allowed, code, reason], [false, 'SELECT_FAILED', `No policy could be selected for ${method} /x: correct select, which failed (${message})`])
      t.strictSame(preflight ?? response, { status: 500, headers: { vary: 'X-Tenant' } })
    }
  })
}
