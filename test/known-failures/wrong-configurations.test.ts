import Fastify from 'fastify'

import cors from '../../lib/index.ts'
import { KnownFailures, appWith, refusalOf } from '../fixtures/known-failures.ts'
import { APP, EVIL, corsOf, seen, seenPreflight } from '../fixtures/requests.ts'

const classes = KnownFailures.classes()

const denied = Object.freeze({ status: 200, headers: { vary: 'Origin' } })
const SITES = Object.freeze({ origin: ['https://example.com', 'https://*.example.com'], credentials: true })
const LOCAL = Object.freeze({ origin: ['http://localhost:*', 'http://127.0.0.1:*'], credentials: true })

/** A class whose origins are denied, however they are spelt. */
function testDenied (row: string, options: object, origins: readonly string[]): void {
  classes.test(row, async (t) => {
    const app = await appWith(t, options)
    for (const origin of origins) {
      t.strictSame(await seen(app, 'GET', '/', { origin }), denied, JSON.stringify(origin))
      const { status, headers } = await seenPreflight(app, 'PUT', '/', { origin })
      t.strictSame([status, Object.keys(headers)], [204, ['vary']], JSON.stringify(origin))
    }
  })
}

/** A class whose options are refused, each with its code. */
function testRefused (row: string, refused: ReadonlyArray<readonly [options: object, codes: readonly string[]]>): void {
  classes.test(row, async (t) => {
    for (const [options, codes] of refused) t.strictSame(await refusalOf(options), codes, Object.values(options).map(String).join())
  })
}

testRefused('any origin is reflected', [[{ origin: true, credentials: true }, ['wildcard-with-credentials']]])

classes.test('a function that allows everybody', async (t) => {
  const app = await appWith(t, { origin: () => true, credentials: true })
  t.equal((await seen(app, 'GET', '/', { origin: EVIL })).headers['access-control-allow-origin'], EVIL)
})

testDenied('the beginning decides', SITES, [
  'https://example.com.evil.example', 'https://example.community', 'https://example.com-evil.example', 'https://a.example.com.evil.example', 'https://example.com:443.evil.example'
])
testDenied('the end decides', SITES, ['https://evilexample.com', 'https://sexample.com', 'https://evil-example.com', 'https://a.evilexample.com', 'https://evil.example/.example.com'])
testDenied('a part decides', SITES, ['https://xample.com', 'https://example.co', 'https://evil.example.com.example', 'https://example', 'https://com'])
testRefused('a dot is any character', [
  [{ origin: [/^https:\/\/www.example.com$/], credentials: true }, ['broad-regexp']],
  [{ origin: [/^https:\/\/.*example\.com$/], credentials: true }, ['broad-regexp']]
])
testRefused('a RegExp without its end', [
  [{ origin: [/^https:\/\/example\.com/] }, ['unanchored-regexp']],
  [{ origin: [/example\.com$/] }, ['unanchored-regexp']],
  [{ origin: [/^https:\/\/example\.com$/m] }, ['unanchored-regexp']]
])

classes.test('`null` is trusted', async (t) => {
  t.strictSame(await refusalOf({ origin: 'null' }), ['null-origin'])
  t.strictSame(await refusalOf({ origin: [APP, 'null'] }), ['null-origin'])
  for (const origin of [SITES.origin, true, [/^.*$/]]) {
    const app = await appWith(t, { origin })
    t.strictSame(await seen(app, 'GET', '/', { origin: 'null' }), denied)
  }
})

testRefused('`http:` is trusted', [
  [{ origin: 'http://example.com', credentials: true }, ['insecure-origin']],
  [{ origin: 'http://*.example.com', credentials: true }, ['insecure-origin']],
  [{ origin: ['https://example.com', 'http://example.com:8080'], credentials: true }, ['insecure-origin']]
])
testRefused('subdomains of a public suffix', ['github.io', 'co.uk', 'com', 'vercel.app', 's3.amazonaws.com'].map((suffix) => (
  [{ origin: `https://*.${suffix}`, credentials: true }, ['public-suffix']])))
