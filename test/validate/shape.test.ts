import { runInNewContext } from 'node:vm'
import { test } from 'tap'
import { readRegistration } from '../../lib/policy/registration-options.ts'
import { pluginProblems, policyOf, problemsOf, refusal, rows, unfrozenPolicyOf } from '../fixtures/boot.ts'

const LIST = 'an array of names, or one string with commas'
const ORIGIN = "'*', true, false, an origin, a pattern, a RegExp, live origins, an array of the last four, or a function"
const CACHE = 'an integer from 0 to 2147483648, or the value of a Cache-Control header'
const revoked = Proxy.revocable({}, {})
revoked.revoke()
const revokedFunction = Proxy.revocable(() => {}, {})
revokedFunction.revoke()
const circular: { origin?: unknown } = {}
circular.origin = [circular]

const refused: Array<[option: string, value: unknown, code: string, message: string]> = [
  ['maxAge', '600', 'invalid-type', "must be an integer from 0 to 86400, got '600'; write 600"],
  ['maxAge', NaN, 'invalid-type', 'must be an integer from 0 to 86400, got NaN'],
  ['maxAge', 1.5, 'invalid-type', 'must be an integer from 0 to 86400, got 1.5; write 2'],
  ['maxAge', 10n, 'invalid-type', 'must be an integer from 0 to 86400, got 10'],
  ['maxAge', -1, 'max-age-range', 'must be an integer from 0 to 86400, got -1; write 0'],
  ['maxAge', 86401, 'max-age-range', 'must be an integer from 0 to 86400, got 86401; write 86400'],
  ['cacheControl', -1, 'max-age-range', `must be ${CACHE}, got -1; write 0`],
  ['cacheControl', 1e21, 'max-age-range', `must be ${CACHE}, got 1e+21; write 2147483648`],
  ['cacheControl', 'a\r\nX-Evil: 1', 'invalid-type', `must be ${CACHE}, got 'a\\r\\nX-Evil: 1'`],
  ['cacheControl', ' ', 'invalid-type', `must be ${CACHE}, got ' '`],
  ['cacheControl', 'max-age=1\u{1f600}', 'invalid-type', `must be ${CACHE}, got 'max-age=1\u{1f600}'`],
  ['optionsSuccessStatus', 199, 'status-range', 'must be an integer from 200 to 299, got 199; write 204'],
  ['optionsSuccessStatus', 300, 'status-range', 'must be an integer from 200 to 299, got 300; write 204'],
  ['optionsSuccessStatus', '204', 'invalid-type', "must be an integer from 200 to 299, got '204'; write 204"],
  ['credentials', 'false', 'invalid-type', "must be true or false, got 'false'; write false"],
  ['credentials', 1, 'invalid-type', 'must be true or false, got 1; write true'],
  ['credentials', ' Yes ', 'invalid-type', "must be true or false, got ' Yes '; write true"],
  ['credentials', ' OFF', 'invalid-type', "must be true or false, got ' OFF'; write false"],
  ['credentials', '', 'invalid-type', "must be true or false, got ''; write false"],
  ...['untrue', 'truely', 'maybe', 'xfalse', 'falsey', '10'].map((text): [string, string, string, string] => ['credentials', text, 'invalid-type', `must be true or false, got '${text}'`]),
  ['maxAge', '86400', 'invalid-type', "must be an integer from 0 to 86400, got '86400'; write 86400"],
  ['maxAge', '86401', 'invalid-type', "must be an integer from 0 to 86400, got '86401'; write 86400"],
  ['methods', false, 'invalid-type', `must be ${LIST}, got false`],
  ['exposedHeaders', true, 'invalid-type', `must be '*', ${LIST}, got true`],
  ['enforce', null, 'invalid-type', 'must be true or false, got null; leave it out'],
  ['origin', 42, 'invalid-type', `must be ${ORIGIN}, got 42`],
  ['origin', -0, 'invalid-type', `must be ${ORIGIN}, got -0`],
  ['origin', {}, 'invalid-type', `must be ${ORIGIN}, got an object`],
  ['origin', new Date(0), 'invalid-type', `must be ${ORIGIN}, got an object that is not a plain one`],
  ['origin', Symbol('a\nb'), 'invalid-type', `must be ${ORIGIN}, got Symbol(a\\nb)`],
  ['origin', new Array(1_000_001), 'invalid-type', `must be ${ORIGIN}, got an array of 1000001 items`],
  ['origin', revoked.proxy, 'invalid-type', `must be ${ORIGIN}, got a value that throws when it is read`],
  ['origin', revokedFunction.proxy, 'invalid-type', `must be ${ORIGIN}, got a value that throws when it is read`],
  ['methods', true, 'invalid-type', `must be ${LIST}, got true; leave it out`],
  ['methods', () => [], 'invalid-type', `must be ${LIST}, got a function`],
  ['methods', /GET/g, 'invalid-type', `must be ${LIST}, got /GET/`],
  ['allowedHeaders', 1, 'invalid-type', `must be true, false, '*', ${LIST}, got 1`],
  ['exposedHeaders', false, 'invalid-type', `must be '*', ${LIST}, got false; leave it out`],
  ['rawHeaders', [], 'invalid-type', 'must be true or false, got an array'],
  ['policy', true, 'invalid-type', 'must be the name of a policy, got true'],
  ['maxAge', 'x'.repeat(100), 'invalid-type', `must be an integer from 0 to 86400, got '${'x'.repeat(80)}'…`],
  ['maxAge', "it's\\\u202e\u{e0001}\u00a0\ud800", 'invalid-type', "must be an integer from 0 to 86400, got 'it\\'s\\\\\\u202e\\u{e0001}\\u00a0\\ud800'"]
]

