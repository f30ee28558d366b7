import { setImmediate } from 'node:timers/promises'

import Fastify, { type FastifyInstance } from 'fastify'
import t from 'tap'

import cors, { CorsConfigError, corsOf, type CorsPluginOptions, type OriginItem } from '../../lib/index.ts'
import { frozen, rows } from '../fixtures/boot.ts'
import { APP, EVIL, seen, seenPreflight, type Seen } from '../fixtures/requests.ts'

const ADMIN = 'https://admin.example.com'
const handler = async (): Promise<string> => 'ok'

const BEFORE = frozen({ origin: [APP, ADMIN], maxAge: 5, exposedHeaders: 'X-Old', policies: { open: { origin: '*' } } } as const)
const AFTER = frozen({ origin: [EVIL, ADMIN], credentials: true, exposedHeaders: 'X-New', policies: { open: { origin: APP, maxAge: 9 } } } as const)

async function start (options: CorsPluginOptions = BEFORE): Promise<FastifyInstance> {
  const app = Fastify()
  await app.register(cors, options)
  app.get('/default', handler)
  app.put('/block', { config: { cors: { maxAge: 7 } } }, handler)
  app.put('/named', { config: { cors: 'open' } }, handler)
  app.get('/none', { config: { cors: false } }, handler)
  await app.ready()
  return app
}

async function refused (replace: Promise<void>): Promise<CorsConfigError> {
  try {
    await replace
  } catch (error) {
    if (error instanceof CorsConfigError) return error
    throw error
  }
  throw new Error('the options were accepted')
}

/** All that the application says: to requests of two pages, and about itself. */
async function allOf (app: FastifyInstance): Promise<unknown[]> {
  const answers: unknown[] = [app.cors.report()]
  for (const origin of [APP, EVIL]) {
    for (const url of ['/default', '/none', '/nowhere']) {
      answers.push(await seen(app, 'GET', url, { origin }), await app.cors.explain({ url, origin, credentials: true }))
    }
    for (const url of ['/block', '/named', '/nowhere']) {
      answers.push(await seenPreflight(app, 'PUT', url, { origin }), await seen(app, 'OPTIONS', url, { origin }))
    }
  }
  return answers
}

t.test('other options hold for every route, with its block, as if the application had booted with them', async (t) => {
  const app = await start()
  t.strictSame(await allOf(app), await allOf(await start()))
  t.equal(await app.cors.replace(AFTER), undefined)
  t.strictSame(await allOf(app), await allOf(await start(AFTER)))
  t.strictSame(await seenPreflight(app, 'PUT', '/block', { origin: EVIL }), {
    status: 204,
    headers: {
      'access-control-allow-origin': EVIL,
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'PUT',
      'access-control-max-age': '7',
      vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers'
    }
  })
  await app.cors.replace(BEFORE)
  t.strictSame(await allOf(app), await allOf(await start()))
})

t.test('what is refused changes nothing', async (t) => {
  const app = await start()
  const before = await allOf(app)
  const bad: Array<[options: unknown, problems: string[][], route?: object]> = [
    [{ origin: 'app.example.com' }, [['missing-scheme', '/origin', "'app.example.com' lacks a scheme; write 'https://app.example.com'"]]],
    [{ orgin: APP }, [['unknown-option', '/orgin', "'orgin' is not an option; did you mean 'origin'?"]]],
    [3, [['invalid-type', '', 'must be an object of options, got 3']]],
    [{}, [['unknown-policy', '', "no policy is named 'open'; declare it in the plugin's policies"]], { method: 'PUT', url: '/named' }],
    [{ policies: { open: { credentials: true } } }, [[
      'wildcard-with-credentials', '/policies/open/credentials', "'*' is every origin, and browsers refuse it with credentials: true; " +
        "name the origins, or write credentials: false beside it (origin comes from the defaults, credentials from the policy 'open')"
    ]]]
  ]
  for (const [options, problems, route] of bad) {
    const error = await refused(app.cors.replace(options as CorsPluginOptions))
    t.strictSame(rows(error), problems)
    t.strictSame(error.route, route)
    t.strictSame(await allOf(app), before)
  }
})

t.test('what the OPTIONS routes were declared by stays, whether it is said again or not', async (t) => {
  const app = await start({ ...BEFORE, global: false, logLevel: 'warn' })
  for (const options of [BEFORE, { ...BEFORE, global: false, hideOptionsRoute: true, logLevel: 'warn' } as const]) {
    await app.cors.replace({ ...options, maxAge: 6 })
    t.strictSame(await seen(app, 'GET', '/default', { origin: APP }), { status: 200, headers: {} })
  }
  const before = await allOf(app)
  t.strictSame(rows(await refused(app.cors.replace({ global: true, hideOptionsRoute: false, logLevel: 'info' }))), [
    ['global', 'false'], ['hideOptionsRoute', 'true'], ['logLevel', "'warn'"]
  ].map(([name, value]) => [
    'fixed-option', `/${name}`, `cannot change while OPTIONS routes stand that were declared by it; leave it out, or write ${value}`
  ]))
  t.strictSame(rows(await refused((await start()).cors.replace({ logLevel: 'info' }))), [
    ['fixed-option', '/logLevel', 'cannot change while OPTIONS routes stand that were declared by it; leave it out']
  ])
  t.strictSame(await allOf(app), before)
})

