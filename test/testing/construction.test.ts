import t from 'tap'
import { simulate } from '../../lib/browser/index.ts'
import { allow, answering, api, page, sent } from '../fixtures/server.ts'
import type { ProfileName, SimulateRequest } from '../../lib/browser/index.ts'

type Init = Partial<SimulateRequest>

const stream = (): ReadableStream => new ReadableStream({
  start (controller) {
    controller.enqueue(new TextEncoder().encode('x'))
    controller.close()
  }
})

t.test('what the API refuses throws, and nothing is sent', async (t) => {
  const cases: Array<[init: Init, code: string, error?: string, profile?: ProfileName]> = [
    [{ url: 'https://user:pass@api.example.com/' }, 'URL_HAS_CREDENTIALS'],
    [{ url: 'https://user@api.example.com/' }, 'URL_HAS_CREDENTIALS'],
    [{ url: 'https://:pass@api.example.com/' }, 'URL_HAS_CREDENTIALS'],
    [{ method: 'GE T' }, 'METHOD_INVALID'],
    [{ method: '' }, 'METHOD_INVALID'],
    [{ method: 'trace' }, 'METHOD_FORBIDDEN'],
    [{ method: 'CONNECT' }, 'METHOD_FORBIDDEN'],
    [{ method: 'TRACK', api: 'xhr' }, 'METHOD_FORBIDDEN', 'SecurityError'],
    [{ method: 'GE T', api: 'xhr' }, 'METHOD_INVALID', 'SyntaxError'],
    [{ headers: { 'x a': '1' }, api: 'xhr' }, 'HEADER_INVALID', 'SyntaxError'],
    [{ method: 'PUT', mode: 'no-cors' }, 'METHOD_NOT_ALLOWED_NO_CORS'],
    [{ headers: { '': '1' } }, 'HEADER_INVALID'],
    [{ headers: { 'x-a': 'a\nb' } }, 'HEADER_INVALID'],
    [{ headers: { 'x-a': 'a\0b' } }, 'HEADER_INVALID'],
    [{ headers: { 'x-a': '€' } }, 'HEADER_INVALID'],
    [{ body: 'x' }, 'BODY_ON_GET'],
    [{ body: '', method: 'head' }, 'BODY_ON_GET'],
    [{ body: stream(), method: 'POST' }, 'STREAM_INVALID'],
    [{ body: stream(), method: 'POST', duplex: 'half', mode: 'no-cors' }, 'STREAM_INVALID'],
    [{ body: stream(), method: 'POST', duplex: 'half' }, 'STREAM_NOT_SUPPORTED', 'NotSupportedError', 'webkit']
  ]
  for (const [init, code, error = 'TypeError', profile = 'spec'] of cases) {
    const server = answering([allow.any])
    const seen = await simulate(server.target, { from: page, url: api, ...init }, { profile })
    t.equal(seen.verdict, 'throws')
    t.equal(seen.reason?.code, code)
    t.equal(seen.error?.name, error, code)
    t.equal(seen.error?.message, seen.reason?.message)
    t.equal(seen.reason?.hop, 0)
    t.equal(seen.status, 0)
    t.equal(seen.event, undefined)
    t.same(server.received, [])
  }
})

t.test('six methods are upper-cased, others stay as they are', async (t) => {
  const cases = [['put', 'PUT'], ['Delete', 'DELETE'], ['options', 'OPTIONS'], ['post', 'POST'], ['patch', 'patch'], ['query', 'query']]
  for (const [method, expected] of cases) {
    const server = answering([allow.any], [allow.any, allow.methods('*')])
    await simulate(server.target, { from: page, url: api, method: method as string })
    t.equal(server.received.at(-1)?.method, expected)
  }
})

t.test('headers arrive once each, sorted, stripped and without the forbidden ones', async (t) => {
  const server = answering([allow.any], [allow.any, allow.headers('x-a, x-b')])
  const { notes, trace } = await simulate(server.target, {
    from: page, url: `${api}/a?b#c`, headers: [['X-B', ' 1 '], ['x-a', '2'], ['X-B', '3'], ['Cookie', 'a=1'], ['User-Agent', 'me']]
  }, { profile: 'chromium' })
  t.same(server.received[1], {
    method: 'GET',
    url: `${api}/a?b`,
    headers: [
      ['host', 'api.example.com'], ['accept', '*/*'], ['x-a', '2'], ['x-b', '1, 3'],
      ['sec-fetch-dest', 'empty'], ['sec-fetch-mode', 'cors'], ['sec-fetch-site', 'same-site'], ['origin', page]
    ],
    body: undefined
  })
  t.same(notes, [
    'the browser drops the header cookie, which scripts may not set',
    'the browser drops the header user-agent, which scripts may not set'
  ])
  t.match(trace[1], { why: 'the request itself', preflight: false, credentials: false, hop: 0, answer: { status: 200 } })
})

t.test('headers may be a record, pairs, a Map, an iterator or Headers', async (t) => {
  const all: Array<SimulateRequest['headers']> = [
    { accept: 'a/b' }, [['accept', 'a/b']], new Map([['accept', 'a/b']]), new Map([['accept', 'a/b']]).entries(), new Headers({ accept: 'a/b' })
  ]
  for (const headers of all) {
    const server = answering([allow.any])
    await simulate(server.target, { from: page, url: api, ...(headers === undefined ? {} : { headers }) })
    t.equal(sent(server.received[0], 'accept'), 'a/b')
  }
})