for (const [option, value, code, message] of refused) {
  test(`${option}: ${message.slice(message.indexOf('got'))} is refused as ${code}`, async t => {
    t.strictSame(rows(refusal(() => unfrozenPolicyOf({ [option]: value }))), [[code, `/${option}`, message]])
  })
}

test('an item of a list that is of another type is named', async t => {
  t.strictSame(problemsOf({ origin: ['https://A.example', 3, ['x'], { a: 1 }], methods: [1], allowedHeaders: [null], exposedHeaders: new Array(1) }), [
    ['invalid-type', '/origin/1', 'must be an origin, a pattern, a RegExp or live origins, got 3'],
    ['invalid-type', '/origin/2', 'must be an origin, a pattern, a RegExp or live origins, got an array'],
    ['invalid-type', '/origin/3', 'must be an origin, a pattern, a RegExp or live origins, got an object'],
    ['not-an-origin', '/origin/0', "'https://A.example' is not an origin a browser sends; write 'https://a.example'"],
    ['invalid-type', '/methods/0', 'must be the name of a method, got 1'],
    ['invalid-type', '/allowedHeaders/0', 'must be the name of a header, got null'],
    ['invalid-type', '/exposedHeaders/0', 'must be the name of a header, got undefined']
  ])
})

test('a list that holds itself is refused', async t => {
  t.strictSame(rows(refusal(() => readRegistration(circular))), [['invalid-type', '/origin/0', 'must be an origin, a pattern, a RegExp or live origins, got an object']])
})

test('a problem carries the value that was written', async t => {
  const date = new Date(0)
  t.equal(refusal(() => policyOf({ origin: date })).problems[0]?.value, date)
})

const unknown: Array<[option: string, message: string]> = [
  ['orgin', "'orgin' is not an option; did you mean 'origin'?"],
  ['maxage', "'maxage' is not an option; did you mean 'maxAge'?"],
  ['allowHeaders', "'allowHeaders' is not an option; did you mean 'allowedHeaders'?"],
  ['preflight', "'preflight' is not an option; see MIGRATING.md#option-by-option"],
  ['delegator', "'delegator' is not an option; see MIGRATING.md#delegator"],
  ['hook', "'hook' is not an option; see MIGRATING.md#hook"],
  ['constructor', "'constructor' is not an option; leave it out"],
  ['x'.repeat(70), `'${'x'.repeat(70)}' is not an option; leave it out`],
  ['global', "'global' is not an option here, only of the plugin; move it to the plugin's options"],
  ['policies', "'policies' is not an option here, only of the plugin; move it to the plugin's options"]
]

