import type { FastifyInstance } from 'fastify'
import t from 'tap'

import type { CorsPluginOptions } from '../../lib/index.ts'
import { APP, EVIL, seen, seenPreflight, send, sendPreflight } from '../fixtures/requests.ts'
import { build, handler, OPTIONS, PARTNER, policies, select, under } from '../fixtures/select.ts'

const METHOD = 'Access-Control-Request-Method'
const REFLECTED = `${METHOD}, Access-Control-Request-Headers, X-Policy`

/** Methods of one URL with every kind of `config.cors`. */
function declare (app: FastifyInstance): void {
  app.get('/u', handler)
  app.post('/u', { config: { cors: true } }, handler)
  app.put('/u', { config: { cors: { maxAge: 5 } } }, handler)
  app.patch('/u', { config: { cors: 'one' } }, handler)
  app.delete('/u', { config: { cors: false } }, handler)
}

type Answer = [method: string, url: string, policy: string | undefined, origin: string, status: number, headers: Record<string, string>]

const one = { 'access-control-allow-origin': PARTNER, 'access-control-allow-credentials': 'true', 'access-control-max-age': '60' }
const open = { 'access-control-allow-origin': '*', 'access-control-allow-headers': 'X-Open', vary: `${METHOD}, X-Policy` }
const list = { 'access-control-allow-origin': PARTNER, 'access-control-allow-headers': 'X-List', vary: `Origin, ${METHOD}, X-Policy` }
const methods = (names: string): Record<string, string> => ({ 'access-control-allow-methods': names })

const answers: Answer[] = [
  ['POST', '/u', undefined, APP, 204, { 'access-control-allow-origin': APP, ...methods('GET, HEAD, POST'), vary: REFLECTED }],
  ['POST', '/u', 'open', EVIL, 204, { ...open, ...methods('GET, HEAD, POST') }],
  ['GET', '/u', 'list', PARTNER, 204, { ...list, ...methods('GET, HEAD, POST') }],
  ['GET', '/u', 'list', EVIL, 204, { vary: `Origin, ${METHOD}, X-Policy` }],
  ['GET', '/u', 'asked', PARTNER, 200, { 'access-control-allow-origin': PARTNER, ...methods('GET, HEAD, POST'), vary: `Origin, ${REFLECTED}` }],
  ['GET', '/u', 'asked', EVIL, 200, { vary: `Origin, ${REFLECTED}` }],
  // The same policy as PATCH has, by name.
  ['GET', '/u', 'one', PARTNER, 204, { ...one, ...methods('GET, HEAD, POST, PATCH'), vary: REFLECTED }],
  // A block of its own.
  ['PUT', '/u', 'open', EVIL, 204, { ...open, ...methods('PUT'), 'access-control-max-age': '5' }],
  // Not asked about; which methods are like it is not known then.
  ['PATCH', '/u', 'one', PARTNER, 204, { ...one, ...methods('PATCH'), vary: `${METHOD}, Access-Control-Request-Headers` }],
  ['DELETE', '/u', 'open', APP, 204, { vary: METHOD }],
  // No such method, and no such URL.
  ['PURGE', '/u', 'open', EVIL, 204, { 'access-control-allow-origin': '*', ...methods('GET, HEAD, POST'), vary: `${METHOD}, X-Policy` }],
  ['constructor', '/u', 'open', EVIL, 204, { 'access-control-allow-origin': '*', ...methods('GET, HEAD, POST'), vary: `${METHOD}, X-Policy` }],
  ['PUT', '/nothing', 'open', EVIL, 204, { ...open, ...methods('PUT') }],
  ['PUT', '/nothing', undefined, APP, 204, { 'access-control-allow-origin': APP, ...methods('PUT'), vary: REFLECTED }],
  ['toString', '/nothing', 'open', EVIL, 204, { 'access-control-allow-origin': '*', vary: `${METHOD}, X-Policy` }]
]

for (const ask of [select, async (request: Parameters<typeof select>[0]) => select(request)]) {
  t.test(`a preflight is answered by what is selected ${ask === select ? 'at once' : 'later'} for the route that the request would reach`, async (t) => {
    const app = await build({ ...OPTIONS, select: ask }, declare)
    for (const [method, url, policy, origin, status, headers] of [...answers, ...answers.toReversed()]) {
      t.strictSame(await seenPreflight(app, method, url, { origin, headers: under(policy) }), { status, headers }, `${method} ${url} under ${policy} for ${origin}`)
    }
  })
}

t.test('a preflight whose origin function fails varies with what select depends on', async (t) => {
  const app = await build({ ...OPTIONS, policies: { failing: { origin: () => { throw new Error('no database') } } } })
  t.strictSame(await seenPreflight(app, 'GET', '/x', { headers: under('failing') }), { status: 500, headers: { vary: `Origin, ${REFLECTED}` } })
})

t.test('without vary, a preflight is the one of the policy', async (t) => {
  const { vary, ...options } = OPTIONS
  const app = await build(options)
  t.strictSame(await seenPreflight(app, 'GET', '/x', { headers: under('open') }), {
    status: 204, headers: { ...open, ...methods('GET, HEAD'), vary: METHOD }
  })
})

