import { test } from 'tap'
import { publicSuffixBelow } from '../../lib/validate/public-suffix.ts'
import { pluginProblems, policyOf, problemsOf } from '../fixtures/boot.ts'

const STAR = "'*' is every origin, and browsers refuse it with credentials: true; name the origins, or write credentials: false beside it"
const ORIGIN = 'https://a.example'

test("origin '*' with credentials is refused", async t => {
  t.strictSame(problemsOf({ origin: '*', credentials: true }), [['wildcard-with-credentials', '/origin', STAR]])
})

test('origin true with credentials is refused', async t => {
  t.strictSame(problemsOf({ origin: true, credentials: true }), [[
    'wildcard-with-credentials', '/origin',
    'true reflects every origin, so that with credentials: true any page acts as its user; name the origins, or write credentials: false beside it'
  ]])
})

test("'*' for headers with credentials is refused", async t => {
  t.strictSame(problemsOf({ origin: ORIGIN, credentials: true, allowedHeaders: '*', exposedHeaders: ['*'] }), [
    ['wildcard-with-credentials', '/allowedHeaders', "'*' is no wildcard to browsers with credentials: true; write true to grant what is asked, or name the headers"],
    ['wildcard-with-credentials', '/exposedHeaders', "'*' is no wildcard to browsers with credentials: true; name the headers, or leave it out"]
  ])
})

test("'*' beside other headers is refused for that alone", async t => {
  t.strictSame(problemsOf({ origin: ORIGIN, credentials: true, allowedHeaders: ['*', 'X-A'] }).map(([code]) => code), ['invalid-header-name'])
})

test('what has no option that would allow it names none', async t => {
  t.strictSame(problemsOf({ origin: /^.*$/, credentials: true }), [[
    'broad-regexp', '/origin', "/^.*$/ matches 'https://evil.example' too, which anyone can register; name the host, and escape its dots"
  ]])
})

test('pages from the disk are no users', async t => {
  t.strictSame(problemsOf({ origin: 'file://', credentials: true }), [[
    'insecure-origin', '/origin', "'file://' is every page that was opened from a disk, so that whoever gets a user to open a file can act as that user; use https, " +
      'or set dangerouslyAllowInsecureOrigins: true'
  ]])
})

test('named headers with credentials are accepted', async t => {
  t.ok(policyOf({ origin: ORIGIN, credentials: true, allowedHeaders: 'X-A', exposedHeaders: 'X-B' }))
})

test('a default that a plugin option breaks is named', async t => {
  t.strictSame(pluginProblems({ credentials: true }), [[
    'wildcard-with-credentials', '/credentials', `${STAR} (origin comes from the defaults, credentials from the plugin's options)`
  ]])
})

test('a plugin option that a route breaks is named, at the option of the route', async t => {
  t.strictSame(problemsOf({ credentials: true }, { origin: '*' }), [[
    'wildcard-with-credentials', '/credentials', `${STAR} (origin comes from the plugin's options, credentials from the route)`
  ]])
})

test('what an option of the wrong type would have meant beside others is not guessed', async t => {
  t.strictSame(problemsOf({ origin: 5, credentials: true }).map(([code, path]) => [code, path]), [['invalid-type', '/origin']])
})

test('an option of a named policy that a route breaks is named', async t => {
  t.strictSame(problemsOf({ policy: 'session', origin: '*' }, { policies: { session: { credentials: true } } }), [[
    'wildcard-with-credentials', '/origin', `${STAR} (origin comes from the route, credentials from the policy 'session')`
  ]])
})

const insecure = (origin: string): string => `'${origin}' is not encrypted, so that anyone on its network can act as its users; ` +
  `write '${origin.replace('http', 'https')}', or set dangerouslyAllowInsecureOrigins: true`

for (const origin of ['http://a.example', 'http://*.a.example', 'http://localhost.example', 'http://128.0.0.1:*']) {
  test(`${origin} with credentials is refused`, async t => {
    t.strictSame(problemsOf({ origin, credentials: true }), [['insecure-origin', '/origin', insecure(origin)]])
  })
}

