import t from 'tap'
import { simulate } from '../../lib/browser/index.ts'
import { allow, answering, api, page, sent } from '../fixtures/server.ts'
import type { HeaderLines, ProfileName, SimulateRequest } from '../../lib/browser/index.ts'

const put: SimulateRequest = { from: page, url: `${api}/a?b`, method: 'PUT' }
const granted = [allow.any, allow.methods('PUT')]

t.test('the preflight carries what it asks for, and no credentials', async (t) => {
  const server = answering([allow.page, allow.credentials], [allow.page, allow.credentials, allow.methods('PUT'), allow.headers('x-b, X-A')])
  const seen = await simulate(server.target, { ...put, headers: { 'X-B': '1', 'x-a': '2', accept: 'x' }, credentials: 'include' })
  t.equal(seen.verdict, 'readable')
  t.same(server.received[0], {
    method: 'OPTIONS',
    url: `${api}/a?b`,
    headers: [
      ['host', 'api.example.com'], ['accept', '*/*'], ['access-control-request-method', 'PUT'],
      ['access-control-request-headers', 'x-a,x-b'], ['origin', page],
      ['sec-fetch-dest', 'empty'], ['sec-fetch-mode', 'cors'], ['sec-fetch-site', 'same-site']
    ],
    body: undefined
  })
  t.match(seen.trace, [{ preflight: true, credentials: false }, { preflight: false, credentials: true }])
})

t.test('any ok status will do, nothing else', async (t) => {
  for (const status of [200, 201, 203, 204, 205, 206, 226, 299]) {
    t.equal((await simulate(answering([allow.any], { status, headers: granted }).target, put)).verdict, 'readable', `${status}`)
  }
  for (const status of [300, 304, 400, 401, 403, 404, 405, 500, 503]) {
    const { reason } = await simulate(answering([allow.any], { status, headers: granted }).target, put)
    t.equal(reason?.code, 'PREFLIGHT_STATUS')
    t.match(reason?.message, `was answered with status ${status}`)
  }
  for (const status of [301, 302, 303, 307, 308]) {
    const headers = [...granted, ['location', '/b'] as const]
    const { reason } = await simulate(answering([allow.any], { status, headers }).target, put)
    t.equal(reason?.code, 'PREFLIGHT_REDIRECT')
    t.match(reason?.message, `was answered with the redirect ${status} to /b`)
  }
})

t.test('the check of the answer comes before its status, but not in WebKit', async (t) => {
  const codes: Record<string, string | undefined> = {}
  for (const profile of ['spec', 'chromium', 'firefox', 'webkit'] as const) {
    codes[profile] = (await simulate(answering([], { status: 403 }).target, put, { profile })).reason?.code
  }
  t.same(codes, {
    spec: 'PREFLIGHT_ACAO_MISSING', chromium: 'PREFLIGHT_ACAO_MISSING', firefox: 'PREFLIGHT_ACAO_MISSING', webkit: 'PREFLIGHT_STATUS'
  })
})

