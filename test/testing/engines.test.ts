import t from 'tap'
import { CookieJar, simulate } from '../../lib/browser/index.ts'
import { allow, answering, isPreflight, sent } from '../fixtures/server.ts'
import type { Test } from 'tap'
import type { Answer, Exchange, HeaderLines, ProfileName, Seen, SimulateRequest } from '../../lib/browser/index.ts'

// What random requests have shown about the engines, beside what the measured cases hold.

const P = 'http://localhost:1'
const A = 'http://localhost:2'
const L = 'http://127.0.0.1:3'
const everything: HeaderLines = [allow.any, allow.methods('*'), allow.headers('*, authorization')]
const all = ['spec', 'chromium', 'firefox', 'webkit'] as const

/** Redirects along the URLs with the status, for a page of P. */
async function follow (profile: ProfileName, urls: string[], status: number, init: Partial<SimulateRequest> = {}): Promise<Seen> {
  const left = urls.slice(1)
  const target = (exchange: Exchange): Answer => {
    const next = isPreflight(exchange) ? undefined : left.shift()
    return next === undefined ? { status: 200, headers: everything } : { status, headers: [...everything, ['Location', next]] }
  }
  return await simulate(target, { from: P, url: urls[0] as string, ...init }, { profile })
}

async function inEach (t: Test, urls: string[], status: number, init: Partial<SimulateRequest>, expected: Record<ProfileName, string>, header?: string): Promise<void> {
  for (const profile of all) {
    const { trace } = await follow(profile, urls, status, init)
    const shown = trace.map((exchange) => header === undefined ? exchange.method : `${exchange.method}:${sent(exchange, header) ?? '-'}`)
    t.equal(shown.join(' '), expected[profile], `${profile}: ${urls.join()} ${status} ${init.method ?? ''}`)
  }
}

t.test('a DELETE becomes a GET in WebKit on the way to another origin', async (t) => {
  const init = { method: 'DELETE', body: 'x' }
  const kept = 'OPTIONS DELETE OPTIONS DELETE'
  await inEach(t, [`${A}/a`, `${L}/b`], 307, init, { spec: kept, chromium: kept, firefox: kept, webkit: 'OPTIONS DELETE OPTIONS GET' })
  await inEach(t, [`${A}/a`, `${A}/b`], 302, init, { spec: kept, chromium: kept, firefox: kept, webkit: kept })
})

t.test('what one redirect takes away the next one gives back, in Firefox and WebKit', async (t) => {
  const init = { method: 'POST', body: 'x', headers: { authorization: 'x', 'content-type': 'text/plain' } }
  const shown = async (profile: ProfileName, urls: string[], header: string): Promise<string> => {
    const { trace } = await follow(profile, urls, 303, init)
    return trace.filter(({ preflight }) => !preflight).map((exchange) => sent(exchange, header) ?? '-').join(' ')
  }
  for (const [profile, authorization, type] of [
    ['spec', 'x - -', 'text/plain - -'], ['chromium', 'x - -', 'text/plain - -'],
    ['firefox', 'x - x', 'text/plain - -'], ['webkit', 'x - -', 'text/plain - text/plain']
  ] as const) {
    t.equal(await shown(profile, [`${A}/a`, `${L}/b`, `${L}/c`], 'authorization'), authorization, profile)
    t.equal(await shown(profile, [`${A}/a`, `${A}/b`, `${L}/c`], 'content-type'), type, profile)
    t.equal(await shown(profile, [`${P}/a`, `${P}/b`, `${P}/c`], 'content-type'), 'text/plain - -', profile)
  }
})

