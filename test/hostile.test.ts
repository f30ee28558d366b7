import { connect, type AddressInfo } from 'node:net'

import Fastify from 'fastify'
import t from 'tap'

import cors from '../lib/index.ts'
import { APP } from './fixtures/requests.ts'

const KIB16 = 16 * 1024
const METHOD = 'Access-Control-Request-Method'
const HEADERS = 'Access-Control-Request-Headers'

interface RawAnswer {
  readonly status: number
  /** Every `access-control-*` and `vary` line, as it came. */
  readonly lines: string[]
}

/** Sends bytes as they are, in Latin-1, and reads the head of the answer. */
async function sendRaw (port: number, method: string, url: string, lines: readonly string[], host = 'api.example.com'): Promise<RawAnswer> {
  const socket = connect(port, '127.0.0.1')
  socket.setEncoding('latin1')
  socket.setTimeout(10_000, () => { socket.destroy(new Error('no answer within 10 s')) })
  socket.end([`${method} ${url} HTTP/1.1`, `Host: ${host}`, 'Connection: close', ...lines, '', ''].join('\r\n'), 'latin1')
  let text = ''
  for await (const chunk of socket) text += chunk as string
  const [head = ''] = text.split('\r\n\r\n')
  const [first = '', ...others] = head.split('\r\n')
  return {
    status: Number(first.split(' ')[1]),
    lines: others.filter((line) => /^(?:access-control-|vary:)/i.test(line)).map((line) => line.toLowerCase()).sort()
  }
}

const app = Fastify({ http: { maxHeaderSize: 128 * 1024 } })
let port = 0

t.before(async () => {
  await app.register(cors, {
    origin: [APP, 'https://*.example.org', 'http://localhost:*', /^https:\/\/[a-z]+\.example\.net$/],
    credentials: true,
    exposedHeaders: 'x-a',
    maxAge: 5
  })
  app.get('/', async () => 'ok')
  app.get('/function', { config: { cors: { origin: async (origin) => origin === APP } } }, async () => 'ok')
  app.get('/enforced', { config: { cors: { enforce: true } } }, async () => 'ok')
  app.get('/reflect', { config: { cors: { origin: true, credentials: false } } }, async () => 'ok')
  await app.listen({ host: '127.0.0.1', port: 0 })
  port = (app.server.address() as AddressInfo).port
})

t.teardown(async () => { await app.close() })

/** None of these is an origin that a browser sends. */
const notOrigins: readonly string[] = [
  '', ' ', ',', ', ,', '*', 'null', 'NULL', 'undefined', 'true', '[object Object]', '0',
  'constructor', '__proto__', 'toString', 'hasOwnProperty', 'prototype',
  `${APP}/`, `${APP}.`, `${APP}:443`, `${APP}:0443`, `${APP}#`, `${APP}?`, `${APP}\\`, `${APP}/..`, `${APP} `.repeat(2),
  `${APP}, ${APP}`, `${APP},${APP}`, `${APP};`, `"${APP}"`, `<${APP}>`, APP.toUpperCase(), APP.replace('https', 'HTTPS'),
  APP.replace('https', 'http'), APP.slice(8), `//${APP.slice(8)}`, `https:/${APP.slice(8)}`, `user@${APP.slice(8)}`,
  `https://user@${APP.slice(8)}`, `https://user:pass@${APP.slice(8)}`,
  'https://example.org', 'https://.example.org', 'https://a..example.org', 'https://a.example.org.', 'https://a.example.org.evil.example',
  'https://evil.example#.example.org', 'https://evil.example/.example.org', 'https://evil.example?.example.org',
  'https://evil.example\\.example.org', 'https://evil.example%2f.example.org', 'https://a.EXAMPLE.org', 'https://*.example.org',
  'https://\u00e9.example.org', 'https://a\u00ff.example.org', '\u00e9\u00e8', 'https://a.example.org:0', 'https://a.example.org:65536',
  'http://localhost:*', 'http://localhost:', 'http://localhost:080', 'http://localhost:99999', 'http://localhost:1e3', 'http://localhost.',
  'file://', 'data:text/html,x', 'javascript:alert(1)', 'blob:https://app.example.com',
  `https://${'a'.repeat(KIB16)}.example.org`, `https://${'a.'.repeat(KIB16 / 2)}example.org`, 'x'.repeat(KIB16), ','.repeat(KIB16),
  `${APP}${' '.repeat(KIB16)}x`, '%'.repeat(KIB16), 'https://'.repeat(2048)
]

t.test('no origin that is none is allowed, and none makes an answer fail', async (t) => {
  t.ok(notOrigins.length >= 40)
  for (const origin of notOrigins) {
    const name = JSON.stringify(origin).slice(0, 60)
    const line = `Origin: ${origin}`
    t.strictSame(await sendRaw(port, 'GET', '/', [line]), { status: 200, lines: ['vary: origin'] }, name)
    t.strictSame(await sendRaw(port, 'GET', '/function', [line]), { status: 200, lines: ['vary: origin'] }, `${name} to a function`)
    t.strictSame(await sendRaw(port, 'GET', '/enforced', [line]), { status: 403, lines: ['vary: origin'] }, `${name} with enforce`)
    const preflight = await sendRaw(port, 'OPTIONS', '/', [line, `${METHOD}: GET`])
    const isPreflight = origin.trim() !== ''
    t.strictSame(preflight, {
      status: 204,
      lines: [isPreflight ? `vary: origin, ${METHOD}, ${HEADERS}`.toLowerCase() : 'vary: origin']
    }, `${name} in a preflight`)
  }
})

