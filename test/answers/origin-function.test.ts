import Fastify from 'fastify'
import t from 'tap'

import cors, { type OriginFunction } from '../../lib/index.ts'
import { APP, EVIL, seen } from '../fixtures/requests.ts'

const ALLOWED = { status: 200, headers: { 'access-control-allow-origin': APP, vary: 'Origin' } }
const DENIED = { status: 200, headers: { vary: 'Origin' } }

async function build (origin: OriginFunction) {
  const app = Fastify()
  let runs = 0
  await app.register(cors, { origin })
  app.get('/', async () => { runs++ })
  await app.ready()
  return { app, runs: () => runs }
}

/** What a function may do that is a yes for one origin and a no for the others. */
const functions: Record<string, OriginFunction> = {
  'returns a boolean': (origin) => origin === APP,
  'returns a boolean though it takes a callback': (origin, _callback) => origin === APP,
  'returns a promise': async (origin) => origin === APP,
  'returns a promise though it takes a callback': async (origin, _callback) => origin === APP,
  'calls back': (origin, callback) => { callback(null, origin === APP) },
  'calls back later': (origin, callback) => { setImmediate(() => { callback(null, origin === APP) }) },
  'returns a timer that calls back': (origin, callback) => setImmediate(() => { callback(null, origin === APP) }),
  'calls back with undefined for the error': (origin, callback) => { callback(undefined as never, origin === APP) },
  'calls back twice': (origin, callback) => {
    callback(null, origin === APP)
    callback(null, origin !== APP)
  },
  'calls back and then returns': (origin, callback) => {
    callback(null, origin === APP)
    return origin !== APP
  },
  'is asynchronous and calls back': async (origin, callback) => { callback(null, origin === APP) },
  'calls back and then rejects': async (origin, callback) => {
    callback(null, origin === APP)
    throw new Error('too late')
  },
  'calls back and then throws': (origin, callback) => {
    callback(null, origin === APP)
    throw new Error('too late')
  }
}

for (const [name, origin] of Object.entries(functions)) {
  t.test(`a function that ${name} settles once`, async (t) => {
    const { app, runs } = await build(origin)
    t.strictSame(await seen(app, 'GET', '/', { origin: APP }), ALLOWED)
    t.strictSame(await seen(app, 'GET', '/', { origin: EVIL }), DENIED)
    t.equal(runs(), 2, 'the handler ran once for each request')
  })
}

const noes: Record<string, OriginFunction> = {
  'returns nothing and takes no callback': () => {},
  'returns the string "true"': () => 'true',
  'returns 1 though it takes a callback': (_origin, _callback) => 1,
  'returns null though it takes a callback': (_origin, _callback) => null,
  'returns an object': () => ({}),
  'resolves to the origin': async (origin) => origin,
  'calls back with the origin': (origin, callback) => { callback(null, origin) },
  'calls back with nothing': (_origin, callback) => { callback(null) }
}

for (const [name, origin] of Object.entries(noes)) {
  t.test(`a function that ${name} says no`, async (t) => {
    t.strictSame(await seen((await build(origin)).app, 'GET', '/', { origin: APP }), DENIED)
  })
}

const failures: Record<string, [OriginFunction, string]> = {
  throws: [() => { throw new Error('Not allowed by CORS') }, 'Not allowed by CORS'],
  rejects: [async () => { throw new Error('Not allowed by CORS') }, 'Not allowed by CORS'],
  'calls back with an error': [(_origin, callback) => { callback(new Error('Not allowed by CORS')) }, 'Not allowed by CORS'],
  'throws a string': [() => { throw 'no database' }, 'no database'], // eslint-disable-line no-throw-literal
  'throws nothing': [() => { throw undefined }, 'The origin function failed'], // eslint-disable-line no-throw-literal
  'rejects with nothing': [() => Promise.reject(), 'The origin function failed'], // eslint-disable-line prefer-promise-reject-errors
  'rejects with an object': [() => Promise.reject(Object.create(null)), 'The origin function failed']
}

for (const [name, [origin, message]] of Object.entries(failures)) {
  t.test(`a function that ${name} leads to the error handler`, async (t) => {
    const { app, runs } = await build(origin)
    const response = await app.inject({ url: '/', headers: { origin: APP } })
    t.match(response.json(), { statusCode: 500, message })
    t.strictSame(await seen(app, 'GET', '/', { origin: APP }), { status: 500, headers: { vary: 'Origin' } })
    t.equal(runs(), 0)
  })
}

t.test('a function is asked about requests with an Origin alone, and gets the request', async (t) => {
  const asked: string[] = []
  const { app } = await build((origin, _callback, request) => {
    asked.push(`${origin} ${request.method} ${request.url}`)
    return true
  })
  await seen(app, 'GET', '/')
  await seen(app, 'GET', '/', { origin: '' })
  await seen(app, 'GET', '/?a', { origin: APP })
  t.strictSame(asked, [`${APP} GET /?a`])
})

t.test('an origin function is called with the instance as this, as by @fastify/cors', async (t) => {
  const app = Fastify()
  app.decorate('allowed', APP)
  await app.register(cors, { origin (this: unknown, origin) { return origin === (this as { allowed: string }).allowed } })
  app.get('/', () => 'ok')
  t.strictSame(await seen(app, 'GET', '/', { origin: APP }), { status: 200, headers: { 'access-control-allow-origin': APP, vary: 'Origin' } })
})

t.test('what a function throws that is no error is the cause of the one that is told', async (t) => {
  const thrown = { code: 7 }
  const causes: unknown[] = []
  const app = Fastify()
  app.addHook('onError', async (_request, _reply, error) => { causes.push(error.cause) })
  await app.register(cors, { origin: () => { throw thrown } })
  app.get('/', async () => 'ok')
  t.equal((await seen(app, 'GET', '/', { origin: APP })).status, 500)
  t.strictSame(causes, [thrown])
})
