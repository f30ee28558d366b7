import { test } from 'tap'
import { allows, ruleOf } from '../fixtures/rules.ts'

// What no rule but a list that holds it may allow, whoever sends it.
const hostile = [
  '', 'null', '*', 'constructor', '__proto__', 'https://', '://', 'https://a.example/', 'https://a.example, https://a.example',
  'https://A.example', 'HTTPS://a.example', 'https://a.example:443', 'http://a.example:80', 'https://a.example:', 'https://a.example:08443',
  'https://a.example:65536', 'https://a.example:123456', 'https://a.example:8a', 'https://a.example:-1', 'https://a.example:*',
  'https://u@a.example', 'https://a..example', 'https://.a.example', 'https://a\u00e9.example', 'https://a%2e.example', 'https://xn--.example',
  'https://evil.com#.a.example', 'https://evil.com/.a.example', 'https://[::1', 'https://[::01]', 'https://[::1]x', 'https://1.2.3', 'https://a.0x1',
  'file://a.example', '1app://a', 'my_app://a', 'app!://x', `https://${'a.'.repeat(8192)}a.example`, `https://${'a.'.repeat(128)}example`, 'x'.repeat(16384)
]

test("'*' is any origin, a function is asked, one exact origin is one", async t => {
  const ask = (): boolean => true
  t.strictSame(ruleOf('*'), { kind: 'any' })
  t.strictSame(ruleOf(ask), { kind: 'ask', ask })
  t.strictSame(ruleOf('https://a.example'), { kind: 'one', origin: 'https://a.example' })
  t.strictSame(ruleOf(['https://a.example', 'https://a.example']), { kind: 'one', origin: 'https://a.example' })
})

test('false allows none', async t => {
  t.notOk(allows(false)('https://a.example'))
})

test('true allows whatever a browser can send but null', async t => {
  const matches = allows(true)
  for (const origin of [
    'https://a.example', 'http://localhost:3000', 'https://a.example.', 'http://127.0.0.1', 'http://[::1]:8080', 'http://a:0', 'http://a_b-c',
    'https://xn--bcher-kva.example', 'chrome-extension://abc', 'capacitor://localhost', 'moz-extension://5d0a-1', 'app+x.y-z1://1.2.3', 'app://[::1]'
  ]) t.ok(matches(origin), origin)
  for (const origin of hostile) t.notOk(matches(origin), origin.slice(0, 40))
})

test('a list of exact origins allows those', async t => {
  const matches = allows(['https://a.example', 'http://b.example:8080'])
  t.ok(matches('https://a.example'))
  t.ok(matches('http://b.example:8080'))
  for (const origin of [...hostile, 'http://a.example', 'https://b.example:8080', 'https://x.a.example']) t.notOk(matches(origin), origin.slice(0, 40))
})

test('a leading *. is one or more labels, never the apex', async t => {
  const matches = allows('https://*.a.example')
  t.ok(matches('https://x.a.example'))
  t.ok(matches('https://x.y.a.example'))
  t.ok(matches('https://xn--bcher-kva.a.example'))
  for (const origin of [
    ...hostile, 'https://a.example', 'https://xa.example', 'http://x.a.example', 'https://x.a.example:8443', 'https://x.a.example.',
    'https://x.a.example.evil.com', 'https://*.a.example', 'https://example', 'https://x..a.example', 'https://X.a.example', 'https://x.b.example',
    'https://xn--.a.example', 'https://x.a.example:443'
  ]) t.notOk(matches(origin), origin.slice(0, 40))
})

test('a pattern with a port matches that port only', async t => {
  const matches = allows('https://*.a.example:8443')
  t.ok(matches('https://x.a.example:8443'))
  for (const origin of ['https://x.a.example', 'https://x.a.example:8444', 'https://x.a.example:08443']) t.notOk(matches(origin), origin)
})

test(':* is any port, also none', async t => {
  const matches = allows(['http://localhost:*', 'http://[::1]:*', 'https://*.a.example:*'])
  for (const origin of [
    'http://localhost', 'http://localhost:1', 'http://localhost:65535', 'http://[::1]', 'http://[::1]:3000', 'https://x.a.example', 'https://x.a.example:8443'
  ]) t.ok(matches(origin), origin)
  for (const origin of [...hostile, 'http://localhost:80', 'http://localhost:65536', 'http://x.localhost', 'http://localhost:', 'http://[::2]:1', 'https://a.example:1']) {
    t.notOk(matches(origin), origin.slice(0, 40))
  }
})

test('a pattern holds for a name and its subdomains if both are listed', async t => {
  const matches = allows(['https://*.a.example', 'https://*.b.a.example', 'https://b.a.example:*'])
  for (const origin of ['https://b.a.example', 'https://b.a.example:1', 'https://x.b.a.example', 'https://x.a.example']) t.ok(matches(origin), origin)
  t.notOk(matches('https://x.b.a.example:1'))
})