t.test('options are read when they are handed over, and the last that were hold', async (t) => {
  const app = await start()
  const options = { ...AFTER, origin: [EVIL] as OriginItem[] }
  // What the first one says has to be looked up, which takes its time.
  const first = { origin: 'https://*.app.example.com', credentials: true, policies: { open: { origin: APP } } } as const
  const all = [app.cors.replace(first), app.cors.replace(options), refused(app.cors.replace({ maxAge: -1 }))]
  options.origin.push(APP)
  await Promise.all(all)
  t.strictSame(await allOf(app), await allOf(await start({ ...AFTER, origin: [EVIL] })))
})

t.test('a registration of a child context is named by its instance', async (t) => {
  const app = Fastify()
  const contexts: FastifyInstance[] = []
  await app.register(cors, { origin: APP })
  app.get('/outer', handler)
  app.register(async (child) => {
    contexts.push(child)
    await child.register(cors, { exposedHeaders: 'X-Inner' })
    child.get('/inner', handler)
    child.register(async (grandchild) => { contexts.push(grandchild) })
  })
  await app.ready()
  const [child, grandchild] = contexts as [FastifyInstance, FastifyInstance]
  const heads = async (): Promise<unknown[]> => [await seen(app, 'GET', '/outer', { origin: APP }), await seen(app, 'GET', '/inner', { origin: APP })]

  await app.cors.replace({ exposedHeaders: 'X-Other' }, { instance: child })
  t.strictSame(await heads(), [
    { status: 200, headers: { 'access-control-allow-origin': APP } },
    { status: 200, headers: { 'access-control-allow-origin': APP, 'access-control-expose-headers': 'X-Other' } }
  ])
  // Asked from within, it is still the outermost one; the inner one refines what that says by now.
  await corsOf(child).replace({ origin: EVIL })
  t.strictSame(await heads(), [
    { status: 200, headers: { 'access-control-allow-origin': EVIL } },
    { status: 200, headers: { 'access-control-allow-origin': EVIL, 'access-control-expose-headers': 'X-Other' } }
  ])
  await app.cors.replace({ origin: '*' }, { instance: app })
  t.strictSame(await seen(app, 'GET', '/outer'), { status: 200, headers: { 'access-control-allow-origin': '*' } })

  const error = await refused(app.cors.replace({ credentials: true }))
  t.strictSame(rows(error).map(([code]) => code), ['wildcard-with-credentials'])
  for (const instance of [grandchild, Fastify()]) {
    await t.rejects(app.cors.replace({ origin: APP }, { instance }), { code: 'FST_ERR_CORS_NOT_REGISTERED', message: /on the instance that/ })
  }
  t.strictSame(await seen(app, 'GET', '/outer'), { status: 200, headers: { 'access-control-allow-origin': '*' } })
})

t.test('of several registrations that are within no other, one has to be named', async (t) => {
  const app = Fastify()
  const children: FastifyInstance[] = []
  for (const url of ['/a', '/b']) {
    app.register(async (child) => {
      children.push(child)
      await child.register(cors, { origin: APP })
      child.get(url, handler)
    })
  }
  await app.ready()
  await t.rejects(app.cors.replace({ origin: EVIL }), { code: 'FST_ERR_CORS_NOT_REGISTERED' })
  await app.cors.replace({ origin: EVIL }, { instance: children[1] })
  t.strictSame(await seen(app, 'GET', '/a'), { status: 200, headers: { 'access-control-allow-origin': APP } })
  t.strictSame(await seen(app, 'GET', '/b'), { status: 200, headers: { 'access-control-allow-origin': EVIL } })
})

t.test('before ready() there is nothing to replace; after close() nobody is served by it', async (t) => {
  const app = Fastify()
  await app.register(cors, { origin: APP })
  t.throws(() => corsOf(app), { code: 'FST_ERR_CORS_NOT_REGISTERED', message: /await app\.ready\(\)/ })
  await app.ready()
  await app.close()
  await app.cors.replace({ origin: EVIL })
  t.match(app.cors.report(), 'route')
})

t.test('select and what it selects from come and go', async (t) => {
  const app = await start()
  const policies = { open: { origin: '*' }, inside: { origin: ADMIN } } as const
  await app.cors.replace({ origin: APP, policies, select: ({ headers }) => headers['x-tenant'] as string, vary: 'X-Tenant' })
  t.strictSame(await seen(app, 'GET', '/default', { origin: ADMIN, headers: { 'x-tenant': 'inside' } }), {
    status: 200, headers: { 'access-control-allow-origin': ADMIN, vary: 'X-Tenant' }
  })
  t.strictSame((await seenPreflight(app, 'PUT', '/block', { origin: ADMIN, headers: { 'x-tenant': 'inside' } })).headers, {
    'access-control-allow-origin': ADMIN,
    'access-control-allow-methods': 'PUT',
    'access-control-max-age': '7',
    vary: 'Access-Control-Request-Method, Access-Control-Request-Headers, X-Tenant'
  })
  await app.cors.replace(BEFORE)
  t.strictSame(await allOf(app), await allOf(await start()))
})

