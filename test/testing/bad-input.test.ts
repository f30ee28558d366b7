import Fastify from 'fastify'
import t from 'tap'
import { CookieJar, PreflightCache, SimulateError, simulate } from '../../lib/browser/index.ts'
import { allow, answering, api, page } from '../fixtures/server.ts'
import type { Target } from '../../lib/browser/index.ts'

const { target } = answering([allow.any])
const ok = { from: page, url: api }

async function rejection (...args: unknown[]): Promise<SimulateError> {
  try {
    await simulate(...args as Parameters<typeof simulate>)
  } catch (error) {
    if (error instanceof SimulateError) return error
    throw error
  }
  throw new Error('simulate did not reject')
}

t.test('a call that no browser could make rejects with a TypeError and a code', async (t) => {
  const cases: Array<[args: unknown[], code: string, message: RegExp]> = [
    [[undefined, ok], 'TARGET_INVALID', /Fastify instance, or a function/],
    [[{}, ok], 'TARGET_INVALID', /Fastify instance/],
    [[{ inject () {} }, ok], 'TARGET_INVALID', /Fastify instance/],
    [[target], 'REQUEST_INVALID', /has to be an object/],
    [[target, null], 'REQUEST_INVALID', /has to be an object/],
    [[target, { url: '/' }], 'FROM_INVALID', /from is missing/],
    [[target, { ...ok, from: 1 }], 'FROM_INVALID', /not '1'$/],
    [[target, { ...ok, from: 'app.example.com' }], 'FROM_INVALID', /not 'app.example.com'$/],
    [[target, { ...ok, from: 'https://App.example.com:443/x' }], 'FROM_INVALID', /write 'https:\/\/app.example.com'$/],
    [[target, { ...ok, from: `${page}/` }], 'FROM_INVALID', /write 'https:\/\/app.example.com'$/],
    [[target, { ...ok, from: 'file://' }], 'FROM_INVALID', /'null'/],
    [[target, { ...ok, from: '*' }], 'FROM_INVALID', /not '\*'$/],
    [[target, { from: page }], 'URL_INVALID', /has to be a string/],
    [[target, { from: page, url: 'http://[' }], 'URL_INVALID', /is no URL/],
    [[target, { from: page, url: 'data:text/plain,x' }], 'URL_INVALID', /has no server/],
    [[target, { ...ok, api: 'iframe' }], 'REQUEST_INVALID', /no api 'iframe', only fetch, xhr, image/],
    [[target, { ...ok, api: 'toString' }], 'REQUEST_INVALID', /no api 'toString'/],
    [[target, { ...ok, method: 1 }], 'REQUEST_INVALID', /method has to be a string/],
    [[target, { ...ok, integrity: 1 }], 'REQUEST_INVALID', /integrity has to be a string/],
    [[target, { ...ok, mode: 'navigate' }], 'REQUEST_INVALID', /mode has to be one of 'cors'/],
    [[target, { ...ok, credentials: true }], 'REQUEST_INVALID', /credentials has to be one of/],
    [[target, { ...ok, cache: 'only-if-cached' }], 'REQUEST_INVALID', /cache has to be one of/],
    [[target, { ...ok, origin: page }], 'REQUEST_INVALID', /the api 'fetch' takes no 'origin'/],
    [[target, { ...ok, api: 'xhr', mode: 'cors' }], 'REQUEST_INVALID', /takes no 'mode'/],
    [[target, { ...ok, api: 'font', crossorigin: '' }], 'REQUEST_INVALID', /takes no 'crossorigin'/],
    [[target, { ...ok, api: 'image', method: 'PUT' }], 'REQUEST_INVALID', /only from, url, api, referrerPolicy, integrity, crossorigin$/],
    [[target, { ...ok, api: 'image', crossorigin: 'yes' }], 'REQUEST_INVALID', /crossorigin has to be one of/],
    [[target, { ...ok, headers: 'x' }], 'REQUEST_INVALID', /headers have to be/],
    [[target, { ...ok, headers: { 'x-a': 1 } }], 'REQUEST_INVALID', /headers have to be/],
    [[target, { ...ok, headers: [['x-a']] }], 'REQUEST_INVALID', /headers have to be/],
    [[target, ok, null], 'OPTION_INVALID', /options have to be an object/],
    [[target, ok, { profil: 'spec' }], 'OPTION_INVALID', /no option 'profil', only profile, base/],
    [[target, ok, { profile: 'safari' }], 'OPTION_INVALID', /no profile 'safari', only spec, chromium, firefox, webkit/],
    [[target, ok, { profile: 'toString' }], 'OPTION_INVALID', /no profile/],
    [[target, ok, { base: 'localhost:3000' }], 'OPTION_INVALID', /no http or https URL/],
    [[target, ok, { base: 'http://[' }], 'OPTION_INVALID', /no http or https URL/],
    [[target, ok, { base: 3 }], 'OPTION_INVALID', /'3' is no http/],
    [[target, ok, { servers: { 'api.example.com': target } }], 'OPTION_INVALID', /no http or https URL/],
    [[target, ok, { servers: { 'https://b.example': {} } }], 'TARGET_INVALID', /Fastify instance/],
    [[target, ok, { servers: null }], 'OPTION_INVALID', /servers has to be/],
    [[target, ok, { cache: new Map() }], 'OPTION_INVALID', /has to be a PreflightCache/],
    [[target, ok, { cookies: {} }], 'OPTION_INVALID', /has to be a CookieJar/]
  ]
  for (const [args, code, message] of cases) {
    const error = await rejection(...args)
    t.ok(error instanceof TypeError)
    t.equal(error.code, code)
    t.match(error.message, message)
  }
})