t.test('a URL whose routes all name their policy has a selected policy for other methods', async (t) => {
  const app = await build(OPTIONS, (app) => {
    app.patch('/named', { config: { cors: 'one' } }, handler)
    app.delete('/none', { config: { cors: false } }, handler)
  })
  t.strictSame(await seenPreflight(app, 'PUT', '/named', { headers: under('one') }), {
    status: 204,
    headers: { 'access-control-allow-origin': PARTNER, 'access-control-allow-credentials': 'true', ...methods('PATCH'), vary: `${METHOD}, X-Policy` }
  })
  t.strictSame(await seenPreflight(app, 'PUT', '/named', { headers: under('list') }), { status: 204, headers: { vary: `Origin, ${METHOD}, X-Policy` } })
  t.strictSame(await seenPreflight(app, 'PUT', '/named', { headers: under('nothing') }), { status: 500, headers: { vary: 'X-Policy' } })
  t.strictSame(await seenPreflight(app, 'PUT', '/none', { headers: under('nothing') }), { status: 404, headers: {} }, 'not asked about')
})

t.test('with preflightContinue a handler of the user replies, with the headers of the selected policy', async (t) => {
  const app = await build({ ...OPTIONS, policies: { continued: { origin: [PARTNER, EVIL], preflightContinue: true, rawHeaders: true } } }, (app) => {
    app.put('/c', handler)
    app.options('/c', async (_request, reply) => await reply.code(202).send({ vary: reply.raw.getHeader('vary') }))
  })
  const asked = { origin: PARTNER, headers: under('continued') }
  t.strictSame(await seenPreflight(app, 'PUT', '/c', asked), {
    status: 202,
    headers: { 'access-control-allow-origin': PARTNER, ...methods('PUT, OPTIONS'), vary: `Origin, ${REFLECTED}` }
  })
  t.equal((await sendPreflight(app, 'PUT', '/c', asked)).json().vary, `Origin, ${REFLECTED}`)
  t.equal((await sendPreflight(app, 'PUT', '/c', { origin: APP })).statusCode, 204, 'without a name the plugin replies')
})

t.test('strictPreflight of the selected policy refuses what is no preflight', async (t) => {
  const app = await build({ ...OPTIONS, policies: { ...policies, strict: { strictPreflight: true } } }, (app) => { app.options('/own', handler) })
  for (const path of ['/x', '/nothing']) {
    t.strictSame(await seen(app, 'OPTIONS', path, { headers: under('strict') }), { status: 400, headers: { vary: 'X-Policy' } })
  }
  t.strictSame(await seen(app, 'OPTIONS', '/own', { headers: under('strict') }), { status: 200, headers: { 'access-control-allow-origin': APP, vary: 'X-Policy' } })
  t.equal((await send(app, 'OPTIONS', '/x', { headers: under('open') })).headers.allow, 'GET, HEAD, OPTIONS')
})

t.test('routes that only a version tells apart are granted what all of them grant under the selection', async (t) => {
  const app = await build(OPTIONS, (app) => {
    app.get('/v', { constraints: { version: '1.0.0' } }, handler)
    app.get('/v', { constraints: { version: '2.0.0' }, config: { cors: 'one' } }, handler)
    app.put('/v', { constraints: { version: '1.0.0' } }, handler)
    app.put('/v', { constraints: { version: '2.0.0' }, config: { cors: false } }, handler)
  })
  const asked = (policy: string): object => ({ origin: PARTNER, headers: under(policy) })
  t.strictSame(await seenPreflight(app, 'GET', '/v', asked('open')), {
    status: 204,
    headers: { 'access-control-allow-origin': PARTNER, ...methods('GET, HEAD'), 'access-control-allow-headers': 'X-Open', vary: `${METHOD}, X-Policy` }
  })
  t.strictSame(await seenPreflight(app, 'GET', '/v', asked('one')), { status: 204, headers: { ...one, ...methods('GET, HEAD'), vary: REFLECTED } })
  t.strictSame(await seenPreflight(app, 'PUT', '/v', asked('nothing')), { status: 204, headers: { vary: METHOD } }, 'not asked about')
})

t.test('URLs that several patterns match have the selected policies of the routes that serve them', async (t) => {
  const app = await build(OPTIONS, (app) => {
    app.get('/:any', handler)
    app.put('/me', { config: { cors: 'open' } }, handler)
    app.post('/me', handler)
  })
  const selected = { origin: PARTNER, headers: under('open') }
  t.strictSame(await seenPreflight(app, 'POST', '/me', selected), { status: 204, headers: { ...open, ...methods('GET, HEAD, PUT, POST') } })
  t.strictSame(await seenPreflight(app, 'PUT', '/me', selected), {
    status: 204, headers: { 'access-control-allow-origin': '*', 'access-control-allow-headers': 'X-Open', ...methods('PUT'), vary: METHOD }
  })
})

t.test('headers that schemas declare are those of the selected policy', async (t) => {
  const app = await build({ ...OPTIONS, policies: { declared: { allowedHeaders: 'schema' } } } as CorsPluginOptions, (app) => {
    app.put('/s', { schema: { headers: { type: 'object', properties: { 'X-Declared': { type: 'string' } } } } }, handler)
  })
  t.strictSame(await seenPreflight(app, 'PUT', '/s', { headers: under('declared') }), {
    status: 204,
    headers: { 'access-control-allow-origin': APP, ...methods('PUT'), 'access-control-allow-headers': 'X-Declared', vary: `${METHOD}, X-Policy` }
  })
})