t.test('WebKit gives the type back with the statuses that keep a body', async (t) => {
  for (const profile of ['chromium', 'webkit'] as const) {
    const target = ({ url }: Exchange): Answer => url.endsWith('/c')
      ? { status: 200, headers: [] }
      : { status: url.endsWith('/a') ? 302 : 308, headers: [['Location', url.endsWith('/a') ? '/b' : '/c']] }
    const { trace } = await simulate(target, { from: P, url: `${A}/a`, mode: 'no-cors', method: 'POST', body: new Blob(['x'], { type: 'text/plain' }) }, { profile })
    t.same(trace.map((exchange) => sent(exchange, 'content-type')), ['text/plain', undefined, profile === 'webkit' ? 'text/plain' : undefined])
  }
})

t.test('Firefox gives back no type that XMLHttpRequest has taken from the body', async (t) => {
  const post = { method: 'POST', body: 'x' }
  for (const [init, type] of [[post, 'text/plain;charset=UTF-8'], [{ ...post, api: 'xhr' } as const, undefined]] as const) {
    const target = ({ url }: Exchange): Answer => url.endsWith('/c')
      ? { status: 200, headers: everything }
      : { status: url.endsWith('/a') ? 303 : 307, headers: [...everything, ['Location', url.endsWith('/a') ? '/b' : '/c']] }
    const { trace } = await simulate(target, { from: P, url: `${A}/a`, ...init }, { profile: 'firefox' })
    t.equal(sent(trace.at(-1), 'content-type'), type)
  }
})

t.test('an XMLHttpRequest that is led astray: in Firefox it tells by whom, in Chromium user info is fine', async (t) => {
  for (const profile of all) {
    const refused = await follow(profile, [`${P}/a`, 'data:,x'], 302, { api: 'xhr' })
    t.match(refused, { verdict: 'blocked', url: profile === 'firefox' ? `${P}/a` : '' }, profile)
    t.match(await follow(profile, [`${A}/a`, 'data:,x'], 302, { api: 'xhr' }), { verdict: 'blocked', url: '' })
    t.equal((await follow(profile, [`${P}/a`, 'http://user:pass@localhost:1/b'], 302, { api: 'xhr' })).verdict, 'readable')
  }
})

t.test('WebKit sends the type of a form that it drops, and its own User-Agent after a redirect at home', async (t) => {
  const type = 'application/x-www-form-urlencoded;charset=UTF-8'
  const form = { api: 'xhr', body: new URLSearchParams('a=b') } as const
  await inEach(t, [`${A}/a`], 200, form, { spec: 'GET:-', chromium: 'GET:-', firefox: 'GET:-', webkit: `GET:${type}` }, 'content-type')
  const kept = 'GET:mine GET:mine'
  await inEach(t, [`${P}/a`, `${P}/b`], 302, { headers: { 'user-agent': 'mine' } }, {
    spec: kept, chromium: 'GET:- GET:-', firefox: kept, webkit: 'GET:mine GET:-'
  }, 'user-agent')
})

t.test('Firefox asks for a header that is gone, unless it has just gone', async (t) => {
  const shown = async (urls: string[], init: Partial<SimulateRequest>): Promise<unknown[]> => {
    const { trace } = await follow('firefox', urls, 303, { method: 'POST', ...init })
    return trace.filter(({ preflight }) => preflight).map((exchange) => sent(exchange, 'access-control-request-headers') ?? '-')
  }
  const three = [`${A}/a`, `${A}/b`, `${A}/c`]
  const own = { body: '{}', headers: { 'content-type': 'application/json' } }
  const ofBody = { body: new Blob(['{}'], { type: 'application/json' }) }
  for (const api of ['fetch', 'xhr'] as const) {
    t.same(await shown(three, { api, ...own }), ['content-type', '-', 'content-type'])
    t.same(await shown([`${A}/a`, `${L}/b`], { api, headers: { authorization: 'x' } }), ['authorization', '-'])
  }
  t.same(await shown(three, { api: 'xhr', ...ofBody }), ['content-type', 'content-type', 'content-type'])
  t.same(await shown([`${A}/a`, `${A}/b`], { api: 'xhr', ...ofBody, headers: { 'x-a': '1' } }), ['content-type,x-a', 'x-a'])
  t.same(await shown([`${A}/a`, `${A}/b`], { api: 'xhr', ...ofBody, upload: true }), ['content-type', '-'])
})