t.test('where any origin is reflected, what is none is not', async (t) => {
  for (const origin of notOrigins) {
    const { status, lines } = await sendRaw(port, 'GET', '/reflect', [`Origin: ${origin}`])
    t.equal(status, 200)
    const [allowed] = lines.filter((line) => line.startsWith('access-control-allow-origin'))
    if (allowed !== undefined) t.equal(new URL(origin).origin, origin, `${origin.slice(0, 60)} is an origin`)
  }
})

const OWN = 'http://api.example.com'
const strange = [
  '', ' ', ',', '*', '[', ']', '[]', '[::1', '::1', ':', ':80', ':443', ':80:80', '80', '.', '..', '@', 'user@api.example.com', 'a b', 'a,b', 'null', 'undefined',
  'constructor', '__proto__', 'https://api.example.com', 'api.example.com/', 'api.example.com:', 'api.example.com:0', 'api.example.com:080', 'api.example.com:99999',
  'api.example.com, evil.example', '\u00e9', '%00', 'x'.repeat(KIB16), ':'.repeat(KIB16), ','.repeat(KIB16)
]

t.test('with enforce no host and nothing forwarded makes an answer fail, or a foreign page pass', async (t) => {
  const trusting = Fastify({ trustProxy: true, http: { maxHeaderSize: 128 * 1024 } })
  await trusting.register(cors, { origin: APP, enforce: true })
  trusting.post('/', async () => 'ok')
  await trusting.listen({ host: '127.0.0.1', port: 0 })
  t.teardown(async () => { await trusting.close() })
  const { port } = trusting.server.address() as AddressInfo
  const refused = { status: 403, lines: [`access-control-allow-origin: ${APP}`, 'vary: origin'] }
  for (const text of strange) {
    const name = JSON.stringify(text).slice(0, 60)
    for (const origin of ['https://evil.example', 'null', OWN.replace('http', 'https')]) {
      const line = `Origin: ${origin}`
      t.strictSame(await sendRaw(port, 'POST', '/', [line], text), refused, `${name} as the host, from ${origin}`)
      t.strictSame(await sendRaw(port, 'POST', '/', [line, `X-Forwarded-Host: ${text}`, 'X-Forwarded-Proto: http']), refused, `${name} as the forwarded host, from ${origin}`)
      t.strictSame(await sendRaw(port, 'POST', '/', [line, `X-Forwarded-Proto: ${text}`]), refused, `${name} as the forwarded scheme, from ${origin}`)
    }
  }
})

t.test('with enforce only what a browser says of the site counts', async (t) => {
  const saying = ['same-origin ', 'none'].map((value) => `Sec-Fetch-Site: ${value}`)
  for (const line of saying) t.equal((await sendRaw(port, 'GET', '/enforced', ['Origin: null', line])).status, 200, line)
  const values = [
    '', 'SAME-ORIGIN', 'None', 'same-origin, cross-site', 'same-origin;', '"same-origin"', 'same origin', 'sameorigin', 'same-origins', 'null', 'true', '*', '?1',
    'cross-site', 'same-site', 'constructor', '\u00e9', 'none'.repeat(KIB16 / 4), ','.repeat(KIB16)
  ]
  for (const value of values) {
    const answer = await sendRaw(port, 'GET', '/enforced', ['Origin: null', `Sec-Fetch-Site: ${value}`])
    t.strictSame(answer, { status: 403, lines: ['vary: origin'] }, value.slice(0, 60))
  }
  const twice = await sendRaw(port, 'GET', '/enforced', ['Origin: null', ...saying])
  t.strictSame(twice, { status: 403, lines: ['vary: origin'] }, 'two lines')
})

t.test('two Origin lines are not allowed', async (t) => {
  const twice = await sendRaw(port, 'GET', '/', ['Origin: https://evil.example', `Origin: ${APP}`])
  t.strictSame(twice, { status: 200, lines: ['vary: origin'] })
})

const granted = [
  'access-control-allow-credentials: true',
  `access-control-allow-origin: ${APP}`,
  'access-control-max-age: 5',
  `vary: origin, ${METHOD}, ${HEADERS}`.toLowerCase()
]