t.test('warns of what is in force by now, and of nothing twice', async (t) => {
  const lines: string[] = []
  const app = Fastify({ logger: { level: 'warn', stream: { write: (line: string) => { lines.push(JSON.parse(line).msg) } } } })
  await app.register(cors, { origin: APP })
  app.post('/order', handler)
  await app.ready()
  t.strictSame(lines, [])
  for (const origin of ['*', APP, '*'] as const) await app.cors.replace({ origin })
  t.strictSame(lines, ["origin '*' lets the pages of every website use routes that change state; name the origins unless that is meant: POST /order"])
})

t.test('a request ends by the options that it began with, however long a function takes', async (t) => {
  const waiting: Array<() => void> = []
  const wait = async (): Promise<void> => await new Promise((resolve) => { waiting.push(resolve) })
  const options = {
    ...BEFORE,
    maxAge: 1,
    origin: async (): Promise<boolean> => { await wait(); return true },
    select: async (): Promise<undefined> => { await wait() }
  }
  const app = await start(options)
  const requests = [seen(app, 'GET', '/default', { origin: APP }), seenPreflight(app, 'PUT', '/block'), seenPreflight(app, 'PUT', '/nowhere')]
  const explained = app.cors.explain({ url: '/default', origin: APP })
  while (waiting.length < 4) await setImmediate()
  await app.cors.replace({ origin: EVIL, exposedHeaders: 'X-New', policies: { open: { maxAge: 8 } } })
  const over = new AbortController()
  const answers = Promise.all([...requests, explained]).finally(() => { over.abort() })
  while (!over.signal.aborted) {
    waiting.splice(0).forEach((resolve) => { resolve() })
    await setImmediate()
  }
  t.strictSame((await answers).slice(0, 3), [
    { status: 200, headers: { 'access-control-allow-origin': APP, 'access-control-expose-headers': 'X-Old', vary: 'Origin' } },
    ...[7, 1].map((maxAge) => ({
      status: 204,
      headers: {
        'access-control-allow-origin': APP,
        'access-control-allow-methods': 'PUT',
        'access-control-max-age': String(maxAge),
        vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers'
      }
    }))
  ])
  t.equal((await explained).policy?.options.exposedHeaders, 'X-Old')
  t.strictSame(await seen(app, 'GET', '/default', { origin: APP }), {
    status: 200, headers: { 'access-control-allow-origin': EVIL, 'access-control-expose-headers': 'X-New' }
  })
})

t.test('requests meet the old policies or the new ones, whole, all the while', async (t) => {
  const app = Fastify()
  await app.register(cors, BEFORE)
  for (let i = 0; i < 50; i++) app.put(`/route/${i}`, { config: { cors: i % 2 === 0 ? 'open' : { cacheControl: i } } }, handler)
  app.get('/default', handler)
  await app.ready()

  const ask = async (): Promise<string> => {
    const answers: Seen[] = []
    for (const i of [0, 1, 48, 49]) answers.push(await seenPreflight(app, 'PUT', `/route/${i}`, { origin: ADMIN }))
    return JSON.stringify([await seen(app, 'GET', '/default', { origin: ADMIN }), ...answers].map(({ headers }) => headers))
  }
  const one = async (i: number): Promise<string> => {
    const { headers } = i % 5 === 4
      ? await seen(app, 'GET', '/default', { origin: ADMIN })
      : await seenPreflight(app, 'PUT', `/route/${i % 50}`, { origin: ADMIN })
    return `${i % 50} ${JSON.stringify(headers)}`
  }
  const expected = new Set<string>()
  for (const options of [BEFORE, AFTER]) {
    await app.cors.replace(options)
    for (let i = 0; i < 50; i++) expected.add(await one(i))
  }

  const over = new AbortController()
  const unexpected: string[] = []
  let count = 0
  const clients = [0, 17, 34].map(async (start) => {
    for (let i = start; !over.signal.aborted; i++) {
      const answer = await one(i)
      count++
      if (!expected.has(answer)) unexpected.push(answer)
      if (i % 7 === 0) await setImmediate()
    }
  })
  for (let i = 0; i < 80; i++) {
    await app.cors.replace(i % 2 === 0 ? AFTER : BEFORE)
    // Whoever asks after it has resolved gets the new ones, and those alone.
    if (i % 20 === 0) t.match(await ask(), 'X-New')
    if (i % 10 === 5) await refused(app.cors.replace({ origin: 'x' as never }))
    await setImmediate()
  }
  over.abort()
  await Promise.all(clients)
  t.strictSame(unexpected, [])
  t.ok(count > 100, `${count} requests`)
})

t.test('what was forgotten does not open the application', async (t) => {
  const app = await start()
  const before = await allOf(app)
  for (const forgotten of [undefined, null]) {
    t.strictSame(rows(await refused(app.cors.replace(forgotten as never))), [['invalid-type', '', `must be an object of options, got ${forgotten}`]])
  }
  t.strictSame(await allOf(app), before)
})