t.test('Chromium refuses user info on redirects of fetch in every mode', async (t) => {
  for (const profile of all) {
    const { reason } = await follow(profile, [`${A}/a`, 'http://user:pass@localhost:2/b'], 302, { mode: 'no-cors' })
    t.equal(reason?.code, profile === 'chromium' ? 'REDIRECT_CREDENTIALS' : undefined, profile)
  }
})

t.test('a redirect that leads nowhere is no error in Chromium and WebKit', async (t) => {
  for (const profile of all) {
    const nowhere = answering({ status: 302, headers: [allow.any] })
    const { verdict, status } = await simulate(nowhere.target, { from: P, url: A, redirect: 'error' }, { profile })
    t.same([verdict, status], profile === 'chromium' || profile === 'webkit' ? ['readable', 302] : ['blocked', 0], profile)
  }
})

t.test('a redirect that is not followed has no integrity; in Firefox and WebKit it has that of an empty body', async (t) => {
  const empty = 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='
  for (const profile of all) {
    for (const integrity of [empty, empty.replace('4', '5')]) {
      const { verdict, text } = await follow(profile, [`${A}/a`, `${A}/b`], 302, { redirect: 'manual', integrity })
      const isRead = integrity === empty && (profile === 'firefox' || profile === 'webkit')
      t.equal(verdict, isRead ? 'opaque-redirect' : 'blocked', profile)
      await t.rejects(text())
    }
  }
})

const KIBIBYTES_64 = 65_536

t.test('a request with keepalive, and a beacon, has a body of at most 64 KiB', async (t) => {
  for (const profile of all) {
    const server = answering([allow.any], [allow.any, ['Access-Control-Allow-Methods', 'PUT']])
    const put = { from: P, url: A, method: 'PUT', keepalive: true }
    t.equal((await simulate(server.target, { ...put, body: 'x'.repeat(KIBIBYTES_64) }, { profile })).verdict, 'readable', profile)
    const long = await simulate(server.target, { ...put, body: 'x'.repeat(KIBIBYTES_64 + 1) }, { profile })
    t.strictSame(long.trace.map(({ method }) => method), profile === 'spec' ? ['OPTIONS'] : [], profile)
    t.match(long, { verdict: 'blocked', reason: { code: 'KEEPALIVE_TOO_LONG', step: 'HTTP-network-or-cache fetch' } })
    t.equal((await simulate(server.target, { ...put, keepalive: false, body: 'x'.repeat(KIBIBYTES_64 + 1) }, { profile })).verdict, 'readable', profile)
    const beacon = await simulate(server.target, { from: P, url: A, api: 'beacon', body: 'x'.repeat(KIBIBYTES_64 + 1) }, { profile })
    t.equal(beacon.reason?.code, 'KEEPALIVE_TOO_LONG', profile)
  }
})

t.test('a stream can not be sent with keepalive', async (t) => {
  const { target, received } = answering({ headers: [allow.any] })
  const stream = { from: P, url: A, method: 'POST', duplex: 'half', body: new ReadableStream() } as const
  t.match(await simulate(target, { ...stream, keepalive: true }, { profile: 'chromium' }), { verdict: 'throws', reason: { code: 'STREAM_INVALID', message: /no keepalive/ } })
  t.strictSame(received, [])
})