testDenied('subdomains are the domain', { origin: 'https://*.example.com', credentials: true }, ['https://example.com', 'https://.example.com'])
testDenied('special characters that browsers keep', SITES, [..."{}`^|~!*'();:=&,\"+$_-%"].flatMap((character) => [
  `https://example.com${character}.evil.example`, `https://example.com.${character}.evil.example`, `https://example.com${character}evil.example`
]).concat(['https://example.com%60.evil.example', 'https://example.com%0b.evil.example', 'https://evil.example%2f.example.com', 'https://evil.example%00.example.com']))
testDenied('localhost by its beginning', LOCAL, [
  'http://localhost.evil.example', 'http://127.0.0.1.evil.example', 'http://localhost:3000.evil.example', 'http://evil.localhost', 'http://127.1', 'http://0177.0.0.1'
])
testDenied('a user in front of the host', SITES, ['https://example.com@evil.example', 'https://example.com:x@evil.example', 'https://evil.example@example.com', 'https://example.com @evil.example'])
testDenied('header injection', SITES, ['https://example.com%0d%0aX-Evil:1', 'https://example.com\u0085x', 'https://example.com\tx', 'z; charset=UTF-7'])

classes.test('a cache is poisoned', async (t) => {
  const app = await appWith(t, SITES)
  for (const origin of [undefined, 'https://example.com', EVIL]) {
    t.equal((await seen(app, 'GET', '/', origin === undefined ? {} : { origin })).headers['vary'], 'Origin', String(origin))
  }
})

testRefused("`'*'` beside other origins", [[{ origin: ['*', 'https://example.com'] }, ['invalid-pattern']]])
testRefused('an origin with a path', [
  [{ origin: 'https://example.com/' }, ['not-an-origin']],
  [{ origin: 'https://example.com/a?b#c' }, ['not-an-origin']],
  [{ origin: 'example.com' }, ['missing-scheme']]
])
testRefused("a browser's origin is written otherwise", ['https://EXAMPLE.com:443', 'https://example.com:443', 'HTTPS://example.com', 'https://bücher.example'].map((origin) => (
  [{ origin }, ['not-an-origin']])))
testRefused('forbidden methods and headers', [
  [{ methods: ['TRACE'] }, ['forbidden-method']],
  [{ methods: ['patch'] }, ['method-case']],
  [{ allowedHeaders: ['Host'] }, ['forbidden-request-header']],
  [{ exposedHeaders: ['Set-Cookie'] }, ['forbidden-response-header']]
])
testRefused('an age that browsers cut', [[{ maxAge: 99_999_999 }, ['max-age-range']], [{ maxAge: -1 }, ['max-age-range']]])
testRefused('a status that is no success', [[{ optionsSuccessStatus: 404 }, ['status-range']], [{ optionsSuccessStatus: 301 }, ['status-range']]])

classes.test('CORS taken for protection against forged requests', async (t) => {
  const app = Fastify()
  t.teardown(async () => { await app.close() })
  await app.register(cors, { origin: APP, credentials: true, enforce: true })
  app.addContentTypeParser('application/x-www-form-urlencoded', (request, payload, done) => { done(null) })
  let calls = 0
  app.post('/', async () => { calls++; return 'ok' })
  for (const headers of [{ origin: EVIL }, { origin: 'null' }, { 'sec-fetch-site': 'cross-site' }]) {
    const response = await app.inject({
      method: 'POST', url: '/', headers: { host: 'api.example.com', 'content-type': 'application/x-www-form-urlencoded', ...headers }, payload: 'a=b'
    })
    t.strictSame(corsOf(response), {
      status: 403, headers: { 'access-control-allow-credentials': 'true', 'access-control-allow-origin': APP, vary: 'Origin' }
    })
  }
  t.equal(calls, 0)
})

classes.end()
