import Fastify, { type FastifyInstance } from 'fastify'
import t from 'tap'

import { APP, seen, seenPreflight } from '../fixtures/requests.ts'

const ALLOWED = { 'access-control-allow-origin': APP }

const handler = async (): Promise<string> => 'ok'

/** An application that is there, with a route, before the package is imported for the first time. */
async function build (log: string[], declareEarly: boolean): Promise<FastifyInstance> {
  const app = Fastify({ logger: { level: 'warn', stream: { write: (line: string) => { log.push(JSON.parse(line).msg) } } } })
  if (declareEarly) {
    app.get('/early', handler)
    app.get('/early-own', { config: { cors: { origin: '*' } } }, handler)
    app.get('/early-off', { config: { cors: false } }, handler)
    app.get('/early-wrong', { config: { cors: { maxAge: -1 } } }, handler)
  }
  return app
}

const earlyLog: string[] = []
const early = await build(earlyLog, true)
const selecting = await build([], true)
const shared = await build([], false)
shared.options('/shared', handler)
const emptyLog: string[] = []
const empty = await build(emptyLog, false)
const { default: cors } = await import('../../lib/index.ts')

t.test('routes declared before the package was imported are covered but for their preflights', async (t) => {
  early.register(cors, { origin: APP })
  early.register(async (child) => { child.get('/late', handler) })
  await early.ready()
  t.match(earlyLog, [/imported after routes had been declared/])
  t.equal(earlyLog.length, 1)
  for (let i = 0; i < 2; i++) {
    t.strictSame(await seen(early, 'GET', '/early'), { status: 200, headers: ALLOWED })
    t.strictSame(await seen(early, 'GET', '/early-own'), { status: 200, headers: { 'access-control-allow-origin': '*' } })
    t.strictSame(await seen(early, 'GET', '/early-off'), { status: 200, headers: {} })
    t.strictSame(await seen(early, 'GET', '/early-wrong'), { status: 200, headers: {} }, 'refused, if too late')
  }
  t.equal(earlyLog.length, 2)
  t.match(earlyLog[1], /maxAge/)
  t.strictSame(await seenPreflight(early, 'GET', '/early'), { status: 404, headers: {} })
  t.strictSame((await seenPreflight(early, 'GET', '/late')).headers['access-control-allow-origin'], APP)
  t.strictSame((await seenPreflight(early, 'GET', '/nothing')).headers['access-control-allow-origin'], APP)
})

t.test('an OPTIONS route declared before the package was imported keeps its URL', async (t) => {
  await shared.register(cors, { origin: APP })
  shared.get('/shared', handler)
  await shared.ready()
  t.strictSame(await seen(shared, 'OPTIONS', '/shared'), { status: 200, headers: ALLOWED })
  t.strictSame(await seen(shared, 'GET', '/shared'), { status: 200, headers: ALLOWED })
})

t.test('such routes are asked about with select, but for their preflights', async (t) => {
  let count = 0
  await selecting.register(cors, {
    origin: APP,
    policies: { open: { origin: '*' } },
    select: () => {
      count++
      return 'open'
    }
  })
  t.strictSame(await seen(selecting, 'GET', '/early'), { status: 200, headers: { 'access-control-allow-origin': '*' } })
  t.equal(count, 1)
  t.strictSame(await seenPreflight(selecting, 'GET', '/early'), { status: 404, headers: {} })
  t.equal(count, 1)
  t.strictSame((await seenPreflight(selecting, 'GET', '/nothing')).headers['access-control-allow-origin'], '*')
})

t.test('without such routes nothing is missing', async (t) => {
  await empty.register(cors, { origin: APP })
  empty.get('/u', handler)
  t.strictSame((await seenPreflight(empty, 'GET', '/u')).headers['access-control-allow-origin'], APP)
  t.strictSame(emptyLog, [])
})