t.test('mode no-cors drops all headers but the safelisted, counting values of one name together', async (t) => {
  const server = answering([])
  const { verdict, notes } = await simulate(server.target, {
    from: page,
    url: api,
    mode: 'no-cors',
    headers: [['x-a', '1'], ['accept', 'a'.repeat(100)], ['Accept', 'b'.repeat(100)], ['authorization', 'x']]
  })
  t.equal(verdict, 'opaque')
  t.equal(sent(server.received[0], 'accept'), 'a'.repeat(100))
  t.equal(sent(server.received[0], 'x-a'), undefined)
  t.same(notes, ['x-a', 'accept', 'authorization'].map((name) => `mode 'no-cors' drops the header ${name}`))
})

t.test('a body brings its type, which counts for the preflight', async (t) => {
  const form = new FormData()
  form.append('a', 'b')
  const cases: Array<[body: SimulateRequest['body'], type: RegExp | undefined, preflighted: boolean, bytes: RegExp]> = [
    ['é', /^text\/plain;charset=UTF-8$/, false, /^é$/],
    [new URLSearchParams({ a: 'b' }), /^application\/x-www-form-urlencoded;charset=UTF-8$/, false, /^a=b$/],
    [form, /^multipart\/form-data; boundary=/, false, /name="a"/],
    [new Blob(['{}'], { type: 'application/json' }), /^application\/json$/, true, /^{}$/],
    [new Blob(['x']), undefined, false, /^x$/],
    [new Uint8Array([65]), undefined, false, /^A$/]
  ]
  for (const [body, type, preflighted, bytes] of cases) {
    const server = answering([allow.any], [allow.any, allow.headers('content-type')])
    await simulate(server.target, { from: page, url: api, method: 'POST', ...(body === undefined ? {} : { body }) })
    const received = server.received.at(-1)
    t.equal(server.received.length, preflighted ? 2 : 1)
    if (type === undefined) t.equal(sent(received, 'content-type'), undefined)
    else t.match(sent(received, 'content-type'), type)
    t.match(received?.body?.toString(), bytes)
  }
})

t.test('mode no-cors drops the type of a body too, unless it is safelisted', async (t) => {
  for (const [type, sentType] of [['application/json', undefined], ['text/plain', 'text/plain']] as const) {
    const server = answering([])
    const { notes } = await simulate(server.target, { from: page, url: api, method: 'POST', mode: 'no-cors', body: new Blob(['{}'], { type }) })
    t.equal(sent(server.received[0], 'content-type'), sentType)
    t.same(notes, sentType === undefined ? ["mode 'no-cors' drops the header content-type"] : [])
    const webkit = answering([])
    await simulate(webkit.target, { from: page, url: api, method: 'POST', mode: 'no-cors', body: new Blob(['{}'], { type }) }, { profile: 'webkit' })
    t.equal(sent(webkit.received[0], 'content-type'), type)
  }
})

t.test('a type that the script sets stays, and null is no body', async (t) => {
  const server = answering([allow.any])
  await simulate(server.target, { from: page, url: api, method: 'POST', body: 'x', headers: { 'content-type': 'text/plain' } })
  await simulate(server.target, { from: page, url: api, body: null })
  t.equal(sent(server.received[0], 'content-type'), 'text/plain')
  t.equal(server.received[1]?.body, undefined)
})

t.test('a stream is preflighted by the standard, and text in Firefox', async (t) => {
  const pre = [allow.any, allow.headers('*')]
  for (const [profile, requests, text] of [['spec', 2, 'x'], ['chromium', 2, 'x'], ['firefox', 1, '[object ReadableStream]']] as const) {
    const server = answering([allow.any], pre)
    const request: SimulateRequest = { from: page, url: api, method: 'POST', body: stream(), duplex: 'half' }
    const { verdict, trace } = await simulate(server.target, request, { profile })
    t.equal(verdict, 'readable')
    t.equal(server.received.length, requests)
    t.equal(server.received.at(-1)?.body?.toString(), text)
    if (requests === 2) t.equal(trace[0]?.why, 'preflight: an upload listener or a stream as body')
  }
})

t.test('XMLHttpRequest: user info is fine, a GET drops its body, withCredentials is include', async (t) => {
  const server = answering([allow.page, allow.credentials])
  const seen = await simulate(server.target, {
    from: page, url: 'https://user:pass@api.example.com/', api: 'xhr', credentials: 'include', body: 'x'
  })
  t.equal(seen.verdict, 'readable')
  t.equal(seen.event, 'load')
  t.same(seen.notes, ['XMLHttpRequest drops the body of a GET request'])
  t.equal(server.received[0]?.url, 'https://api.example.com/')
  t.equal(seen.trace[0]?.credentials, true)

  const omitted = await simulate(server.target, { from: page, url: api, api: 'xhr', credentials: 'omit' })
  t.equal(omitted.trace[0]?.credentials, false)
  const blocked = await simulate(answering([]).target, { from: page, url: api, api: 'xhr' })
  t.equal(blocked.event, 'error')
  t.equal(blocked.error, undefined)
})

t.test('an upload listener forces a preflight, which need not name the method', async (t) => {
  const server = answering([allow.any], [allow.any])
  const upload = await simulate(server.target, { from: page, url: api, api: 'xhr', method: 'POST', body: 'x', upload: true })
  t.equal(upload.verdict, 'readable')
  t.equal(upload.trace[0]?.why, 'preflight: an upload listener or a stream as body')
  t.equal(sent(server.received[0], 'access-control-request-method'), 'POST')
  t.equal(sent(server.received[0], 'access-control-request-headers'), undefined)
})
