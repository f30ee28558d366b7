import Fastify, { type FastifyInstance } from 'fastify'
import t from 'tap'

import cors, { corsOf } from '../../lib/index.ts'

const handler = async (): Promise<string> => 'ok'

async function urlsOf (instance: FastifyInstance): Promise<string[]> {
  await instance.ready()
  return corsOf(instance).routes().map(({ url }) => url)
}

t.test('the questions are there when the application is ready, for each of its instances', async (t) => {
  const app = Fastify()
  app.register(cors)
  let child: FastifyInstance | undefined
  app.register(async (instance) => {
    child = instance
    instance.get('/x', handler)
  })
  t.throws(() => corsOf(app), { code: 'FST_ERR_CORS_NOT_REGISTERED', message: /await app\.ready\(\)/ })
  await app.ready()
  t.equal(app.cors, corsOf(app))
  t.equal(child?.cors, app.cors)
  t.ok(app.hasDecorator('cors'))
  t.ok(Object.isFrozen(app.cors))
})

t.test('without the plugin there are none', async (t) => {
  const app = await Fastify()
  t.throws(() => corsOf(app), { code: 'FST_ERR_CORS_NOT_REGISTERED' })
})

t.test('a decorator of the same name stays, whoever adds it and when', async (t) => {
  const decorate = async (app: FastifyInstance): Promise<void> => { app.decorate('cors', 'mine' as never) }
  Object.assign(decorate, { [Symbol.for('skip-override')]: true })
  for (const order of [[decorate, cors], [cors, decorate]]) {
    const app = Fastify()
    for (const plugin of order) app.register(plugin)
    app.get('/x', handler)
    t.strictSame(await urlsOf(app), ['/x', '/x'])
    t.equal(app.cors, 'mine' as never)
  }
})

t.test('a decorator of a child context stays there', async (t) => {
  const app = Fastify()
  app.register(cors)
  let child: FastifyInstance | undefined
  app.register(async (instance) => {
    child = instance
    instance.decorate('cors', 'mine' as never)
    instance.register(cors, {})
    instance.get('/x', handler)
  })
  t.strictSame(await urlsOf(app), ['/x', '/x'])
  t.equal(child?.cors, 'mine' as never)
  t.equal(app.cors, corsOf(child as FastifyInstance))
})

t.test('a registration in a child context tells about the whole application', async (t) => {
  const app = Fastify()
  app.get('/root', handler)
  app.register(async (child) => {
    child.register(cors)
    child.get('/child', handler)
  })
  t.strictSame(await urlsOf(app), ['/root', '/root', '/child', '/child'])
  t.strictSame(app.cors.routes().map(({ policy }) => policy !== undefined), [false, false, true, true])
})

t.test('require() gives corsOf on the plugin', async (t) => {
  t.equal((await import('../../lib/commonjs.ts')).commonjs.corsOf, corsOf)
})