t.test('a target that answers in another shape is a mistake in the test, not a failure of the network', async (t) => {
  const answers: unknown[] = [
    undefined, {}, { status: '200', headers: [] }, { status: 99, headers: [] }, { status: 600, headers: [] }, { status: 200 },
    { status: 200, headers: {} }, { status: 200, headers: [['a']] }, { status: 200, headers: [['a', 1]] }, { status: 200, headers: ['ab'] }
  ]
  for (const answer of answers) {
    const error = await rejection((() => answer) as Target, ok)
    t.equal(error.code, 'ANSWER_INVALID')
  }
})

t.test('good calls', async (t) => {
  for (const from of ['null', 'http://localhost:3000', 'https://xn--bcher-kva.example', 'chrome-extension://abc', 'http://[::1]:8080']) {
    t.equal((await simulate(target, { from, url: '/' })).verdict, 'readable', from)
  }
  const options = { profile: 'webkit', base: 'http://localhost:3000/v1/', cache: new PreflightCache(), cookies: new CookieJar(), servers: {} } as const
  const seen = await simulate(target, { from: page, url: 'orders' }, options)
  t.equal(seen.url, 'http://localhost:3000/v1/orders')
  const absent = { from: page, url: '/', upload: undefined, mode: undefined, headers: undefined } as never
  t.equal((await simulate(target, absent)).verdict, 'readable')
})

t.test('an app that fails to boot passes its error on', async (t) => {
  const app = Fastify()
  const failure = new Error('no database')
  app.register(async () => { throw failure })
  await t.rejects(simulate(app, { from: page, url: '/' }), failure)
})

t.test('an unknown route gives the verdict of its 404', async (t) => {
  const app = Fastify()
  t.match(await simulate(app, { from: page, url: '/nowhere' }), {
    verdict: 'blocked', reason: { code: 'ACAO_MISSING' }, trace: [{ answer: { status: 404 } }]
  })
  const open = Fastify()
  open.addHook('onRequest', async (_request, reply) => { reply.header('access-control-allow-origin', '*') })
  t.match(await simulate(open, { from: page, url: '/nowhere' }), { verdict: 'readable', status: 404 })
})

t.test('a URL without an app behind it says so', async (t) => {
  const app = Fastify()
  app.addHook('onRequest', async (_request, reply) => { reply.header('access-control-allow-origin', '*') })
  app.get('/', async () => 'here')
  const other = { from: page, url: 'https://api.example.com/' }
  const elsewhere = await simulate(app, other, { base: 'http://localhost' })
  t.equal(elsewhere.verdict, 'blocked')
  t.equal(elsewhere.reason?.code, 'NO_SERVER')
  t.match(elsewhere.reason?.message, 'No app stands behind https://api.example.com/ in this test')
  t.same(elsewhere.trace, [])
  t.equal((await simulate(app, other)).verdict, 'readable')
})
