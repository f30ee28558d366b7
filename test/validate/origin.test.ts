import { test } from 'tap'
import { policyOf, problemsOf } from '../fixtures/boot.ts'

const NO_PATTERN = "is not a pattern: a '*' can be the whole first label, as in 'https://*.example.com', a part of one label, " +
  "as in 'https://pr-*.example.com', or the port, as in 'http://localhost:*'"
const EXAMPLE = "write an origin such as 'https://app.example.com'"

const refused: Array<[origin: string, code: string, message: string]> = [
  ['null', 'null-origin', "'null' is sent by every sandboxed page, so that allowing it allows anyone; write '*' to serve such pages without credentials, or allow it in a function"],
  ['file:///index.html', 'file-origin', "'file:///index.html' is never sent: browsers send 'null' for local files; serve the page over HTTP, or write 'file://' for old Android WebViews and Electron, which send that"],
  ['app.example.com', 'missing-scheme', "'app.example.com' lacks a scheme; write 'https://app.example.com'"],
  ['//App.example.com/', 'missing-scheme', "'//App.example.com/' lacks a scheme; write 'https://app.example.com'"],
  ['*.example.com', 'missing-scheme', "'*.example.com' lacks a scheme; write 'https://*.example.com'"],
  ['localhost:3000', 'missing-scheme', "'localhost:3000' lacks a scheme; write 'http://localhost:3000'"],
  ['', 'missing-scheme', `'' lacks a scheme; ${EXAMPLE}`],
  ['*/path', 'missing-scheme', `'*/path' lacks a scheme; ${EXAMPLE}`],
  ['https://Example.com/', 'not-an-origin', "'https://Example.com/' is not an origin a browser sends; write 'https://example.com'"],
  ['https:example.com', 'not-an-origin', "'https:example.com' is not an origin a browser sends; write 'https://example.com'"],
  ['https://example.com:443', 'not-an-origin', "'https://example.com:443' is not an origin a browser sends; write 'https://example.com'"],
  ['https://bücher.example', 'not-an-origin', "'https://bücher.example' is not an origin a browser sends; write 'https://xn--bcher-kva.example'"],
  ['http://[0:0::1]', 'not-an-origin', "'http://[0:0::1]' is not an origin a browser sends; write 'http://[::1]'"],
  ['http://127.1', 'not-an-origin', "'http://127.1' is not an origin a browser sends; write 'http://127.0.0.1'"],
  ['wss://example.com', 'not-an-origin', "'wss://example.com' is not an origin a browser sends; write 'https://example.com'"],
  ['htps://example.com', 'not-an-origin', "'htps://example.com' is not an origin a browser sends; write 'https://example.com'"],
  ['chrome-extension://Abc/', 'not-an-origin', "'chrome-extension://Abc/' is not an origin a browser sends; write 'chrome-extension://abc'"],
  ['https://a b.example', 'not-an-origin', `'https://a b.example' is not an origin a browser sends; ${EXAMPLE}`],
  ['https://a..example', 'not-an-origin', `'https://a..example' is not an origin a browser sends; ${EXAMPLE}`],
  ['https://.', 'not-an-origin', `'https://.' is not an origin a browser sends; ${EXAMPLE}`],
  ['://example.com', 'not-an-origin', `'://example.com' is not an origin a browser sends; ${EXAMPLE}`],
  ['app://x:99999', 'not-an-origin', `'app://x:99999' is not an origin a browser sends; ${EXAMPLE}`],
  ['https://*', 'invalid-pattern', `'https://*' ${NO_PATTERN}; write /^https:\\/\\/[^:]+$/`],
  ['http://*:3000', 'invalid-pattern', `'http://*:3000' ${NO_PATTERN}; write /^http:\\/\\/[^:]+:3000$/`],
  ['app://*:*', 'invalid-pattern', `'app://*:*' ${NO_PATTERN}; write /^app:\\/\\/[^:]+(?::[0-9]+)?$/`],
  ['https://a.*.example.com', 'invalid-pattern', `'https://a.*.example.com' ${NO_PATTERN}; write /^https:\\/\\/a\\.[a-z0-9-]+\\.example\\.com$/`],
  ['https://*.pr-*.example.com', 'invalid-pattern', `'https://*.pr-*.example.com' ${NO_PATTERN}; write /^https:\\/\\/(?:[a-z0-9-]+\\.)+pr-[a-z0-9-]+\\.example\\.com$/`],
  ['https://*-a-*.example.com', 'invalid-pattern', `'https://*-a-*.example.com' ${NO_PATTERN}; write /^https:\\/\\/[a-z0-9-]+-a-[a-z0-9-]+\\.example\\.com$/`],
  ['http://192.168.1.*', 'invalid-pattern', `'http://192.168.1.*' ${NO_PATTERN}; write /^http:\\/\\/192\\.168\\.1\\.[a-z0-9-]+$/`],
  ['https://u@pr-*.example.com', 'invalid-pattern', `'https://u@pr-*.example.com' ${NO_PATTERN}`],
  ['https://bü*.example.com', 'invalid-pattern', `'https://bü*.example.com' ${NO_PATTERN}`],
  ['https://pr-*..com', 'invalid-pattern', `'https://pr-*..com' ${NO_PATTERN}`],
  ['https://pr-*.example.com.', 'invalid-pattern', `'https://pr-*.example.com.' ${NO_PATTERN}; write /^https:\\/\\/pr-[a-z0-9-]+\\.example\\.com\\.$/`],
  ['app://*.a*', 'invalid-pattern', `'app://*.a*' ${NO_PATTERN}; write /^app:\\/\\/(?:[a-z0-9-]+\\.)+a[a-z0-9-]+$/`],
  ['blob:*', 'invalid-pattern', `'blob:*' ${NO_PATTERN}`],
  ['htps://a*.example.com', 'invalid-pattern', "'htps://a*.example.com' matches no origin a browser sends; write 'https://a*.example.com'"],
  ['https://PR-*.Example.com:443/', 'invalid-pattern', "'https://PR-*.Example.com:443/' matches no origin a browser sends; write 'https://pr-*.example.com'"],
  ['pr-*.example.com', 'missing-scheme', "'pr-*.example.com' lacks a scheme; write 'https://pr-*.example.com'"],
  ['https://a.example, https://B.example/', 'not-an-origin', "'https://a.example, https://B.example/' is a list in one text; write ['https://a.example', 'https://b.example']"],
  ['["https://a.example"]', 'not-an-origin', "'[\"https://a.example\"]' is a list in one text; write ['https://a.example']"],
  ['"https://a.example"', 'not-an-origin', "'\"https://a.example\"' has quotes in it; write 'https://a.example'"],
  ['"http://[::1]"', 'not-an-origin', "'\"http://[::1]\"' has quotes in it; write 'http://[::1]'"],
  ['*://example.com', 'invalid-pattern', `'*://example.com' ${NO_PATTERN}; write /^https?:\\/\\/example\\.com$/`],
  ['https:*.example.com', 'invalid-pattern', "'https:*.example.com' matches no origin a browser sends; write 'https://*.example.com'"],
  ['https://*.127.0.0.1', 'invalid-pattern', `'https://*.127.0.0.1' ${NO_PATTERN}`],
  ['https://*.example.com.', 'invalid-pattern', `'https://*.example.com.' ${NO_PATTERN}; write /^https:\\/\\/(?:[a-z0-9-]+\\.)+example\\.com\\.$/`],
  ['https://*.Example.com:443', 'invalid-pattern', "'https://*.Example.com:443' matches no origin a browser sends; write 'https://*.example.com'"],
  ['https://*.example.com:8443/', 'invalid-pattern', "'https://*.example.com:8443/' matches no origin a browser sends; write 'https://*.example.com:8443'"],
  ['https://Example.com:*', 'invalid-pattern', "'https://Example.com:*' matches no origin a browser sends; write 'https://example.com:*'"],
  ['https://example.com/*', 'invalid-pattern', "'https://example.com/*' matches no origin a browser sends; write 'https://example.com'"],
  ['https://example.com:443/*', 'invalid-pattern', "'https://example.com:443/*' matches no origin a browser sends; write 'https://example.com'"],
  // What only looks like something else.
  ['nullable.example', 'missing-scheme', "'nullable.example' lacks a scheme; write 'https://nullable.example'"],
  ['xtrue', 'missing-scheme', "'xtrue' lacks a scheme; write 'https://xtrue'"],
  [' TRUE ', 'missing-scheme', "' TRUE ' is a text; write true"],
  ['myhttps:8080', 'missing-scheme', "'myhttps:8080' lacks a scheme; write 'https://myhttps:8080'"],
  ['mylocalhost.example', 'missing-scheme', "'mylocalhost.example' lacks a scheme; write 'https://mylocalhost.example'"],
  [' a.example', 'missing-scheme', "' a.example' lacks a scheme; write 'https://a.example'"],
  ['1http://a.example', 'not-an-origin', `'1http://a.example' is not an origin a browser sends; ${EXAMPLE}`],
  ['1https://a.*.b.example', 'invalid-pattern', `'1https://a.*.b.example' ${NO_PATTERN}`],
  ['a["https://a.example"]', 'not-an-origin', `'a["https://a.example"]' is not an origin a browser sends; ${EXAMPLE}`],
  ['http:a.example https://b.example', 'not-an-origin', `'http:a.example https://b.example' is not an origin a browser sends; ${EXAMPLE}`],
  // Each scheme, with and without its slashes.
  ['http:a.example', 'not-an-origin', "'http:a.example' is not an origin a browser sends; write 'http://a.example'"],
  ['ws:a.example', 'not-an-origin', "'ws:a.example' is not an origin a browser sends; write 'http://a.example'"],
  ['wss:/a.example', 'not-an-origin', "'wss:/a.example' is not an origin a browser sends; write 'https://a.example'"],
  [' https:a.example', 'not-an-origin', "' https:a.example' is not an origin a browser sends; write 'https://a.example'"],
  ['blob:https://a.example/1', 'not-an-origin', "'blob:https://a.example/1' is not an origin a browser sends; write 'https://a.example'"],
  ['htp://a.example', 'not-an-origin', "'htp://a.example' is not an origin a browser sends; write 'http://a.example'"],
  ['http:*.a.example', 'invalid-pattern', "'http:*.a.example' matches no origin a browser sends; write 'http://*.a.example'"],
  ['ws:*.a.example', 'invalid-pattern', "'ws:*.a.example' matches no origin a browser sends; write 'http://*.a.example'"],
  ['wss:*.a.example', 'invalid-pattern', "'wss:*.a.example' matches no origin a browser sends; write 'https://*.a.example'"],
  ['https://pr-*.example.com:*/', 'invalid-pattern', "'https://pr-*.example.com:*/' matches no origin a browser sends; write 'https://pr-*.example.com:*'"],
  // Lists in one text, with what stands around them.
  [' ["https://a.example"] ', 'not-an-origin', "' [\"https://a.example\"] ' is a list in one text; write ['https://a.example']"],
  ['"[https://a.example]"', 'not-an-origin', "'\"[https://a.example]\"' is a list in one text; write ['https://a.example']"],
  ['["https://a.example"', 'not-an-origin', "'[\"https://a.example\"' is a list in one text; write ['https://a.example']"],
  ['["http://[::1]:3000", "https://b.example"]', 'not-an-origin', "'[\"http://[::1]:3000\", \"https://b.example\"]' is a list in one text; write ['http://[::1]:3000', 'https://b.example']"],
  // RegExps for stars that no pattern has.
  [' https://a.*.b.example/path ', 'invalid-pattern', `' https://a.*.b.example/path ' ${NO_PATTERN}; write /^https:\\/\\/a\\.[a-z0-9-]+\\.b\\.example$/`],
  ['web+app://a.*.b', 'invalid-pattern', `'web+app://a.*.b' ${NO_PATTERN}; write /^web\\+app:\\/\\/a\\.[a-z0-9-]+\\.b$/`],
  ['https://a.*.b:*', 'invalid-pattern', `'https://a.*.b:*' ${NO_PATTERN}; write /^https:\\/\\/a\\.[a-z0-9-]+\\.b(?::[0-9]+)?$/`],
  ['http://a.*.b:443', 'invalid-pattern', `'http://a.*.b:443' ${NO_PATTERN}; write /^http:\\/\\/a\\.[a-z0-9-]+\\.b:443$/`],
  ['https://a.*.b:443', 'invalid-pattern', `'https://a.*.b:443' ${NO_PATTERN}`],
  ['http://a.*.b:80', 'invalid-pattern', `'http://a.*.b:80' ${NO_PATTERN}`]
]

