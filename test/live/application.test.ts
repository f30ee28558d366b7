import { subscribe, unsubscribe } from 'node:diagnostics_channel'

import Fastify, { type FastifyInstance } from 'fastify'
import t from 'tap'

import cors, { liveOrigins, type CorsDecision, type CorsPluginOptions } from '../../lib/index.ts'
import { settle, Watched } from '../fixtures/live.ts'
import { APP, EVIL, seen, seenPreflight, type Seen } from '../fixtures/requests.ts'

const NEW = 'https://new.example'
const handler = async (): Promise<string> => 'ok'

const allowed = (origin: string): Seen => ({ status: 200, headers: { vary: 'Origin', 'access-control-allow-origin': origin } })
const refused: Seen = { status: 200, headers: { vary: 'Origin' } }

interface Logged {
  readonly app: FastifyInstance
  readonly lines: Array<{ readonly level: number, readonly msg: string, readonly liveOrigins?: unknown }>
}

async function boot (options: CorsPluginOptions, declare: (app: FastifyInstance) => void = () => {}, fastify: object = {}): Promise<Logged> {
  const lines: Logged['lines'] = []
  const app = Fastify({ ...fastify, logger: { level: 'debug', stream: { write: (line) => { lines.push(JSON.parse(line)) } } }, disableRequestLogging: true })
  await app.register(cors, options)
  app.get('/u', handler)
  app.put('/u', handler)
  declare(app)
  await app.ready()
  return { app, lines }
}