t.test('what the answer grants', async (t) => {
  const json = { 'content-type': 'application/json' }
  const cases: Array<[pre: HeaderLines, init: Partial<SimulateRequest>, code: string | undefined, detail?: object]> = [
    [[allow.any], { method: 'GET', headers: {} }, undefined],
    [[allow.any], {}, 'METHOD_NOT_ALLOWED', { method: 'PUT' }],
    [[allow.any, allow.methods('')], {}, 'METHOD_NOT_ALLOWED', { method: 'PUT', value: '' }],
    [[allow.any, allow.methods('put')], {}, 'METHOD_NOT_ALLOWED', { method: 'PUT', value: 'put' }],
    [[allow.any, allow.methods('PATCH')], { method: 'patch' }, 'METHOD_NOT_ALLOWED', { method: 'patch' }],
    [[allow.any, ['Allow', 'PUT']], {}, 'METHOD_NOT_ALLOWED'],
    [[allow.any, allow.methods('GET'), allow.methods('PUT')], {}, undefined],
    [[allow.any, allow.methods('*')], {}, undefined],
    [[allow.page, allow.credentials, allow.methods('*')], { credentials: 'include' }, 'METHOD_NOT_ALLOWED', { value: '*' }],
    [[allow.any, allow.methods('PUT, b@d')], {}, 'ALLOW_METHODS_INVALID', { value: 'PUT, b@d' }],
    [[allow.any, allow.methods('PUT'), allow.headers('x a')], {}, 'ALLOW_HEADERS_INVALID', { value: 'x a' }],
    [[allow.any, allow.methods('PUT')], { method: 'POST', headers: json, body: '{}' }, 'HEADER_NOT_ALLOWED', { header: 'content-type' }],
    [[allow.any, allow.headers('Content-Type')], { method: 'POST', headers: json, body: '{}' }, undefined],
    [[allow.any, allow.headers('*')], { method: 'POST', headers: json, body: '{}' }, undefined],
    [[allow.page, allow.credentials, allow.headers('*')], { method: 'GET', headers: { 'x-a': '1' }, credentials: 'include' },
      'HEADER_NOT_ALLOWED', { header: 'x-a', value: '*' }],
    [[allow.any, allow.headers('x-a')], { method: 'GET', headers: { 'x-a': '1', 'x-b': '1' } }, 'HEADER_NOT_ALLOWED', { header: 'x-b' }],
    [[allow.page, allow.methods('PUT')], { credentials: 'include' }, 'PREFLIGHT_ACAC_NOT_TRUE', { origin: page }],
    [[allow.any, allow.methods('PUT')], { credentials: 'include' }, 'PREFLIGHT_ACAO_WILDCARD_WITH_CREDENTIALS'],
    [[allow.any, allow.any, allow.methods('PUT')], {}, 'PREFLIGHT_ACAO_MULTIPLE', { value: '*, *' }],
    [[['access-control-allow-origin', ''], allow.methods('PUT')], {}, 'PREFLIGHT_ACAO_INVALID'],
    [[['access-control-allow-origin', 'https://b.example'], allow.methods('PUT')], {}, 'PREFLIGHT_ACAO_MISMATCH']
  ]
  for (const [pre, init, code, detail = {}] of cases) {
    const server = answering([allow.page, allow.credentials], pre)
    const { verdict, reason } = await simulate(server.target, { ...put, ...init })
    t.equal(reason?.code, code)
    t.equal(verdict, code === undefined ? 'readable' : 'blocked')
    t.match(reason ?? {}, detail)
  }
})

t.test('the wildcard covers Authorization in browsers, not in the standard', async (t) => {
  const withToken: SimulateRequest = { from: page, url: api, headers: { authorization: 'x', accept: 'a:b' } }
  const run = async (profile: ProfileName, headers: string): Promise<Array<string | undefined>> => {
    const { reason, notes } = await simulate(answering([allow.any], [allow.any, allow.headers(headers)]).target, withToken, { profile })
    return [reason?.code, notes[0]]
  }
  t.same(await run('spec', '*'), ['AUTHORIZATION_NEEDS_EXPLICIT', undefined])
  t.same(await run('spec', 'x-a'), ['AUTHORIZATION_NEEDS_EXPLICIT', undefined])
  t.same(await run('spec', '*, Authorization'), [undefined, undefined])
  for (const profile of ['chromium', 'firefox', 'webkit'] as const) {
    t.match(await run(profile, '*'), [undefined, /does not let '\*'/])
    t.same(await run(profile, '*, authorization'), [undefined, undefined])
    t.same(await run(profile, 'accept'), ['HEADER_NOT_ALLOWED', undefined])
  }
})

t.test('no preflight in mode no-cors, on the own origin, or for what is safelisted', async (t) => {
  const cases: Array<Partial<SimulateRequest>> = [
    { mode: 'no-cors', method: 'POST' }, { from: api }, { method: 'POST', body: 'x', headers: { 'content-type': 'text/plain' } },
    { method: 'HEAD', headers: { range: 'bytes=0-1' } }
  ]
  for (const init of cases) {
    const server = answering([allow.any])
    await simulate(server.target, { ...put, ...init })
    t.equal(server.received.length, 1)
    t.equal(sent(server.received[0], 'access-control-request-method'), undefined)
  }
})