t.test('WebKit sends cookies without SameSite to other sites on redirects', async (t) => {
  for (const profile of ['chromium', 'webkit'] as const) {
    const cookies = new CookieJar()
    cookies.set(L, 'a=1')
    const target = ({ url }: Exchange): Answer => ({
      status: url.endsWith('/c') ? 200 : 302,
      headers: [['Access-Control-Allow-Origin', P], allow.credentials, ['Location', `${L}/${url.endsWith('/a') ? 'b' : 'c'}`]]
    })
    const { trace } = await simulate(target, { from: P, url: `${L}/a`, credentials: 'include' }, { profile, cookies })
    t.same(trace.map((exchange) => sent(exchange, 'cookie')), profile === 'webkit' ? [undefined, 'a=1', 'a=1'] : [undefined, undefined, undefined])
  }
})

t.test('Firefox skips empty lines beside others, but not of Allow-Origin', async (t) => {
  for (const profile of all) {
    const lines: HeaderLines = [allow.page, ['access-control-allow-origin', ' '], ['Cache-Control', 'no-store'], ['cache-control', ''], ['x-a', ''], ['x-a', ''], ['x-b', ''], ['x-b', '1']]
    const abroad = await simulate(answering(lines).target, { from: P, url: A }, { profile })
    t.equal(abroad.reason?.code, 'ACAO_MULTIPLE', profile)
    const { headers } = await simulate(answering(lines).target, { from: P, url: P }, { profile })
    const shown = [headers['cache-control'], headers['x-a'], headers['x-b']]
    t.same(shown, profile === 'firefox' ? ['no-store', '', '1'] : ['no-store, ', ', ', ', 1'])
    const granted = answering([['access-control-allow-origin', P], allow.credentials, ['access-control-allow-credentials', '']])
    const included = await simulate(granted.target, { from: P, url: A, credentials: 'include' }, { profile })
    t.equal(included.reason?.code, profile === 'firefox' ? undefined : 'ACAC_NOT_TRUE', profile)
  }
})

t.test('WebKit makes the preflight of a redirect that it refuses for its user info', async (t) => {
  const urls = [`${P}/a`, 'http://user:pass@localhost:2/b']
  const once = 'PUT'
  await inEach(t, urls, 307, { method: 'PUT' }, { spec: once, chromium: once, firefox: once, webkit: 'PUT OPTIONS' })
  for (const profile of all) {
    for (const method of ['GET', 'PUT']) {
      t.equal((await follow(profile, urls, 307, { method })).reason?.code, 'REDIRECT_CREDENTIALS')
      const second = method === 'GET' ? ['GET'] : ['OPTIONS', 'PUT']
      const { trace } = await follow(profile, [`${A}/a`, 'http://user:pass@localhost:2/b'], 307, { method })
      t.same(trace.map((exchange) => exchange.method), second, profile)
    }
  }
})

t.test('Chromium reads the Location of a redirect that is not followed', async (t) => {
  for (const profile of all) {
    const { verdict } = await follow(profile, [`${A}/a`, 'http://'], 302, { redirect: 'manual' })
    t.equal(verdict, profile === 'chromium' ? 'blocked' : 'opaque-redirect', profile)
    t.equal((await follow(profile, [`${A}/a`, 'data:,x'], 302, { redirect: 'manual' })).verdict, 'opaque-redirect')
  }
})

t.test('what a redirect at home has changed needs no preflight abroad', async (t) => {
  const urls = [`${P}/a`, `${P}/b`, `${A}/c`]
  await inEach(t, urls, 303, { method: 'PUT' }, { spec: 'PUT GET GET', chromium: 'PUT GET GET', firefox: 'PUT GET GET', webkit: 'PUT GET GET' })
  const json = { method: 'PUT', body: '{}', headers: { 'content-type': 'application/json' } }
  await inEach(t, urls, 303, json, { spec: 'PUT GET GET', chromium: 'PUT GET GET', firefox: 'PUT GET OPTIONS GET', webkit: 'PUT GET OPTIONS GET' })
})

