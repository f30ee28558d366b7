import { test } from 'tap'
import { PolicyCache } from '../../lib/policy/policy.ts'
import { readRegistration } from '../../lib/policy/registration-options.ts'
import {
  checkNamedPolicies, frozen, policyOf, problemsOf, refusal, ROUTE, routePolicy, rows, scopeDefault, type ScopeChain
} from '../fixtures/boot.ts'

const STAR = "'*' is every origin, and browsers refuse it with credentials: true; name the origins, or write credentials: false beside it"

function chainOf (...registrations: unknown[]): ScopeChain {
  return registrations.map(options => readRegistration(frozen(options)))
}

test('without options every default applies', async t => {
  const policy = scopeDefault(chainOf(undefined), new PolicyCache())
  const { options, from, ...compiled } = policy
  t.strictSame(compiled, {
    origin: { kind: 'any' },
    methods: undefined,
    allowedHeaders: true,
    allowHeaders: undefined,
    exposeHeaders: undefined,
    credentials: false,
    maxAge: undefined,
    cacheControl: undefined,
    optionsSuccessStatus: 204,
    preflightContinue: false,
    strictPreflight: false,
    enforce: false,
    rawHeaders: false
  })
  t.equal(options.origin, '*')
  t.equal(from.origin, 'default')
})

test('options of the plugin only are read', async t => {
  const { global, hideOptionsRoute, logLevel } = readRegistration({})
  t.strictSame([global, hideOptionsRoute, logLevel], [true, true, undefined])
  const other = readRegistration(frozen({ global: false, hideOptionsRoute: false, logLevel: 'silent' }))
  t.strictSame([other.global, other.hideOptionsRoute, other.logLevel], [false, false, 'silent'])
})

test("register's own options are left alone", async t => {
  t.ok(readRegistration(frozen({ prefix: '/api', logLevel: 'warn', logSerializers: { req: () => '' } })))
})

test('each option says where it was set', async t => {
  const chain = chainOf({ origin: 'https://a.example', maxAge: 1 }, { maxAge: 2, policies: { p: { methods: 'PUT' } } })
  const policy = routePolicy(frozen({ policy: 'p', enforce: true }), chain, ROUTE, new PolicyCache())
  t.match(policy?.from, { origin: 'outer', maxAge: 'plugin', methods: { policy: 'p' }, enforce: 'route', rawHeaders: 'default' })
  t.match(policy?.options, { origin: 'https://a.example', maxAge: 2, methods: 'PUT', enforce: true, rawHeaders: false })
})

test('arrays are replaced, undefined inherits', async t => {
  const policy = policyOf({ methods: ['PATCH'], maxAge: undefined }, { methods: ['GET', 'PUT'], maxAge: 5 })
  t.strictSame(policy.methods, ['PATCH'])
  t.equal(policy.maxAge, 5)
})

test('an inner named policy replaces the outer one of its name, and refines the inner options', async t => {
  const chain = chainOf({ policies: { p: { maxAge: 1, methods: 'PUT' }, q: { maxAge: 3 } } }, { cacheControl: 60, policies: { p: { maxAge: 2 } } })
  const cache = new PolicyCache()
  checkNamedPolicies(chain, cache)
  const p = routePolicy('p', chain, ROUTE, cache)
  t.match([p?.maxAge, p?.methods, p?.cacheControl], [2, undefined, 'max-age=60'])
  t.equal(routePolicy('q', chain, ROUTE, cache)?.maxAge, 3)
})

test('global, hideOptionsRoute and logLevel are not inherited', async t => {
  const chain = chainOf({ global: false }, {})
  t.ok(routePolicy(undefined, chain, ROUTE, new PolicyCache()))
})

test('a route without CORS has no policy', async t => {
  t.equal(routePolicy(false, chainOf({}), ROUTE, new PolicyCache()), undefined)
  t.equal(routePolicy(undefined, chainOf({ global: false }), ROUTE, new PolicyCache()), undefined)
})

test('true, and nothing where global is set, are the default policy', async t => {
  const cache = new PolicyCache()
  const chain = chainOf({ maxAge: 5 })
  const policy = scopeDefault(chain, cache)
  t.equal(routePolicy(undefined, chain, ROUTE, cache), policy)
  t.equal(routePolicy(true, chain, ROUTE, cache), policy)
  t.equal(routePolicy(true, chainOf({ maxAge: 5, global: false }), ROUTE, cache), policy)
})

