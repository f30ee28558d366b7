import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest, type HookHandlerDoneFunction } from 'fastify'
import t from 'tap'

import cors, { type CorsPluginOptions } from '../../lib/index.ts'
import { earlierHooks } from '../../lib/warnings.ts'
import { APP } from '../fixtures/requests.ts'

const handler = async (): Promise<string> => 'ok'

interface Booted {
  readonly app: FastifyInstance
  readonly warnings: string[]
}

async function boot (declare: (app: FastifyInstance) => unknown): Promise<Booted> {
  const warnings: string[] = []
  const app = Fastify({
    exposeHeadRoutes: false,
    logger: { level: 'warn', stream: { write: (line: string) => { warnings.push(JSON.parse(line).msg) } } }
  })
  await declare(app)
  await app.ready()
  return { app, warnings }
}

async function warningsOf (options: CorsPluginOptions, declare: (app: FastifyInstance) => unknown): Promise<string[]> {
  const { warnings } = await boot(async (app) => {
    app.register(cors, options)
    await declare(app)
  })
  return warnings
}

const SHARED = 'Browsers keep the request headers that a preflight grants for the whole URL, and methods of these differ in ' +
  'allowedHeaders, so that each gets the headers of the others: '
const OPEN = "origin '*' lets the pages of every website use routes that change state; name the origins unless that is meant: "
const EARLIER = 'onRequest hooks run before those of fastify-route-cors and could answer preflights, which carry neither ' +
  'credentials nor custom headers; register fastify-route-cors before them: '

t.test('says nothing where nothing is to be said', async (t) => {
  t.strictSame(await warningsOf({ origin: APP }, (app) => {
    app.get('/x', handler)
    app.post('/x', handler)
    app.get('/feed', { config: { cors: { origin: '*' } } }, handler)
    app.post('/internal', { config: { cors: false } }, handler)
  }), [])
})

t.test('warns once of methods of one URL that grant different headers', async (t) => {
  t.strictSame(await warningsOf({ origin: APP, allowedHeaders: ['X-A'] }, (app) => {
    app.get('/x/:id', handler)
    app.delete('/x/:id', handler)
    app.put('/x/:other', { config: { cors: { allowedHeaders: 'x-a, X-B' } } }, handler)
    app.options('/x/:id', handler)
    app.get('/stars', handler)
    app.put('/stars', { config: { cors: { allowedHeaders: '*' } } }, handler)
    app.post('/reflected', { config: { cors: true } }, handler)
    app.put('/reflected', { config: { cors: { allowedHeaders: true } } }, handler)
  }), [`${SHARED}/x/:id (PUT, GET, DELETE), /stars (PUT, GET), /reflected (PUT, POST)`])
})

t.test('does not warn of grants that no other method can use', async (t) => {
  t.strictSame(await warningsOf({ origin: APP }, (app) => {
    app.get('/kept-for-no-time', { config: { cors: { allowedHeaders: ['X-A'], maxAge: 0 } } }, handler)
    app.put('/kept-for-no-time', { config: { cors: { allowedHeaders: [] } } }, handler)
    app.get('/preflighted', handler)
    app.put('/preflighted', { config: { cors: false } }, handler)
    app.get('/another-host', { constraints: { host: 'a.example' } }, handler)
    app.put('/another-host', { constraints: { host: 'b.example' }, config: { cors: { allowedHeaders: [] } } }, handler)
    app.options('/only', { config: { cors: false } }, handler)
  }), [])
})

t.test('warns that a method without CORS, but also without a preflight, gets the headers', async (t) => {
  t.strictSame(await warningsOf({ origin: APP }, (app) => {
    app.get('/x', handler)
    app.post('/x', { config: { cors: false } }, handler)
  }), [`${SHARED}/x (GET, POST)`])
})

t.test("warns once of '*' on routes that change state", async (t) => {
  t.strictSame(await warningsOf({}, (app) => {
    app.get('/x', handler)
    app.post('/x', handler)
    app.addHttpMethod('PURGE')
    app.all('/any', handler)
    for (let i = 0; i < 5; i++) app.put(`/x/${i}`, handler)
  }), [`${OPEN}POST /x, PURGE, DELETE, PATCH, PUT, … /any, PUT /x/0, PUT /x/1, PUT /x/2, … 2 more`])
})

t.test('warns of a hook that runs before and could answer preflights', async (t) => {
  const { warnings } = await boot((app) => {
    app.addHook('onRequest', async function authenticate (request) {
      if (request.headers.authorization === undefined) throw new Error('who are you?')
    })
    app.addHook('onRequest', function greet (_request, reply, done) {
      reply.header('x-hello', '1')
      done()
    })
    app.register(cors, { origin: APP })
    app.get('/x', handler)
    app.addHook('onRequest', async function later () { throw new Error('too late') })
  })
  t.strictSame(warnings, [`${EARLIER}authenticate`])
})

t.test('does not warn of a hook that runs after', async (t) => {
  const { warnings } = await boot(async (app) => {
    await app.register(cors, { origin: APP })
    app.addHook('onRequest', async function later () { throw new Error('too late') })
    app.register(async (child) => {
      child.addHook('onRequest', async () => { throw new Error('not for preflights') })
      child.get('/x', handler)
    })
  })
  t.strictSame(warnings, [])
})

t.test('warns of a hook of a child context that is before, where an OPTIONS route is', async (t) => {
  const { warnings } = await boot((app) => {
    app.register(async (child) => {
      child.addHook('onRequest', async () => { throw new Error('no') })
      child.options('/x', handler)
      child.get('/x', handler)
    })
    app.register(async (child) => { child.options('/y', handler) })
    app.register(async (later) => { later.register(cors, { origin: APP }) })
    app.register(cors, { origin: APP })
  })
  t.strictSame(warnings, [`${EARLIER}an anonymous function`])
})