t.test('Sec-Fetch-Site after redirects', async (t) => {
  const site = 'sec-fetch-site'
  await inEach(t, [`${A}/a`, `${P}/b`], 302, {}, {
    spec: 'GET:same-site GET:same-site', chromium: 'GET:same-site GET:same-site', firefox: 'GET:same-site GET:cross-site', webkit: 'GET:same-site GET:-'
  }, site)
  await inEach(t, [`${P}/a`, `${P}/b`], 302, {}, {
    spec: 'GET:same-origin GET:same-origin', chromium: 'GET:same-origin GET:same-origin', firefox: 'GET:same-origin GET:same-origin', webkit: 'GET:same-origin GET:same-origin'
  }, site)
  await inEach(t, [`${A}/a`, `${P}/b`], 302, { method: 'POST' }, {
    spec: 'POST:same-site GET:same-site', chromium: 'POST:same-site GET:same-site', firefox: 'POST:same-site GET:cross-site', webkit: 'POST:same-site GET:-'
  }, site)
  await inEach(t, [`${A}/a`, `${P}/b`], 302, { method: 'PUT' }, {
    spec: 'OPTIONS:same-site PUT:same-site OPTIONS:same-site PUT:same-site',
    chromium: 'OPTIONS:same-site PUT:same-site OPTIONS:same-origin PUT:same-site',
    firefox: 'OPTIONS:same-site PUT:same-site OPTIONS:same-origin PUT:cross-site',
    webkit: 'OPTIONS:same-site PUT:same-site OPTIONS:cross-site PUT:-'
  }, site)
  await inEach(t, [`${A}/a`, `${L}/b`], 302, { mode: 'no-cors' }, {
    spec: 'GET:same-site GET:cross-site', chromium: 'GET:same-site GET:cross-site', firefox: 'GET:same-site GET:cross-site', webkit: 'GET:same-site GET:cross-site'
  }, site)
})

t.test('Chromium leaves its client hints behind on redirects that lead abroad', async (t) => {
  const init = { headers: { dpr: '2', 'save-data': 'on' } }
  const { trace } = await follow('chromium', [`${A}/a`, `${P}/b`, `${P}/c`, `${A}/d`], 302, init)
  t.same(trace.map((exchange) => sent(exchange, 'dpr')), ['2', '2', '2', undefined])
  t.same(trace.map((exchange) => sent(exchange, 'save-data')), ['on', 'on', 'on', 'on'])
  t.equal(sent((await follow('firefox', [`${A}/a`, `${L}/b`], 302, init)).trace.at(-1), 'dpr'), '2')
})

t.test('Firefox trusts a preflight of the page\'s own server', async (t) => {
  for (const profile of all) {
    const target = (exchange: Exchange): Answer => ({
      status: exchange.url.startsWith(A) && !isPreflight(exchange) ? 307 : 200,
      headers: [...(exchange.url.startsWith(A) ? [allow.any] : []), allow.methods('PUT'), ['Location', P]]
    })
    const { reason } = await simulate(target, { from: P, url: A, method: 'PUT' }, { profile })
    t.equal(reason?.code, profile === 'firefox' ? 'ACAO_MISSING' : 'PREFLIGHT_ACAO_MISSING', profile)
  }
})

t.test('without CORS: credentials and Origin on redirects', async (t) => {
  const post = { mode: 'no-cors', method: 'POST' } as const
  const origins = (first: string, second: string): string => `POST:${first} POST:${second}`
  await inEach(t, [`${P}/a`, `${A}/b`], 307, post, {
    spec: origins(P, P), chromium: origins(P, 'null'), firefox: origins(P, P), webkit: origins(P, P)
  }, 'origin')
  const dropped = `POST:${P} GET:-`
  await inEach(t, [`${A}/a`, `${A}/b`], 302, post, { spec: dropped, chromium: dropped, firefox: dropped, webkit: `POST:${P} GET:${P}` }, 'origin')
  await inEach(t, [`${A}/a`, `${L}/b`], 302, post, { spec: dropped, chromium: dropped, firefox: dropped, webkit: dropped }, 'origin')
  for (const profile of all) {
    const { trace } = await follow(profile, [`${P}/a`, `${A}/b`], 302, { mode: 'no-cors' })
    t.same(trace.map(({ credentials }) => credentials), [true, profile === 'webkit'], profile)
  }
})