test('options with global: false are judged only where they serve', async t => {
  const chain = chainOf({ global: false, credentials: true })
  t.ok(routePolicy({ origin: 'https://a.example' }, chain, ROUTE, new PolicyCache()))
  const error = refusal(() => routePolicy(true, chain, ROUTE, new PolicyCache()))
  t.equal(error.message, `invalid CORS policy for PUT /orders/:id\n  /origin    ${STAR} (origin comes from the defaults, credentials from the plugin's options)`)
  t.strictSame(error.route, ROUTE)
})

test('an unknown policy is refused with the nearest name', async t => {
  const policies = { public: { maxAge: 1 }, session: {} }
  t.strictSame(problemsOf('pubic', { policies }), [['unknown-policy', '', "no policy is named 'pubic'; did you mean 'public'?"]])
  t.strictSame(problemsOf({ policy: 'x', maxAge: -1 }, { policies }), [
    ['unknown-policy', '/policy', "no policy is named 'x'; there is 'public', 'session'"],
    ['max-age-range', '/maxAge', 'must be an integer from 0 to 86400, got -1; write 0']
  ])
  t.strictSame(problemsOf('constructor'), [['unknown-policy', '', "no policy is named 'constructor'; declare it in the plugin's policies"]])
  t.strictSame(problemsOf('public', { policies: { ['public'.repeat(20)]: {} } }).map(([code]) => code), ['unknown-policy'])
})

test('a policy may have any name', async t => {
  const policies = JSON.parse('{ "__proto__": { "maxAge": 1 }, "constructor": { "maxAge": 2 }, "": { "maxAge": 3 } }')
  t.strictSame(['__proto__', 'constructor', ''].map(name => policyOf(name, { policies }).maxAge), [1, 2, 3])
})

test('a named policy that breaks is refused at its place', async t => {
  const chain = chainOf({ policies: { 'a/~': { credentials: true }, b: { origin: ['http://B'] } } })
  t.strictSame(rows(refusal(() => checkNamedPolicies(chain, new PolicyCache()))), [
    ['wildcard-with-credentials', '/policies/a~1~0/credentials', `${STAR} (origin comes from the defaults, credentials from the policy 'a/~')`],
    ['not-an-origin', '/policies/b/origin/0', "'http://B' is not an origin a browser sends; write 'http://b'"]
  ])
})

test("what the plugin's own options break is not repeated for each policy", async t => {
  const options = { origin: 'https://A.example', policies: { a: { maxAge: 1 }, b: { maxAge: 2 } } }
  checkNamedPolicies(chainOf(options), new PolicyCache())
  t.strictSame(rows(refusal(() => checkNamedPolicies(chainOf({ ...options, global: false }), new PolicyCache()))), [[
    'not-an-origin', '/origin', "'https://A.example' is not an origin a browser sends; write 'https://a.example' (origin comes from the plugin's options)"
  ]])
})

test('a policy asked for by name is judged even if nobody checked them all', async t => {
  t.strictSame(problemsOf('p', { origin: ['x'], policies: { p: { credentials: true } } }), [
    ['missing-scheme', '/origin/0', "'x' lacks a scheme; write 'https://x' (origin comes from the plugin's options)"]
  ])
})

test("an outer registration's options are named", async t => {
  const chain = chainOf({ global: false, origin: '*' }, { credentials: true })
  t.strictSame(rows(refusal(() => scopeDefault(chain, new PolicyCache()))), [[
    'wildcard-with-credentials', '/credentials', `${STAR} (origin comes from an outer registration's options, credentials from the plugin's options)`
  ]])
})

test('all that is wrong is reported at once, in the order in which it was written', async t => {
  const error = refusal(() => policyOf({ origin: ['https://a.example', 'https://Example.com/'], maxAge: '600' }))
  t.equal(error.message, [
    'invalid CORS policy for PUT /orders/:id',
    "  /origin/1    'https://Example.com/' is not an origin a browser sends; write 'https://example.com'",
    "  /maxAge      must be an integer from 0 to 86400, got '600'; write 600"
  ].join('\n'))
})

