import { test } from 'tap'
import { isForbiddenRequestHeader, isForbiddenResponseHeader, isToken } from '../../lib/fetch/header-names.ts'
import { isForbiddenMethod, isServableMethod, normalizeMethod } from '../../lib/fetch/methods.ts'

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