for (const origin of ['http://localhost:*', 'http://*.localhost', 'http://app.localhost', 'http://127.1.2.3', 'http://[::1]:3000']) {
  test(`${origin} with credentials is loopback`, async t => {
    t.ok(policyOf({ origin, credentials: true }))
  })
}

test('dangerouslyAllowInsecureOrigins lifts the refusal', async t => {
  t.ok(policyOf({ origin: ['http://a.example'], credentials: true, dangerouslyAllowInsecureOrigins: true }))
})

test('a route that takes dangerouslyAllowInsecureOrigins back is refused there', async t => {
  const options = { origin: ['http://a.example'], credentials: true, dangerouslyAllowInsecureOrigins: true }
  t.strictSame(problemsOf({ dangerouslyAllowInsecureOrigins: false }, options), [[
    'insecure-origin', '/dangerouslyAllowInsecureOrigins',
    `${insecure('http://a.example')} (origin comes from the plugin's options, credentials from the plugin's options, dangerouslyAllowInsecureOrigins from the route)`
  ]])
})

for (const suffix of ['github.io', 'co.uk', 'com', 'ck', 'kawasaki.jp', 's3.amazonaws.com']) {
  test(`a pattern for the public suffix ${suffix} with credentials is refused`, async t => {
    t.strictSame(problemsOf({ origin: [ORIGIN, `https://*.${suffix}`], credentials: true }), [[
      'public-suffix', '/origin/1',
      `'https://*.${suffix}' matches everyone's sites, for anyone can get a name below '${suffix}'; name the sites, or set dangerouslyAllowPublicSuffixes: true`
    ]])
  })
}

for (const [origin, suffix] of [
  ['https://pr-*.vercel.app', 'vercel.app'], ['https://shop-*-team.vercel.app:8443', 'vercel.app'], ['https://*example.com', 'com'], ['https://a.pr-*.github.io', 'github.io'],
  ['https://a.s*.amazonaws.com', publicSuffixBelow('amazonaws.com')], ['https://pr-*', '.']
] as const) {
  test(`${origin} with credentials is refused, for strangers can get such a name`, async t => {
    t.strictSame(problemsOf({ origin, credentials: true }), [[
      'public-suffix', '/origin',
      `'${origin}' matches everyone's sites, for anyone can get a name below '${suffix}'; name the sites, or set dangerouslyAllowPublicSuffixes: true`
    ]])
    t.ok(policyOf({ origin, credentials: true, dangerouslyAllowPublicSuffixes: true }))
  })
}

test('a * inside a label of a registrable name with credentials is accepted, and of extensions', async t => {
  t.ok(policyOf({ origin: ['https://pr-*.example.com', 'https://a.pr-*.me.github.io', 'https://pr-*.amazonaws.com', 'https://pr-*.internal', 'moz-extension://*'], credentials: true }))
})

for (const origin of ['file://', /^file:\/\/$/]) {
  test(`${String(origin)} with credentials is refused`, async t => {
    t.match(problemsOf({ origin, credentials: true }), [[typeof origin === 'string' ? 'insecure-origin' : 'broad-regexp', '/origin', /dangerouslyAllowInsecureOrigins/]])
    t.ok(policyOf({ origin, credentials: true, dangerouslyAllowInsecureOrigins: true }))
  })
}

test('a pattern for a registrable name, or for one of the local network, is accepted', async t => {
  t.ok(policyOf({ origin: ['https://*.example.co.uk', 'https://*.internal', 'https://*.me.github.io'], credentials: true }))
})

test('dangerouslyAllowPublicSuffixes lifts the refusal', async t => {
  t.ok(policyOf({ origin: 'https://*.github.io', credentials: true, dangerouslyAllowPublicSuffixes: true }))
})

test('risky origins without credentials are accepted', async t => {
  t.ok(policyOf({ origin: ['http://a.example', 'https://*.github.io'] }))
})

test('RegExps and functions with credentials are for the user to judge', async t => {
  t.ok(policyOf({ origin: [/^https:\/\/a$/], credentials: true }))
  t.ok(policyOf({ origin: () => true, credentials: true }))
})

test('an origin that is refused by itself is not judged twice', async t => {
  t.strictSame(problemsOf({ origin: ['http://A.example', '*'], credentials: true }).map(([code]) => code), ['not-an-origin', 'invalid-pattern'])
})