for (const [origin, code, message] of refused) {
  test(`origin '${origin}' is refused as ${code}`, async t => {
    t.strictSame(problemsOf({ origin }), [[code, '/origin', message]])
  })
}

test('a list in one text is written out in a list as its items, and not beyond fifty', async t => {
  t.strictSame(problemsOf({ origin: ['https://a.example,https://b.example'] }), [[
    'not-an-origin', '/origin/0', "'https://a.example,https://b.example' is a list in one text; write 'https://a.example', 'https://b.example'"
  ]])
  t.match(problemsOf({ origin: 'https://a.example,'.repeat(51) }), [['not-an-origin', '/origin', /… is not an origin a browser sends; write an origin/]])
})

test('a problem of a list names the item', async t => {
  t.strictSame(problemsOf({ origin: ['https://a.example', 'null', 'true'] }), [
    ['null-origin', '/origin/1', "'null' is sent by every sandboxed page, so that allowing it allows anyone; leave it out, or allow it in a function"],
    ['missing-scheme', '/origin/2', "'true' lacks a scheme; write 'https://true'"]
  ])
  t.strictSame(problemsOf({ origin: ['https://a.example', '*'] }), [[
    'invalid-pattern', '/origin/1', "'*' cannot be one of several origins; write origin: '*', without a list"
  ]])
})