test('the shape and the meaning of plugin options and policies are reported together', async t => {
  t.strictSame(rows(refusal(() => readRegistration(frozen({
    policies: { a: { maxAge: '1', origin: 'A' }, b: 3, c: { hook: 1 } }, maxAge: '1', origin: '*', credentials: true, logLevel: 'loud', global: 1
  })))), [
    ['invalid-type', '/policies/a/maxAge', "must be an integer from 0 to 86400, got '1'; write 1"],
    ['missing-scheme', '/policies/a/origin', "'A' lacks a scheme; write 'https://a'"],
    ['invalid-type', '/policies/b', 'must be an object of policy options, got 3'],
    ['unknown-option', '/policies/c/hook', "'hook' is not an option; see MIGRATING.md#hook"],
    ['invalid-type', '/maxAge', "must be an integer from 0 to 86400, got '1'; write 1"],
    ['wildcard-with-credentials', '/origin', STAR],
    ['invalid-type', '/logLevel', "must be 'fatal', 'error', 'warn', 'info', 'debug', 'trace' or 'silent', got 'loud'"],
    ['invalid-type', '/global', 'must be true or false, got 1; write true']
  ])
  t.strictSame(rows(refusal(() => readRegistration({ global: false, origin: 'A', maxAge: '1' }))).length, 1)
})

test('what is inherited is reported after what was written', async t => {
  t.strictSame(problemsOf({ maxAge: -1 }, { global: false, origin: ['x'] }), [
    ['max-age-range', '/maxAge', 'must be an integer from 0 to 86400, got -1; write 0'],
    ['missing-scheme', '/origin/0', "'x' lacks a scheme; write 'https://x' (origin comes from the plugin's options)"]
  ])
})

test('options are read once: later changes change nothing', async t => {
  const origin = ['https://a.example', 'https://b.example']
  const options = { origin, policies: { p: { maxAge: 1 } } }
  const chain = [readRegistration(options)]
  origin.push('https://c.example')
  options.policies.p.maxAge = 2
  const cache = new PolicyCache()
  t.strictSame(scopeDefault(chain, cache).options.origin, ['https://a.example', 'https://b.example'])
  t.equal(routePolicy('p', chain, ROUTE, cache)?.maxAge, 1)
  t.ok(Object.isFrozen(scopeDefault(chain, cache).options.origin))
})

test('ten thousand routes of the common kinds cost next to nothing', async t => {
  const chain = chainOf({ origin: Array.from({ length: 10_000 }, (_, i) => `https://n${i}.example`), policies: { p: { maxAge: 1 } } })
  const cache = new PolicyCache()
  const start = process.hrtime.bigint()
  for (let i = 0; i < 10_000; i++) for (const cors of [undefined, true, 'p', { maxAge: 5 }]) routePolicy(cors, chain, ROUTE, cache)
  t.ok(Number(process.hrtime.bigint() - start) < 5e9)
})

test('a policy that nobody declared is the one problem, whatever else the options would lack', async t => {
  const chain = chainOf({ global: false, origin: true, credentials: true })
  t.strictSame(rows(refusal(() => routePolicy('nobody', chain, ROUTE, new PolicyCache()))), [['unknown-policy', '', "no policy is named 'nobody'; declare it in the plugin's policies"]])
})

test('only the words true and false alone are advised to be written without quotes', async t => {
  for (const [name, advice] of [['TRUE', 'write true'], ['false', 'write false'], ['untrue', "there is 'p'"], ['falsehood', "there is 'p'"]] as const) {
    t.strictSame(problemsOf(name, { policies: { p: {} } }), [['unknown-policy', '', `no policy is named '${name}'; ${advice}`]])
  }
})

test('a problem of an option that the route sets beside one that it does not keeps its place', async t => {
  t.strictSame(problemsOf({ origin: ['https://app.example.com', 'http://app.example.com'] }, { origin: 'https://app.example.com', credentials: true }).map(([code, path]) => [code, path]), [['insecure-origin', '/origin/1']])
  t.strictSame(problemsOf({ credentials: true }, { origin: ['https://app.example.com', 'http://app.example.com'] }).map(([code, path]) => [code, path]), [['insecure-origin', '/credentials']])
})

test('beside a block that is misshapen, another that is right only once it is merged is not blamed', async t => {
  t.strictSame(rows(refusal(() => readRegistration({ origin: 'https://app.example.com', policies: { wrong: { maxAge: '5' }, right: { credentials: true } } }))).map(([code, path]) => [code, path]), [['invalid-type', '/policies/wrong/maxAge']])
  t.strictSame(rows(refusal(() => readRegistration({ credentials: true, policies: { wrong: { maxAge: '5' } } }))).map(([code, path]) => [code, path]), [['invalid-type', '/policies/wrong/maxAge']])
})