test('a * inside a label is one or more characters of it', async t => {
  const matches = allows(['https://pr-*.a.example', 'https://*-b.a.example', 'https://c-*-c.a.example:8443', 'https://x.d*.a.example', 'http://e*.localhost:*'])
  for (const origin of [
    'https://pr-1.a.example', 'https://pr-x-y_z.a.example', 'https://pr--.a.example', 'https://1-b.a.example', 'https://pr-1-b.a.example', 'https://c-1-c.a.example:8443',
    'https://x.d1.a.example', 'http://e1.localhost', 'http://e1.localhost:3000'
  ]) t.ok(matches(origin), origin)
  for (const origin of [
    ...hostile, 'https://pr-.a.example', 'https://pr-1.b.a.example', 'https://x.pr-1.a.example', 'https://pr-1.x.a.example', 'https://xpr-1.a.example', 'https://pr-*.a.exampl',
    'https://pr-1.a.example:8443', 'http://pr-1.a.example', 'https://-b.a.example', 'https://b.a.example', 'https://c-c.a.example:8443', 'https://c--c.a.example:8443',
    'https://c-1-c.a.example', 'https://d1.a.example', 'https://x.d.a.example', 'https://y.d1.a.example', 'https://pr-1.a.example.', 'https://pr-1.a.example.evil.com',
    'https://pr-1', 'https://pr-1/.a.example', 'https://pr-1#.a.example', 'https://pr-1:1.a.example', 'https://pr-A.a.example', 'https://pr-\u00e9.a.example', 'https://pr-*.a.example'
  ]) t.notOk(matches(origin), origin.slice(0, 40))
})

test('patterns with a * in the same label hold each for itself', async t => {
  const matches = allows(['https://x.ab*.example', 'https://y.a*.example', 'https://z.a*b.example', 'https://*.abc.example', 'https://w.abc.example'])
  for (const origin of ['https://x.abc.example', 'https://y.abc.example', 'https://y.ax.example', 'https://z.acb.example', 'https://v.abc.example', 'https://w.abc.example']) t.ok(matches(origin), origin)
  for (const origin of ['https://x.ab.example', 'https://x.ac.example', 'https://z.ab.example', 'https://v.abd.example', 'https://w.abd.example']) t.notOk(matches(origin), origin)
})

test('scheme://* is any host of a scheme that is none of the web\'s', async t => {
  const matches = allows(['moz-extension://*', 'app://*'])
  for (const origin of ['moz-extension://5d0a-1', 'moz-extension://a.b', 'app://.', 'app://localhost']) t.ok(matches(origin), origin)
  for (const origin of [...hostile, 'moz-extension://', 'moz-extension://a/', 'moz-extension://a:1', 'chrome-extension://a', 'https://a.example', 'moz-extension://*']) t.notOk(matches(origin), origin.slice(0, 40))
})

test('file:// is allowed where it is written out, and nowhere else', async t => {
  t.strictSame(ruleOf('file://'), { kind: 'one', origin: 'file://' })
  for (const origin of [['file://', 'https://a.example'], /^file:\/\/$/] as const) t.ok(allows(origin)('file://'))
  for (const origin of [true, /^.*$/, 'app://*', 'https://*.a.example'] as const) t.notOk(allows(origin)('file://'), String(origin))
  t.notOk(allows(/^file:.*$/)('file://a'))
})

test('a RegExp is asked about real origins only, and keeps no state', async t => {
  const matches = allows([/^.*$/, 'https://a.example', 'https://*.b.example'])
  t.ok(matches('https://anything.example'))
  t.ok(matches('https://anything.example'))
  t.ok(matches('https://a.example'))
  t.ok(matches('https://x.b.example'))
  for (const origin of hostile) t.notOk(matches(origin), origin.slice(0, 40))
  t.notOk(allows(/^https:\/\/a$/)('https://b'))
})

test('an origin of any length costs little, however many patterns there are', async t => {
  const patterns = Array.from({ length: 50_000 }, (_, i) => `https://*.n${i}.example` as const)
  const parts = Array.from({ length: 50_000 }, (_, i) => `https://n${i}-*-${i % 7}.example` as const)
  const matches = allows([...patterns, ...parts])
  t.ok(matches('https://x.n49999.example'))
  t.ok(matches(`https://n49999-x-${49_999 % 7}.example`))
  const start = process.hrtime.bigint()
  for (let i = 0; i < 10_000; i++) for (const origin of hostile) matches(origin)
  const perLook = Number(process.hrtime.bigint() - start) / (10_000 * hostile.length)
  t.ok(perLook < 20_000, `${perLook} ns a look`)
})