test('an empty list is refused', async t => {
  t.strictSame(problemsOf({ origin: [] }), [[
    'credentials-without-origin', '/origin',
    'an empty list allows no origin at all; list the origins that may read, or write false if none may'
  ]])
})

test('the advice for the last of many international names is that for the first', async t => {
  const origin = Array<string>(20_000).fill('https://bücher.example')
  const messages = new Set(problemsOf({ origin }).map(([, , message]) => message))
  t.strictSame([...messages], ["'https://bücher.example' is not an origin a browser sends; write 'https://xn--bcher-kva.example'"])
})

test('a list that two routes inherit is refused for both', async t => {
  const options = { global: false, origin: ['https://A.example'] }
  const message = "'https://A.example' is not an origin a browser sends; write 'https://a.example' (origin comes from the plugin's options)"
  t.strictSame(problemsOf({ maxAge: 1 }, options), [['not-an-origin', '/origin/0', message]])
  t.strictSame(problemsOf(true, options), [['not-an-origin', '/origin/0', message]])
})

test('a RegExp that is not anchored is refused', async t => {
  t.strictSame(problemsOf({ origin: [/example\.com/] }), [[
    'unanchored-regexp', '/origin/0',
    '/example\\.com/ also matches origins that merely contain what it looks for; start each alternative with ^ and end it with $'
  ]])
})