/** Values of `Access-Control-Request-Headers`, and what of them is sent back. */
const requestedHeaders: ReadonlyArray<[value: string, reflected: string | undefined]> = [
  ['', undefined],
  [',', undefined],
  [','.repeat(KIB16), undefined],
  [' , ,\t, ', undefined],
  ['x-a', 'x-a'],
  ['x-a,x-b', 'x-a, x-b'],
  ['x-a,', 'x-a'],
  [',x-a', 'x-a'],
  ['x-a , x-b,, x-c,', 'x-a, x-b, x-c'],
  ['x-a,x b,x-c', 'x-a, x-c'],
  ['x-a: b', undefined],
  ['"x-a"', undefined],
  ['x-\u00e9, x-a', 'x-a'],
  ['__proto__,constructor', '__proto__, constructor'],
  ['*', '*'],
  ['x'.repeat(8192), 'x'.repeat(8192)],
  ['x'.repeat(8193), undefined],
  ['x-a,'.repeat(KIB16 / 4), undefined],
  ['x-a,(comment)', 'x-a'],
  ['x-a;q=1', undefined],
  ['=?utf-8?b?eA==?=', undefined]
]

t.test('of the requested headers only names come back, and not too many', async (t) => {
  t.ok(requestedHeaders.length >= 15)
  for (const [value, reflected] of requestedHeaders) {
    const answer = await sendRaw(port, 'OPTIONS', '/', [`Origin: ${APP}`, `${METHOD}: GET`, `${HEADERS}: ${value}`])
    const lines = [...granted, 'access-control-allow-methods: get, head']
    if (reflected !== undefined) lines.push(`access-control-allow-headers: ${reflected.toLowerCase()}`)
    t.strictSame(answer, { status: 204, lines: lines.sort() }, value.slice(0, 60))
  }
  const twice = await sendRaw(port, 'OPTIONS', '/', [`Origin: ${APP}`, `${METHOD}: GET`, `${HEADERS}: x-a`, `${HEADERS}: x-b`])
  t.ok(twice.lines.includes('access-control-allow-headers: x-a, x-b'), 'two lines are one list')
})

const requestedMethods = [
  'get', '*', 'GET,PUT', 'GET, PUT', 'G T', '"GET"', '__proto__', 'constructor', 'toString', 'OPTIONS', 'TRACE', 'CONNECT',
  '\u00e9', '%47ET', 'x'.repeat(KIB16), ','.repeat(KIB16), 'GET;q=1'
]

t.test('a requested method that the URL does not serve is not granted', async (t) => {
  t.ok(requestedMethods.length >= 15)
  const lines = [
    'access-control-allow-credentials: true',
    'access-control-allow-methods: get, head',
    `access-control-allow-origin: ${APP}`,
    `vary: origin, ${METHOD}`.toLowerCase()
  ]
  for (const method of requestedMethods) {
    const answer = await sendRaw(port, 'OPTIONS', '/', [`Origin: ${APP}`, `${METHOD}: ${method}`])
    t.strictSame(answer, { status: 204, lines }, method.slice(0, 60))
    const unknown = await sendRaw(port, 'OPTIONS', '/nothing', [`Origin: ${APP}`, `${METHOD}: ${method}`])
    t.equal(unknown.status, 204)
    const [allowed = ''] = unknown.lines.filter((line) => line.startsWith('access-control-allow-methods'))
    t.ok(['', 'access-control-allow-methods: options', 'access-control-allow-methods: trace', 'access-control-allow-methods: connect'].includes(allowed), allowed.slice(0, 80))
  }
})

const growing: ReadonlyArray<[name: string, (length: number) => Record<string, string>]> = [
  ['an origin of one label', (length) => ({ origin: `https://${'a'.repeat(length)}` })],
  ['an origin of many labels', (length) => ({ origin: `https://${'a.'.repeat(length / 2)}example.org` })],
  ['an origin of slashes', (length) => ({ origin: '/'.repeat(length) })],
  ['requested headers of commas', (length) => ({ origin: APP, [HEADERS]: ','.repeat(length) })],
  ['requested headers of one name', (length) => ({ origin: APP, [HEADERS]: 'x'.repeat(length) })],
  ['requested headers of spaces', (length) => ({ origin: APP, [HEADERS]: `x${' '.repeat(length)}x` })],
  ['a requested method', (length) => ({ origin: APP, [METHOD]: 'x'.repeat(length) })]
]

for (const [name, headersOf] of growing) {
  t.test(`the time that ${name} takes grows no faster than its length`, async (t) => {
    // Of the processor: what else the machine is doing does not count.
    const timeOf = async (length: number): Promise<number> => {
      const headers = { [METHOD]: 'GET', ...headersOf(length) }
      let best = Infinity
      for (let run = 0; run < 20; run++) {
        const start = process.cpuUsage()
        await app.inject({ method: 'OPTIONS', url: '/', headers })
        await app.inject({ url: '/', headers })
        const { user, system } = process.cpuUsage(start)
        best = Math.min(best, (user + system) / 1000)
      }
      return best
    }
    const short = await timeOf(64 * 1024)
    const long = await timeOf(1024 * 1024)
    // Sixteen times the length. Work of the second order would take 256 times as long.
    t.ok(long < 64 * Math.max(short, 0.25), `${short.toFixed(2)} ms for 64 KiB, ${long.toFixed(2)} ms for 1 MiB`)
  })
}
