import t from 'tap'
import { simulate } from '../../lib/browser/index.ts'
import { allow, answering, api, page } from '../fixtures/server.ts'
import type { HeaderLines, SimulateRequest } from '../../lib/browser/index.ts'

const lines: HeaderLines = [
  ['Content-Type', 'text/plain'], ['Content-Length', '2'], ['Cache-Control', 'no-store'], ['Content-Language', 'en'], ['Expires', '0'],
  ['Last-Modified', 'x'], ['Pragma', 'no-cache'], ['X-One', '1'], ['x-one', ' 2 '], ['ETag', '"e"'], ['Set-Cookie', 'a=1'],
  ['Set-Cookie2', 'a=1'], ['*', 'star']
]
const safelist = ['cache-control', 'content-language', 'content-length', 'content-type', 'expires', 'last-modified', 'pragma']

async function visible (expose: string[], init: Partial<SimulateRequest> = {}): Promise<string[]> {
  const server = answering([allow.page, allow.credentials, ...expose.map(allow.expose), ...lines])
  const { headers, hiddenHeaders } = await simulate(server.target, { from: page, url: api, ...init })
  const names = Object.keys(headers)
  t.notOk(names.some((name) => hiddenHeaders.includes(name)))
  t.equal(names.length + hiddenHeaders.length, expose.length === 0 ? 14 : 15)
  return names
}

t.test('headers that a page of another origin sees', async (t) => {
  const cors = ['access-control-allow-credentials', 'access-control-allow-origin', 'access-control-expose-headers']
  const sorted = (...names: string[]): string[] => [...safelist, ...names].sort()
  t.same(await visible([]), safelist)
  t.same(await visible(['X-ONE']), sorted('x-one'))
  t.same(await visible(['x-one', 'etag, Set-Cookie']), sorted('x-one', 'etag'))
  t.same(await visible([',x-one,,']), sorted('x-one'))
  t.same(await visible(['X-One, b@d']), safelist)
  t.same(await visible(['X-One ETag']), safelist)
  t.same(await visible(['x-nope, *']), sorted('*', 'etag', 'x-one', ...cors))
  t.same(await visible(['x-one, *'], { credentials: 'include' }), sorted('*', 'x-one'))
})

t.test('several lines of one name are joined', async (t) => {
  const server = answering([allow.any, allow.expose('x-one'), ...lines])
  const { headers } = await simulate(server.target, { from: page, url: api })
  t.equal(headers['x-one'], '1, 2')
})

t.test('the own origin sees all but Set-Cookie, an opaque response shows nothing', async (t) => {
  const own = await simulate(answering(lines).target, { from: api, url: api })
  t.same(own.hiddenHeaders, ['set-cookie', 'set-cookie2'])
  t.equal(own.type, 'basic')
  const opaque = await simulate(answering(lines).target, { from: page, url: api, mode: 'no-cors' })
  t.match(opaque, { verdict: 'opaque', type: 'opaque', status: 0, url: '', headers: {} })
  t.equal(opaque.hiddenHeaders.length, 12)
  await t.rejects(opaque.text(), { name: 'TypeError' })
})

t.test('a redirect that is not followed shows its URL, and nothing else', async (t) => {
  const redirect = answering({ status: 302, headers: [allow.any, ['Location', '/b']] })
  const seen = await simulate(redirect.target, { from: page, url: `${api}/a#b`, redirect: 'manual' })
  t.match(seen, { verdict: 'opaque-redirect', type: 'opaqueredirect', status: 0, url: `${api}/a`, redirected: false, headers: {} })
})

t.test('a HEAD has no body, whatever the server says', async (t) => {
  const seen = await simulate(answering({ headers: [allow.any], body: 'x' }).target, {
    from: page, url: api, method: 'HEAD', integrity: 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='
  })
  t.equal(await seen.text(), '')
})

t.test('status does not matter to the actual response', async (t) => {
  for (const status of [200, 204, 206, 304, 401, 403, 404, 500, 599]) {
    const seen = await simulate(answering({ status, headers: [allow.any] }).target, { from: page, url: api })
    t.match(seen, { verdict: 'readable', status })
  }
})

t.test('bodies of every kind', async (t) => {
  async function * chunks (): AsyncGenerator<Uint8Array> {
    yield Buffer.from('h\xc3', 'latin1')
    yield Buffer.from('\xa4', 'latin1')
  }
  for (const body of ['hä', Buffer.from('hä'), chunks()]) {
    const seen = await simulate(answering({ headers: [allow.any], body }).target, { from: page, url: api })
    t.equal(await seen.text(), 'hä')
    t.equal(await seen.text(), 'hä')
  }
  const empty = await simulate(answering([allow.any]).target, { from: page, url: api })
  t.equal(await empty.text(), '')
})

t.test('the message of a refusal tells nothing, as in a browser', async (t) => {
  const messages: Record<string, string | undefined> = {}
  for (const profile of ['chromium', 'firefox', 'webkit'] as const) {
    const { error } = await simulate(answering([]).target, { from: page, url: api }, { profile })
    t.equal(error?.name, 'TypeError')
    messages[profile] = error?.message
  }
  t.same(messages, {
    chromium: 'Failed to fetch', firefox: 'NetworkError when attempting to fetch resource.', webkit: 'Load failed'
  })
})

t.test('a password prompt is noted where browsers open one', async (t) => {
  const server = answering({ status: 401, headers: [allow.page, allow.credentials, ['WWW-Authenticate', 'Basic']] })
  for (const [profile, credentials, notes] of [
    ['chromium', 'include', 1], ['firefox', 'include', 1], ['webkit', 'include', 0], ['spec', 'include', 0], ['chromium', 'omit', 0]
  ] as const) {
    const seen = await simulate(server.target, { from: page, url: api, credentials }, { profile })
    t.match(seen, { verdict: 'readable', status: 401 })
    t.equal(seen.notes.length, notes)
  }
  const plain = answering({ status: 401, headers: [allow.page, allow.credentials] })
  t.same((await simulate(plain.target, { from: page, url: api, credentials: 'include' }, { profile: 'chromium' })).notes, [])
})
