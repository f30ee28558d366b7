import { test } from 'tap'
import { grantedNames, preflightCheck, type PreflightFailure } from '../../lib/fetch/cors.ts'
import { isLoopbackHost, isSchemelesslySameSite, isSerializedOrigin, parseUrl } from '../../lib/fetch/origins.ts'
import { isForbiddenMethod, isForbiddenRequestHeader, isForbiddenResponseHeader, isServableMethod, isToken, mergeNames, normalizeMethod } from '../../lib/fetch/headers.ts'

test('a URL is read the same however many were read before it', async t => {
  const hosts = new Set<string | undefined>()
  for (let i = 0; i < 20_000; i++) hosts.add(parseUrl('//bücher.example', 'https://é.example')?.host)
  t.strictSame([...hosts], ['xn--bcher-kva.example'])
  t.equal(parseUrl('https://a b'), undefined)
  t.equal(parseUrl('/path'), undefined)
})

test('only six methods are upper-cased', async t => {
  t.strictSame(['delete', 'Get', 'head', 'options', 'post', 'put'].map(normalizeMethod), ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT'])
  t.strictSame(['patch', 'query', 'PATCH'].map(normalizeMethod), ['patch', 'query', 'PATCH'])
})

test('CONNECT, TRACE and TRACK are forbidden in any case', async t => {
  t.strictSame(['CONNECT', 'trace', 'Track', 'GET', 'PATCH'].map(isForbiddenMethod), [true, true, true, false, false])
})

test('methods that Node.js cannot receive are told', async t => {
  t.strictSame(['PATCH', 'patch', 'CHICKEN'].map(isServableMethod), [true, false, false])
})

test('a token has no separators, spaces or controls, and is not empty', async t => {
  t.ok(isToken("!#$%&'*+-.^_`|~09azAZ"))
  for (const text of ['', 'a b', 'a,b', 'a:b', '"a"', 'a\n', 'é', 'a/b', '(a)']) t.notOk(isToken(text), text)
})

test('forbidden request headers are those of the standard', async t => {
  for (const name of ['Accept-Charset', 'DNT', 'te', 'Via', 'proxy-x', 'Sec-Fetch-Mode', 'Origin', 'Set-Cookie']) t.ok(isForbiddenRequestHeader(name), name)
  for (const name of ['User-Agent', 'Authorization', 'X-HTTP-Method-Override', 'Content-Type', 'Secret']) t.notOk(isForbiddenRequestHeader(name), name)
})

test('forbidden response headers are Set-Cookie and Set-Cookie2', async t => {
  t.strictSame(['Set-Cookie', 'SET-COOKIE2', 'Cookie'].map(isForbiddenResponseHeader), [true, true, false])
})

test('a preflight lacks the method first, then Authorization, which no star stands for, then another header', async t => {
  const authorization: PreflightFailure = { code: 'AUTHORIZATION_NEEDS_EXPLICIT', header: 'authorization' }
  const header = (name: string): PreflightFailure => ({ code: 'HEADER_NOT_ALLOWED', header: name })
  const cases: Array<[method: string, headerNames: string[], methods: string[], granted: string[], expected?: PreflightFailure]> = [
    ['GET', [], [], []],
    ['PUT', ['x-a'], ['PUT'], ['X-A']],
    ['PUT', ['x-a'], ['GET'], [], { code: 'METHOD_NOT_ALLOWED' }],
    ['PUT', ['x-a'], ['*'], ['*']],
    ['GET', ['accept', 'authorization'], [], [], authorization],
    ['GET', ['authorization'], [], ['*'], authorization],
    ['GET', ['authorization'], [], ['Authorization']],
    ['GET', ['x-a', 'x-b', 'x-c'], [], ['X-A'], header('x-b')]
  ]
  for (const [method, headerNames, methods, granted, expected] of cases) {
    const asked = { method, headerNames, includesCredentials: false }
    t.strictSame(preflightCheck(asked, grantedNames(methods, granted)), expected, `${method} ${headerNames.join()}`)
  }
  const withCredentials = { method: 'PUT', headerNames: ['x-a'], includesCredentials: true }
  t.strictSame(preflightCheck(withCredentials, grantedNames(['*'], ['*'])), { code: 'METHOD_NOT_ALLOWED' })
  t.strictSame(preflightCheck(withCredentials, grantedNames(['PUT'], ['*'])), header('x-a'))
  const engine = { method: 'GET', headerNames: ['authorization'], includesCredentials: false }
  t.strictSame(preflightCheck(engine, grantedNames([], ['*']), true), undefined)
  t.strictSame(preflightCheck(engine, grantedNames([], ['x-a']), true), header('authorization'))
})

test('loopback is a whole host, and not what one begins or ends with', async (t) => {
  for (const host of ['localhost', 'app.localhost', '[::1]', '127.0.0.1', '127.10.20.30', '127.255.255.254']) t.equal(isLoopbackHost(host), true, host)
  for (const host of ['127.0.0.1.evil.example', '1127.0.0.1', '128.0.0.1', '127.0.0', 'localhost.evil.example', 'evillocalhost', '[::2]', '']) t.equal(isLoopbackHost(host), false, host)
})

test('an address has the one spelling that browsers send', async (t) => {
  for (const origin of ['http://127.0.0.1', 'app://[::1]', 'https://a.example.']) t.equal(isSerializedOrigin(origin), true, origin)
  for (const origin of ['http://127.0.0.1.', 'http://127.1', 'app://[::0001]', 'http://[::0001]']) t.equal(isSerializedOrigin(origin), false, origin)
})

test('hosts of one site share the name that was registered; addresses and single names share nothing', async (t) => {
  for (const [a, b, expected] of [
    ['a.example', 'a.example', true], ['a.example', 'x.a.example', true], ['x.a.example', 'y.z.a.example', true], ['a.example', 'b.example', false],
    ['10.1.2.3', '10.9.2.3', false], ['10.1.2.3', '10.1.2.3', true], ['x.2.3', '10.1.2.3', false], ['localhost', 'intranet', false], ['localhost', 'a.localhost', false], ['aexample', 'bexample', false]
  ] as const) {
    t.equal(isSchemelesslySameSite(a, b), expected, `${a} and ${b}`)
    t.equal(isSchemelesslySameSite(b, a), expected, `${b} and ${a}`)
  }
})

test('of two lists the first spelling of a name stays', async (t) => {
  t.equal(mergeNames('X-A, x-b', 'x-a,X-B,x-c'), 'X-A, x-b, x-c')
  t.equal(mergeNames(undefined, 'X-A, x-a'), 'X-A')
})