for (const [option, message] of unknown) {
  test(`the unknown option ${option.slice(0, 20)} is refused`, async t => {
    t.strictSame(problemsOf({ [option]: true }), [['unknown-option', `/${option}`, message]])
  })
}

test('policy is an option of routes only', async t => {
  t.strictSame(pluginProblems({ policy: 'a' }), [[
    'unknown-option', '/policy', "'policy' is not an option here, only of a route; move it to a route's config.cors"
  ]])
})

test('keys that reach for prototypes are unknown options', async t => {
  t.strictSame(pluginProblems(JSON.parse('{ "__proto__": { "origin": "*" }, "a/~b": 1 }')), [
    ['unknown-option', '/__proto__', "'__proto__' is not an option; leave it out"],
    ['unknown-option', '/a~1~0b', "'a/~b' is not an option; leave it out"]
  ])
})

class Config { origin = '*' }
const throwing = { get origin (): string { throw new Error('no') }, maxAge: -1 }
const NO_BLOCK = 'must be true, false, the name of a policy, or an object of policy options'

const noBlocks: Array<[what: string, value: unknown, got: string]> = [
  ['null', null, 'null'], ['a number', 42, '42'], ['an array', ['https://a.example'], "an array; write { origin: ['https://a.example'] }"], ['a function', () => {}, 'a function'],
  ['a RegExp', /a/, '/a/; write { origin: /a/ }'], ['a class instance', new Config(), 'an object that is not a plain one'], ['a Map', new Map(), 'an object that is not a plain one'],
  ['an object with a prototype', Object.create({ origin: '*' }), 'an object that is not a plain one'],
  ['an object with an odd prototype', Object.create(Object.create(null)), 'an object that is not a plain one'],
  ['a revoked proxy', revoked.proxy, 'a value that throws when it is read']
]

for (const [what, value, got] of noBlocks) {
  test(`${what} is no config.cors`, async t => {
    t.strictSame(rows(refusal(() => unfrozenPolicyOf(value))), [['invalid-type', '', `${NO_BLOCK}, got ${got}`]])
  })
}

test('an option that throws when it is read is refused beside the others', async t => {
  t.strictSame(rows(refusal(() => unfrozenPolicyOf(throwing))), [
    ['invalid-type', '/origin', `must be ${ORIGIN}, got a getter that throws`],
    ['max-age-range', '/maxAge', 'must be an integer from 0 to 86400, got -1; write 0']
  ])
})

test('objects of another realm, without a prototype and behind a proxy are read', async t => {
  t.equal(policyOf(runInNewContext('({ maxAge: 5, origin: [/^a:\\/\\/b$/, "https://a.example"] })')).maxAge, 5)
  t.equal(policyOf(Object.assign(Object.create(null), { maxAge: 5 })).maxAge, 5)
  t.equal(unfrozenPolicyOf(new Proxy({ maxAge: 5 }, {})).maxAge, 5)
})

test("the plugin's options are an object", async t => {
  t.strictSame(rows(refusal(() => readRegistration('x'))), [['invalid-type', '', "must be an object of options, got 'x'"]])
})

for (const [what, policies, got] of [
  ['a Map', new Map(), 'an object that is not a plain one'], ['a RegExp', /a/, '/a/'], ['a string', 'a', "'a'"], ['an array', [], 'an array']
]) {
  test(`policies are not ${what}`, async t => {
    t.strictSame(pluginProblems({ policies }), [['invalid-type', '/policies', `must be an object of policies by name, got ${got}`]])
  })
}

test('a list in the place of a block is written out where all of it are origins, and no more than fifty', async t => {
  const long = Array.from({ length: 51 }, (_, index) => `https://a${index}.example`)
  for (const list of [['*'], ['https://a.example', 'x'], ['https://a.example', 7], [], long]) {
    t.strictSame(problemsOf(list), [['invalid-type', '', `${NO_BLOCK}, got an array`]])
  }
  t.match(problemsOf(long.slice(0, 50))[0]?.[2], /, 'https:\/\/a49\.example'\] \}$/)
  t.strictSame(problemsOf(['https://a.example', /^a:\/\/b$/]), [['invalid-type', '', `${NO_BLOCK}, got an array; write { origin: ['https://a.example', /^a:\\/\\/b$/] }`]])
})