test('with credentials, too, it is refused for that alone', async t => {
  t.strictSame(problemsOf({ origin: [/example\.com/], credentials: true }).map(([code]) => code), ['unanchored-regexp'])
})

test('a RegExp with the flag m is refused', async t => {
  t.strictSame(problemsOf({ origin: /^https:\/\/a$/m }), [[
    'unanchored-regexp', '/origin',
    '/^https:\\/\\/a$/m has the flag m, with which ^ and $ do not mean the whole origin; leave the flag out'
  ]])
})

const accepted = [
  'app://.', '*', true, false, 'https://example.com', 'https://example.com.', 'http://localhost:3000', 'http://127.0.0.1',
  'http://[::1]:8080', 'https://xn--bcher-kva.example', 'chrome-extension://abcdef', 'capacitor://localhost',
  'app://[::1]', 'https://*.example.com', 'https://*.example.com:*', 'https://*.example.com:8443', 'http://[::1]:*',
  'https://pr-*.example.com', 'https://*-pr.example.com', 'https://shop-*-team.vercel.app', 'https://pr-*.example.com:8443', 'http://pr-*.localhost:*',
  'https://a.pr-*.example.com', 'moz-extension://*', 'app://*', 'file://', /^file:\/\/$/,
  /^https:\/\/a$/, [/^https:\/\/a$/, 'https://b.example'], () => true
]

for (const origin of accepted) {
  test(`origin ${String(origin)} is accepted`, async t => {
    t.ok(policyOf({ origin }))
  })
}
