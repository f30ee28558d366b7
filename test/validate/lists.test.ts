import { test } from 'tap'
import { policyOf, problemsOf } from '../fixtures/boot.ts'

const methods: Array<[method: string, code: string, message: string, inList: string, alone?: string]> = [
  ['patch', 'method-case', "'patch' is not upper-cased by browsers, and matches no request", "write 'PATCH'"],
  ['TRACE', 'forbidden-method', "'TRACE' can never be sent by a script", "write the list ['GET']", 'leave methods out'],
  ['track', 'forbidden-method', "'track' can never be sent by a script", "write the list ['GET']", 'leave methods out'],
  ['CONNECT', 'forbidden-method', "'CONNECT' can never be sent by a script", "write the list ['GET']", 'leave methods out'],
  ['*', 'invalid-method', "'*' is no method", 'leave methods out to grant every method that the routes of a URL serve'],
  ['GET PUT', 'invalid-method', "'GET PUT' is not a method", "write the list ['GET', 'PUT']", "write the list 'GET, PUT'"],
  ['G\u00c9T', 'invalid-method', "'G\u00c9T' is not a method", "write names such as 'PUT', in an array or with commas between them"],
  ['PTACH', 'invalid-method', "'PTACH' is no method that Node.js can receive", "write 'PATCH'"],
  ['CHICKEN', 'invalid-method', "'CHICKEN' is no method that Node.js can receive", "write the list ['GET']", 'leave methods out'],
  ['install', 'invalid-method', "'install' is no method that Node.js can receive", "write the list ['GET']", 'leave methods out'],
  ['any', 'invalid-method', "'any' is no method", 'leave methods out to grant every method that the routes of a URL serve'],
  ...[':', '[]', 'PUT;\u00c9', 'PUT;CONNECT'].map((text): [string, string, string, string] =>
    [text, 'invalid-method', `'${text}' is not a method`, "write names such as 'PUT', in an array or with commas between them"])
]

for (const [method, code, message, inList, alone = inList] of methods) {
  test(`method '${method}' is refused as ${code}`, async t => {
    t.strictSame(problemsOf({ methods: ['GET', method] }), [[code, '/methods/1', `${message}; ${inList}`]])
    t.strictSame(problemsOf({ methods: method }), [[code, '/methods', `${message}; ${alone}`]])
  })
}

test('an empty item is named', async t => {
  t.strictSame(problemsOf({ methods: ['GET', ' '] }), [['invalid-method', '/methods/1', "' ' is empty; leave it out"]])
})

const NAMES = "is not a header name; write names such as 'X-Request-Id', in an array or with commas between them"

const allowed: Array<[name: string, code: string, message: string]> = [
  ['X Y', 'invalid-header-name', "'X Y' is not a header name; write the list ['X-A', 'X', 'Y']"],
  ['X-\r\nEvil: 1', 'invalid-header-name', `'X-\\r\\nEvil: 1' ${NAMES}`],
  ['*', 'invalid-header-name', "'*' cannot be one of several headers; write allowedHeaders: true to grant whatever is asked, or name them all"],
  ...['Cookie', 'host', 'Proxy-Authorization', 'Sec-Fetch-Site', 'Access-Control-Request-Method'].map((name): [string, string, string] =>
    [name, 'forbidden-request-header', `'${name}' is set by the browser and by no script; write the list ['X-A']`])
]

for (const [name, code, message] of allowed) {
  test(`allowed header '${JSON.stringify(name)}' is refused as ${code}`, async t => {
    t.strictSame(problemsOf({ allowedHeaders: ['X-A', name] }), [[code, '/allowedHeaders/1', message]])
  })
}

const exposed: Array<[name: string, code: string, message: string]> = [
  ['X Y', 'invalid-header-name', "'X Y' is not a header name; write the list 'X-A, X, Y'"],
  ['*', 'invalid-header-name', "'*' cannot be one of several headers; write exposedHeaders: '*' to expose every header, or name them all"],
  ['Set-Cookie', 'forbidden-response-header', "'Set-Cookie' is never shown to scripts; write the list 'X-A'"],
  ['set-cookie2', 'forbidden-response-header', "'set-cookie2' is never shown to scripts; write the list 'X-A'"]
]

for (const [name, code, message] of exposed) {
  test(`exposed header '${name}' is refused as ${code}`, async t => {
    t.strictSame(problemsOf({ exposedHeaders: `X-A, ${name}` }), [[code, '/exposedHeaders', message]])
  })
}

test('lists as arrays and as strings mean the same', async t => {
  const policy = policyOf({ methods: 'get, PUT,,PATCH,put', allowedHeaders: 'X-A,x-a , X-B', exposedHeaders: ' X-C,X-D,' })
  t.strictSame(policy.methods, ['GET', 'PUT', 'PATCH'])
  t.strictSame(policy.allowedHeaders, ['X-A', 'X-B'])
  t.equal(policy.allowHeaders, 'X-A, X-B')
  t.equal(policy.exposeHeaders, 'X-C, X-D')
})

test('a list that is too long to read is not written out', async t => {
  const names = Array.from({ length: 100 }, (_, index) => `X-Header-Number-${index}`)
  for (const allowedHeaders of [['Host', ...names], ['Host', ...names].join(', ')]) {
    t.match(problemsOf({ allowedHeaders }), [['forbidden-request-header', /^\/allowedHeaders/, "'Host' is set by the browser and by no script; leave it out"]])
  }
})