type Hook = (request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction) => unknown

/** Whether a hook is one that could answer, as far as its text tells. */
function couldAnswer (hook: Hook): boolean {
  const own = (): void => {}
  const instance = { [Symbol('fastify.hooks')]: { onRequest: [hook, own] } }
  return earlierHooks([{ methods: ['OPTIONS'], instance } as never], new Set([own])).length > 0
}

t.test('a hook could answer that replies, fails, waits or hands its callback on', async (t) => {
  const later = (..._parameters: unknown[]): void => {}
  const bound: Hook = String.prototype.trim.bind('')
  const answering: Hook[] = [
    (_request, reply) => reply.code(401).send(),
    (_request, reply) => { reply.redirect('/login') },
    async () => { await later() },
    () => { throw new Error('no') },
    (_request, _reply, done) => { done(new Error('no')) },
    (_request, _reply, $next) => { later(1, $next) },
    bound
  ]
  for (const hook of answering) t.ok(couldAnswer(hook), String(hook))
  const harmless: Hook[] = [
    (_request, _reply, done) => { done() },
    (request) => { request.params = {} },
    (_request, reply, done) => { reply.header('x', '1'); done() },
    async (request) => { request.body = null }
  ]
  for (const hook of harmless) t.notOk(couldAnswer(hook), String(hook))
})

t.test('where Fastify keeps its hooks otherwise, nothing is seen', async (t) => {
  t.strictSame(earlierHooks([{ methods: ['OPTIONS'], instance: {} } as never], new Set()), [])
  t.strictSame(earlierHooks([{ methods: ['OPTIONS'], instance: { [Symbol('fastify.hooks')]: {} } } as never], new Set()), [])
})

const UNREGISTERED = 'register it in a context around them, or wrap the plugin that registers it in fastify-plugin'

t.test('warns of policy options that stand right in config, once, and not where cors is there too', async (t) => {
  t.strictSame(await warningsOf({ origin: APP }, (app) => {
    app.get('/a', { config: { origin: '*', maxAge: 5 } as object }, handler)
    app.put('/b', { config: { credentials: true } as object }, handler)
    app.get('/c', { config: { origin: 'of another plugin', cors: true } as object }, handler)
    app.get('/d', { config: { title: 'd' } as object }, handler)
  }), ['Options of a CORS policy stand right in the config of these routes, where they do nothing; write config: { cors: { … } }: ' +
    'GET /a (origin, maxAge), PUT /b (credentials)'])
})

t.test('warns of config.cors where no registration is around the route', async (t) => {
  const { warnings } = await boot(async (app) => {
    app.register(async (scope) => {
      await scope.register(cors, { origin: APP })
      scope.get('/inside', handler)
    })
    app.get('/outside', { config: { cors: { origin: APP } } }, handler)
    app.get('/named', { config: { cors: true } }, handler)
    app.get('/none', { config: { cors: false } }, handler)
    app.get('/silent', handler)
  })
  t.strictSame(warnings, [`config.cors of these routes does nothing, for no registration of fastify-route-cors is around them; ${UNREGISTERED}: GET /outside, GET /named`])
})

t.test('warns of a registration that no route is within', async (t) => {
  const { warnings } = await boot(async (app) => {
    // As a file that @fastify/autoload finds, without fastify-plugin.
    app.register(async (scope) => { await scope.register(cors, { origin: APP }) })
    app.get('/a', handler)
    app.register(async (scope) => { scope.post('/b', handler) }, { prefix: '/p' })
  })
  t.strictSame(warnings, [`A registration of fastify-route-cors has no route within it; ${UNREGISTERED}. The routes without one: GET /a, POST /p/b`])
  t.strictSame(await warningsOf({ origin: APP }, () => {}), [], 'an application without routes')
})

t.test('a route option cors, and another spelling of config.cors, are refused', async (t) => {
  for (const [options, written] of [
    [{ cors: false }, "'cors' stands beside config, where it does nothing; write config: { cors: false }"],
    [{ cors: { origin: APP } }, "'cors' stands beside config, where it does nothing; write config: { cors: { … } }"],
    [{ config: { CORS: 'public' } }, "'CORS' is another spelling of cors, where it does nothing; write config: { cors: 'public' }"],
    [{ config: { Cors: false, cors: true } }, "'Cors' is another spelling of cors, where it does nothing; write config: { cors: false }"]
  ] as const) {
    const app = Fastify()
    await app.register(cors, { origin: APP })
    app.route({ method: 'GET', url: '/u', ...options as object, handler })
    await t.rejects(async () => { await app.ready() }, {
      code: 'FST_ERR_CORS_INVALID_CONFIG',
      message: `invalid CORS policy for GET /u\n  config.cors    ${written}`,
      problems: [{ path: '', code: 'misplaced-config', message: written }],
      route: { method: 'GET', url: '/u' }
    })
  }
})

t.test('what other plugins may mean by such names is left alone', async (t) => {
  const { warnings } = await boot(async (app) => {
    app.register(async (scope) => {
      await scope.register(cors, { origin: APP })
      scope.get('/inside', handler)
    })
    app.route({ method: 'GET', url: '/u', ...{ cors: false }, handler })
    app.route({ method: 'GET', url: '/v', ...{ cors: undefined }, handler })
  })
  t.strictSame(warnings, [])
})