t.test('what is in the list is allowed, from one moment to the next', async (t) => {
  const { origins, source } = new Watched([APP])
  const { app } = await boot({ origin: origins })
  t.strictSame(await seen(app, 'GET', '/u', { origin: APP }), allowed(APP))
  t.strictSame(await seen(app, 'GET', '/u', { origin: NEW }), refused)
  t.strictSame(await seen(app, 'GET', '/u'), refused)
  source.value = [NEW, 'https://*.new.example']
  await origins.reload()
  t.strictSame(await seen(app, 'GET', '/u', { origin: APP }), refused)
  t.strictSame(await seen(app, 'GET', '/u', { origin: NEW }), allowed(NEW))
  t.strictSame(await seen(app, 'GET', '/u', { origin: 'https://x.new.example' }), allowed('https://x.new.example'))
  t.strictSame(await seenPreflight(app, 'PUT', '/u', { origin: NEW }), {
    status: 204,
    headers: {
      vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers',
      'access-control-allow-origin': NEW,
      'access-control-allow-methods': 'GET, HEAD, PUT'
    }
  })
  t.strictSame(await seenPreflight(app, 'PUT', '/u', { origin: APP }), { status: 204, headers: { vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers' } })
})

t.test('no request has the list loaded, whoever sends it', async (t) => {
  const { origins, source } = new Watched([APP])
  const { app } = await boot({ origin: origins })
  for (let i = 0; i < 50; i++) await seen(app, 'GET', '/u', { origin: `https://${i}.example` })
  t.equal(source.calls.length, 1)
})

t.test('beside fixed origins, and beside other live ones, each of them allows', async (t) => {
  const first = new Watched(['https://first.example'])
  const second = new Watched(['https://second.example'])
  const { app } = await boot({ origin: [APP, 'https://*.app.example', /^https:\/\/r\.example$/, first.origins, second.origins, first.origins] })
  for (const origin of [APP, 'https://x.app.example', 'https://r.example', 'https://first.example', 'https://second.example']) {
    t.strictSame(await seen(app, 'GET', '/u', { origin }), allowed(origin))
  }
  t.strictSame(await seen(app, 'GET', '/u', { origin: EVIL }), refused)
  second.source.value = [EVIL]
  await second.origins.reload()
  t.strictSame(await seen(app, 'GET', '/u', { origin: EVIL }), allowed(EVIL))
  t.strictSame(await seen(app, 'GET', '/u', { origin: 'https://second.example' }), refused)
})

t.test('with credentials, what strangers can serve is left out of the list, and warned of', async (t) => {
  const items = [APP, 'http://plain.example', 'http://localhost:3000', 'https://*.github.io']
  const watched = new Watched(items)
  const { app, lines } = await boot({ origin: watched.origins, credentials: true }, (app) => {
    app.get('/open', { config: { cors: { credentials: false } } }, handler)
    app.get('/lifted', { config: { cors: { dangerouslyAllowInsecureOrigins: true, dangerouslyAllowPublicSuffixes: true } } }, handler)
  })
  const withCredentials = (origin: string): Seen => ({ status: 200, headers: { ...allowed(origin).headers, 'access-control-allow-credentials': 'true' } })
  for (const origin of [APP, 'http://localhost:3000']) t.strictSame(await seen(app, 'GET', '/u', { origin }), withCredentials(origin))
  for (const origin of ['http://plain.example', 'https://x.github.io']) {
    t.strictSame(await seen(app, 'GET', '/u', { origin }), refused)
    t.strictSame(await seen(app, 'GET', '/open', { origin }), allowed(origin))
    t.strictSame(await seen(app, 'GET', '/lifted', { origin }), withCredentials(origin))
  }
  t.match(lines.filter(({ level }) => level === 40), [{
    msg: "The live origins in the plugin's options have items that are left out: 'http://plain.example' is not encrypted, so that anyone on its network " +
      'can act as its users; write \'https://plain.example\', or set dangerouslyAllowInsecureOrigins: true; policies with credentials leave it out; ' +
      "'https://*.github.io' matches everyone's sites, for anyone can get a name below 'github.io'; name the sites, or set " +
      'dangerouslyAllowPublicSuffixes: true; policies with credentials leave it out'
  }])
  t.strictSame(watched.problems.map(({ code, value }) => [code, value]), [['insecure-origin', 'http://plain.example'], ['public-suffix', 'https://*.github.io']])
})

t.test('ready() rejects where a list cannot be loaded, and says where it stands', async (t) => {
  const places: ReadonlyArray<readonly [place: string, (origin: Watched['origins']) => CorsPluginOptions, (app: FastifyInstance, origin: Watched['origins']) => void]> = [
    ["the plugin's options", (origin) => ({ origin }), () => {}],
    ["the policy 'partners'", (origin) => ({ origin: APP, policies: { partners: { origin } } }), (app) => { app.get('/p', { config: { cors: 'partners' } }, handler) }],
    ['config.cors of POST /orders/:id', () => ({ origin: APP }), (app, origin) => { app.post('/orders/:id', { config: { cors: { origin } } }, handler) }],
    ['config.cors of PUT, PATCH /orders/:id', () => ({ origin: APP }), (app, origin) => {
      app.route({ method: ['PUT', 'PATCH'], url: '/orders/:id', config: { cors: { origin } }, handler })
    }]
  ]
  for (const [place, options, declare] of places) {
    const { origins, clock } = new Watched(new Error('connect ECONNREFUSED'))
    await t.rejects(boot(options(origins), (app) => { declare(app, origins) }), {
      code: 'FST_ERR_CORS_LIVE_ORIGINS',
      message: `the live origins in ${place} could not be loaded: the live origins could not be loaded: connect ECONNREFUSED; ` +
        'give them initial, a list that holds until a load succeeds, if the application is to start without'
    })
    t.strictSame(clock.pauses, [])
  }
})

t.test('a child registration that has its list from the one around it waits for it too', async (t) => {
  const { origins } = new Watched(new Error('no database'))
  const app = Fastify()
  await app.register(cors, { origin: origins, global: false })
  app.register(async (child) => {
    await child.register(cors, { maxAge: 5 })
    child.get('/u', handler)
  })
  await t.rejects(async () => { await app.ready() }, { code: 'FST_ERR_CORS_LIVE_ORIGINS', message: /^the live origins in an outer registration's options could not be loaded/ })
})

t.test('a list that is not used anywhere is not loaded', async (t) => {
  const { origins, source } = new Watched(new Error('no database'))
  await boot({ origin: APP, policies: { partners: { origin: origins } } })
  t.equal(source.calls.length, 0)
})

t.test('ready() waits less long than Fastify does, and not at all where initial holds', async (t) => {
  const late = new Watched()
  const booted = boot({ origin: late.origins }, () => {}, { pluginTimeout: 2000 })
  const failed = t.rejects(booted, { code: 'FST_ERR_CORS_LIVE_ORIGINS', message: /: nothing was loaded within 2 s; give them initial/ })
  while (late.source.calls.length === 0) await settle()
  t.strictSame(late.clock.pauses, [1800, 30_000])
  await late.clock.advance(1800)
  await failed
  const patient = new Watched()
  const waiting = boot({ origin: patient.origins }, () => {}, { pluginTimeout: 0 })
  while (patient.source.calls.length === 0) await settle()
  t.strictSame(patient.clock.pauses, [30_000])
  patient.source.last.resolve([APP])
  const { app } = await waiting
  t.strictSame(await seen(app, 'GET', '/u', { origin: APP }), allowed(APP))
  const { origins } = new Watched(undefined, { initial: [APP] })
  const started = await boot({ origin: origins })
  t.strictSame(await seen(started.app, 'GET', '/u', { origin: APP }), allowed(APP))
  t.strictSame(started.lines.filter(({ level }) => level >= 40), [])
})

t.test('while the source is down every request is answered, at once and by the last good list', async (t) => {
  const { origins, source, clock } = new Watched([APP])
  const { app, lines } = await boot({ origin: origins })
  source.value = new Error('terminating connection')
  await clock.advance(60_000)
  for (let i = 0; i < 5; i++) {
    t.strictSame(await seen(app, 'GET', '/u', { origin: APP }), allowed(APP))
    t.strictSame(await seen(app, 'GET', '/u', { origin: NEW }), refused)
  }
  t.match(lines.filter(({ level }) => level === 40), [
    { msg: "The live origins in the plugin's options could not be loaded: terminating connection; the 1 of before hold" }
  ])
  source.value = [NEW]
  await clock.advance(1000)
  t.strictSame(await seen(app, 'GET', '/u', { origin: NEW }), allowed(NEW))
})

t.test('an application that closes while its list is loaded says nothing, and leaves nothing behind', async (t) => {
  const watched = new Watched(undefined, { initial: [APP], subscribe: () => () => { ended++ } })
  let ended = 0
  const { app, lines } = await boot({ origin: watched.origins })
  await settle()
  await app.close()
  t.strictSame([watched.source.last.signal.aborted, ended, watched.clock.pauses], [true, 1, []])
  watched.source.last.reject(new Error('aborted'))
  await settle()
  t.strictSame(lines.filter(({ level }) => level >= 40), [])
})

t.test('two applications with one list share it, and the last one that closes ends it', async (t) => {
  const { origins, source, clock } = new Watched([APP])
  const first = await boot({ origin: origins })
  const second = await boot({ origin: origins })
  t.equal(source.calls.length, 1)
  await first.app.close()
  source.value = [NEW]
  await clock.advance(60_000)
  t.strictSame(await seen(second.app, 'GET', '/u', { origin: NEW }), allowed(NEW))
  await second.app.close()
  t.strictSame(clock.pauses, [])
})

t.test('a list in two policies and behind select is loaded once', async (t) => {
  const { origins, source } = new Watched([APP, 'http://plain.example'])
  const { app } = await boot({
    origin: origins,
    vary: 'X-Plan',
    select: ({ headers }) => headers['x-plan'] === 'paid' ? 'paid' : undefined,
    policies: { paid: { origin: [origins, NEW], credentials: true }, open: { origin: origins, maxAge: 5 } }
  }, (app) => { app.get('/open', { config: { cors: 'open' } }, handler) })
  t.equal(source.calls.length, 1)
  const vary = 'X-Plan, Origin'
  t.strictSame(await seen(app, 'GET', '/u', { origin: NEW }), { status: 200, headers: { vary: 'Origin, X-Plan' } })
  t.strictSame(await seen(app, 'GET', '/u', { origin: 'http://plain.example' }), {
    status: 200, headers: { vary: 'Origin, X-Plan', 'access-control-allow-origin': 'http://plain.example' }
  })
  const paid = { headers: { 'x-plan': 'paid' } }
  t.strictSame(await seen(app, 'GET', '/u', { origin: NEW, ...paid }), {
    status: 200, headers: { vary: 'Origin, X-Plan', 'access-control-allow-origin': NEW, 'access-control-allow-credentials': 'true' }
  }, vary)
  t.strictSame(await seen(app, 'GET', '/u', { origin: 'http://plain.example', ...paid }), { status: 200, headers: { vary: 'Origin, X-Plan' } })
  t.strictSame(await seen(app, 'GET', '/open', { origin: APP }), allowed(APP))
})

t.test('with enforce, what is not in the list is refused', async (t) => {
  const { origins, source } = new Watched([APP])
  const { app } = await boot({ origin: origins, enforce: true })
  t.strictSame(await seen(app, 'PUT', '/u', { origin: APP }), allowed(APP))
  t.strictSame(await seen(app, 'PUT', '/u', { origin: NEW }), { status: 403, headers: { vary: 'Origin' } })
  source.value = [NEW]
  await origins.reload()
  t.strictSame(await seen(app, 'PUT', '/u', { origin: APP }), { status: 403, headers: { vary: 'Origin' } })
  t.strictSame(await seen(app, 'PUT', '/u', { origin: NEW }), allowed(NEW))
})

t.test('a preflight that two routes could be meant by is granted what both lists hold', async (t) => {
  const one = new Watched([APP, NEW])
  const other = new Watched([APP])
  const { app } = await boot({ origin: APP }, (app) => {
    app.addConstraintStrategy({
      name: 'secret',
      storage: () => {
        const handlers = new Map<unknown, never>()
        return { get: (key) => handlers.get(key) ?? null, set: (key, value) => { handlers.set(key, value as never) } }
      },
      validate: () => true,
      mustMatchWhenDerived: false,
      deriveConstraint: ({ headers }) => headers['x-secret']
    })
    app.patch('/two', { constraints: { secret: 'a' }, config: { cors: { origin: one.origins } } }, handler)
    app.patch('/two', { constraints: { secret: 'b' }, config: { cors: { origin: other.origins } } }, handler)
  })
  const vary = 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers'
  t.strictSame((await seenPreflight(app, 'PATCH', '/two', { origin: NEW })).headers, { vary })
  t.strictSame((await seenPreflight(app, 'PATCH', '/two', { origin: APP })).headers, {
    vary, 'access-control-allow-origin': APP, 'access-control-allow-methods': 'PATCH'
  })
  other.source.value = [NEW]
  await other.origins.reload()
  t.strictSame((await seenPreflight(app, 'PATCH', '/two', { origin: APP })).headers, { vary })
  t.strictSame((await seenPreflight(app, 'PATCH', '/two', { origin: NEW })).headers, {
    vary, 'access-control-allow-origin': NEW, 'access-control-allow-methods': 'PATCH'
  })
})

t.test('replace waits for a new list, and lets go of the old one', async (t) => {
  const before = new Watched([APP])
  const after = new Watched()
  const { app } = await boot({ origin: before.origins })
  const replaced = app.cors.replace({ origin: after.origins })
  while (after.source.calls.length === 0) await settle()
  t.strictSame(await seen(app, 'GET', '/u', { origin: APP }), allowed(APP), 'the old one holds as long')
  after.source.last.resolve([NEW])
  await replaced
  t.strictSame(await seen(app, 'GET', '/u', { origin: NEW }), allowed(NEW))
  t.strictSame(await seen(app, 'GET', '/u', { origin: APP }), refused)
  t.strictSame([before.clock.pauses, after.clock.pauses], [[], [60_000]])
  await app.close()
  t.strictSame(after.clock.pauses, [])
})

t.test('replace with a list that cannot be loaded changes nothing', async (t) => {
  const before = new Watched([APP])
  const { app } = await boot({ origin: before.origins })
  const other = new Watched([NEW])
  const broken = new Watched(new Error('no database'))
  await t.rejects(app.cors.replace({ origin: [other.origins, broken.origins] }), { code: 'FST_ERR_CORS_LIVE_ORIGINS' })
  await settle()
  t.strictSame([before.clock.pauses, other.clock.pauses, broken.clock.pauses], [[60_000], [], []])
  t.strictSame(await seen(app, 'GET', '/u', { origin: APP }), allowed(APP))
  t.strictSame(await seen(app, 'GET', '/u', { origin: NEW }), refused)
})

t.test('replace by options with the same list does not load it anew', async (t) => {
  const { origins, source, clock } = new Watched([APP])
  const { app } = await boot({ origin: origins })
  await app.cors.replace({ origin: origins, maxAge: 5 })
  t.strictSame([source.calls.length, clock.pauses], [1, [60_000]])
  await app.close()
  t.strictSame(clock.pauses, [])
})

t.test('an application that closes while replace waits uses neither list any more', async (t) => {
  const before = new Watched([APP])
  const after = new Watched()
  const { app } = await boot({ origin: before.origins })
  const replaced = app.cors.replace({ origin: after.origins })
  while (after.source.calls.length === 0) await settle()
  await app.close()
  await replaced
  t.strictSame([before.clock.pauses, after.clock.pauses, after.source.last.signal.aborted], [[], [], true])
  const last = new Watched([NEW])
  await app.cors.replace({ origin: last.origins })
  t.equal(last.source.calls.length, 0, 'one that has closed uses none')
})

t.test('a list that turns out when its route is reached is used from then on', async (t) => {
  const { origins, source, clock } = new Watched([APP])
  const { app } = await boot({ origin: NEW }, (app) => {
    app.addHook('onRoute', (route) => {
      if (route.url !== '/late' || route.method !== 'GET') return
      Object.defineProperty(route, 'config', { value: { ...route.config, cors: { origin: origins } }, enumerable: true })
    })
    app.get('/late', handler)
  })
  t.equal(source.calls.length, 0)
  t.strictSame(await seen(app, 'GET', '/late', { origin: APP }), refused)
  await settle()
  t.strictSame(await seen(app, 'GET', '/late', { origin: APP }), allowed(APP))
  await app.close()
  t.strictSame(clock.pauses, [])
})

t.test('the log and the channel say how the list stood', async (t) => {
  const decisions: CorsDecision[] = []
  const listen = (message: unknown): void => { decisions.push(message as CorsDecision) }
  subscribe('fastify-route-cors:decision', listen)
  t.teardown(() => { unsubscribe('fastify-route-cors:decision', listen) })
  const { origins } = new Watched([APP])
  const { app, lines } = await boot({ origin: origins })
  await seen(app, 'GET', '/u', { origin: EVIL })
  await seen(app, 'GET', '/u', { origin: APP })
  const status = { size: 1, loadedAt: origins.loadedAt, problem: undefined }
  t.strictSame(decisions.map(({ request, ...decision }) => decision), [
    { kind: 'request', allowed: false, code: 'ORIGIN_NOT_ALLOWED', origin: EVIL, method: 'GET', liveOrigins: [status] },
    { kind: 'request', allowed: true, code: 'ALLOWED', origin: APP, method: 'GET' }
  ])
  t.strictSame(lines.filter(({ msg }) => msg.startsWith('CORS')).map(({ liveOrigins }) => liveOrigins), [[JSON.parse(JSON.stringify(status))]])
})

t.test('explain, report and routes name the list, with size, age and last problem', async (t) => {
  const { origins, source, clock } = new Watched(Array.from({ length: 8412 }, (_, i) => `https://${i}.example`))
  const { app } = await boot({ origin: origins }, (app) => {
    app.delete('/u', { config: { cors: { origin: [APP, origins], credentials: true } } }, handler)
  })
  await clock.advance(12_000)
  t.match(await app.cors.explain({ url: '/u', origin: NEW }), {
    allowed: false,
    code: 'ORIGIN_NOT_ALLOWED',
    reason: `GET /u does not allow '${NEW}': it is not in the live list (8,412 origins, loaded 12 s ago); origin stands in the plugin's options`,
    option: { name: 'origin', from: 'plugin' }
  })
  t.match(await app.cors.explain({ url: '/u', origin: 'https://7.example' }), {
    allowed: true,
    reason: "GET /u allows 'https://7.example': origin is live origins (8,412 origins, loaded 12 s ago) in the plugin's options"
  })
  t.match(await app.cors.explain({ method: 'PUT', url: '/u', origin: NEW }), {
    reason: `PUT /u does not allow '${NEW}': it is not in the live list (8,412 origins, loaded 12 s ago); origin stands in the plugin's options`
  })
  t.match(await app.cors.explain({ method: 'DELETE', url: '/u', origin: NEW }), {
    reason: `DELETE /u does not allow '${NEW}': it is not in the live list (8,412 origins, loaded 12 s ago); origin stands in the route's config.cors`
  })
  source.value = ['http://plain.example']
  await origins.reload()
  source.value = new Error('gone')
  await origins.reload().catch(() => {})
  t.match(await app.cors.explain({ method: 'DELETE', url: '/u', origin: 'http://plain.example' }), {
    reason: "DELETE /u does not allow 'http://plain.example': the live list (1 origin, loaded 0 s ago; the last load failed: gone) has it, but a policy with " +
      "credentials leaves out what strangers could serve: http:, and patterns below public suffixes; origin stands in the route's config.cors"
  })
  t.match(app.cors.report(), /live origins \(1 origin, loaded 0 s ago; the last load failed: gone\) \(the plugin's options\)/)
  t.match(JSON.parse(JSON.stringify(app.cors.routes()[0])), {
    policy: { options: { origin: { liveOrigins: { size: 1, loadedAt: new Date(clock.time).toISOString(), problem: 'the last load failed: gone' } } } }
  })
})

t.test('a real list keeps no process alive', async (t) => {
  const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
  const before = timers()
  const { app } = await boot({ origin: liveOrigins({ load: () => [APP], refresh: 3600 }) })
  t.equal(timers(), before)
  t.strictSame(await seen(app, 'GET', '/u', { origin: APP }), allowed(APP))
  await app.close()
})
