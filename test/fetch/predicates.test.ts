import { test } from 'tap'
import { grantedNames, preflightCheck, type PreflightFailure } from '../../lib/fetch/cors.ts'
import { parseUrl } from '../../lib/fetch/origins.ts'
import { isForbiddenMethod, isForbiddenRequestHeader, isForbiddenResponseHeader, isServableMethod, isToken, normalizeMethod } from '../../lib/fetch/headers.ts'

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