t.test('WebKit asks for Allow-Credentials after a redirect from home', async (t) => {
  const urls = [`${P}/a`, `${A}/b`, `${A}/c`]
  for (const profile of all) {
    const isWebkit = profile === 'webkit'
    const simple = await follow(profile, urls, 302)
    t.equal(simple.reason?.code, isWebkit ? 'ACAO_WILDCARD_WITH_CREDENTIALS' : undefined, profile)
    t.equal(simple.trace.length, isWebkit ? 2 : 3)
    const put = await follow(profile, urls, 302, { method: 'PUT' })
    t.equal(put.reason?.code, isWebkit ? 'PREFLIGHT_ACAO_WILDCARD_WITH_CREDENTIALS' : undefined, profile)
    t.equal(put.trace.length, isWebkit ? 4 : 5)
    t.equal((await follow(profile, urls, 302, { credentials: 'omit' })).verdict, 'readable')
    t.equal((await follow(profile, urls.slice(0, 2), 302)).verdict, 'readable')
    t.equal((await follow(profile, [`${A}/a`, `${A}/b`], 302)).verdict, 'readable')
  }
})

t.test('WebKit tells in a preflight which User-Agent the script has set', async (t) => {
  const init = { method: 'PUT', headers: { 'user-agent': 'mine' } }
  await inEach(t, [`${A}/a`], 200, init, {
    spec: 'OPTIONS:- PUT:mine', chromium: 'OPTIONS:- PUT:-', firefox: 'OPTIONS:- PUT:mine', webkit: 'OPTIONS:mine PUT:mine'
  }, 'user-agent')
})

t.test('WebKit sends header values as UTF-8', async (t) => {
  const latin1 = 'GET:é'
  await inEach(t, [`${P}/a`], 200, { headers: { accept: 'é' } }, { spec: latin1, chromium: latin1, firefox: latin1, webkit: 'GET:Ã©' }, 'accept')
})

t.test('Firefox asks for a header as often as the script has set it', async (t) => {
  const once = 'OPTIONS:x-a GET:-'
  await inEach(t, [`${A}/a`], 200, { headers: [['x-a', '1'], ['X-A', '2']] }, {
    spec: once, chromium: once, firefox: 'OPTIONS:x-a,x-a GET:-', webkit: once
  }, 'access-control-request-headers')
  await inEach(t, [`${A}/a`], 200, { api: 'xhr', headers: [['x-a', '1'], ['X-A', '2']] }, {
    spec: once, chromium: once, firefox: once, webkit: once
  }, 'access-control-request-headers')
})

t.test('an upload listener forces no preflight in Chromium where nothing is uploaded', async (t) => {
  const init = { api: 'xhr', method: 'POST', upload: true } as const
  await inEach(t, [`${A}/a`], 200, init, { spec: 'OPTIONS POST', chromium: 'POST', firefox: 'OPTIONS POST', webkit: 'OPTIONS POST' })
  await inEach(t, [`${A}/a`], 200, { ...init, body: 'x' }, {
    spec: 'OPTIONS POST', chromium: 'OPTIONS POST', firefox: 'OPTIONS POST', webkit: 'OPTIONS POST'
  })
})

t.test('an upload listener stands for the method in the standard, in no engine', async (t) => {
  for (const profile of all) {
    const put = { from: P, url: A, api: 'xhr', method: 'PUT', body: 'x', upload: true } as const
    const seen = await simulate(answering([allow.any], [allow.any]).target, put, { profile })
    t.equal(seen.reason?.code, profile === 'spec' ? undefined : 'METHOD_NOT_ALLOWED', profile)
  }
})
