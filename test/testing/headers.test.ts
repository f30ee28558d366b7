import t from 'tap'
import {
  corsUnsafeRequestHeaderNames, isCorsSafelistedRequestHeader, isForbiddenRequestHeader, isNoCorsSafelistedRequestHeader
} from '../../lib/browser/headers.ts'
import { profiles } from '../../lib/browser/profiles.ts'

const { spec, chromium, firefox, webkit } = profiles
const long = (prefix: string, length: number): string => prefix.padEnd(length, 'a')

const safe: Array<[string, string]> = [
  ['Accept', 'text/html;q=0.9, */*'], ['accept', ''], ['accept', '\xff'], ['accept', 'a\tb'], ['accept', long('', 128)],
  ['accept-language', 'en-US,en;q=0.9, *'], ['content-language', 'de.a'],
  ['content-type', 'text/plain'], ['content-type', 'TEXT/PLAIN'], ['content-type', 'text/plain;charset=utf-8'],
  ['content-type', 'text/plain;garbage'], ['content-type', 'text/plain;a=application/json'], ['content-type', 'text/plain ;a'],
  ['content-type', 'multipart/form-data; boundary=x'], ['content-type', 'application/x-www-form-urlencoded'],
  ['content-type', long('text/plain;a=', 128)],
  ['range', 'bytes=0-10'], ['range', 'bytes=5-'], ['range', 'bytes=7-7'],
  ['range', 'bytes=9007199254740993-9007199254740994']
]
const unsafe: Array<[string, string]> = [
  ['accept', 'a"b'], ['accept', 'a:b'], ['accept', 'a\x01b'], ['accept', 'a\x7f'], ['accept', 'a{b}'], ['accept', long('', 129)],
  ['accept-language', 'en_US'], ['accept-language', '@'], ['content-language', 'a/b'], ['accept-language', 'é'],
  ['content-type', 'application/json'], ['content-type', ''], ['content-type', 'text'], ['content-type', 'text/plain, text/plain'],
  ['content-type', 'text/plain;charset="utf-8"'], ['content-type', 'text/plain/x'], ['content-type', long('text/plain;a=', 129)],
  ['range', 'bytes= 0-10'], ['range', 'bytes=0-1,3-4'], ['range', 'bytes=10-5'], ['range', 'bytes=-500'], ['range', 'Bytes=0-10'],
  ['range', 'bytes=9007199254740993-9007199254740992'],
  ['x-requested-with', 'XMLHttpRequest'], ['authorization', 'x'], ['last-event-id', '1'], ['dpr', '2'], ['save-data', 'on']
]

t.test('safelisted request headers', async (t) => {
  for (const [name, value] of safe) t.ok(isCorsSafelistedRequestHeader(name, value, spec), `${name}: ${value}`)
  for (const [name, value] of unsafe) t.notOk(isCorsSafelistedRequestHeader(name, value, spec), `${name}: ${value}`)
})

t.test('where engines differ about safelisted request headers', async (t) => {
  for (const name of ['device-memory', 'downlink', 'dpr', 'ect', 'rtt', 'viewport-width', 'width']) {
    t.same([spec, chromium, firefox, webkit].map((profile) => isCorsSafelistedRequestHeader(name, '1', profile)),
      [false, true, false, false], name)
  }
  t.ok(isCorsSafelistedRequestHeader('save-data', 'on', chromium))
  t.notOk(isCorsSafelistedRequestHeader('save-data', 'off', chromium))
  t.notOk(isCorsSafelistedRequestHeader('accept', '\xff', firefox))
  t.ok(isCorsSafelistedRequestHeader('accept', 'a', firefox))
  t.ok(isCorsSafelistedRequestHeader('range', 'Bytes=0-10', webkit))
})

t.test('names to ask for are in lower case, sorted and single', async (t) => {
  const names = corsUnsafeRequestHeaderNames([
    ['X-B', '1'], ['x_y', '1'], ['X-A1', '1'], ['Content-Type', 'application/json'], ['x-a', '1'], ['X-A-B', '1'],
    ['Authorization', 'x'], ['accept', '*/*'], ['x-b', '2']
  ], spec)
  t.equal(names.join(), 'authorization,content-type,x-a,x-a-b,x-a1,x-b,x_y')
})

t.test('safelisted headers of more than 1024 bytes in all have to be asked for', async (t) => {
  const lines = Array.from({ length: 8 }, (): [string, string] => ['accept', long('', 128)])
  t.same(corsUnsafeRequestHeaderNames(lines, spec), [])
  t.same(corsUnsafeRequestHeaderNames([...lines, ['accept-language', 'e'], ['x-a', '']], spec), ['accept', 'accept-language', 'x-a'])
})

t.test('forbidden request headers', async (t) => {
  const forbidden: Array<[string, string]> = [
    ['Cookie', 'a=1'], ['HOST', 'x'], ['Origin', 'x'], ['sec-fetch-mode', 'x'], ['Proxy-Foo', 'x'], ['via', ''],
    ['set-cookie', 'a'], ['access-control-request-method', 'PUT'], ['x-http-method', 'TRACE'],
    ['X-HTTP-Method-Override', 'get, connect'], ['x-method-override', 'Track']
  ]
  const free: Array<[string, string]> = [
    ['user-agent', 'x'], ['x-http-method-override', 'PUT'], ['secret', 'x'], ['x-sec-a', 'x'], ['x-forwarded-for', 'trace']
  ]
  for (const [name, value] of forbidden) t.ok(isForbiddenRequestHeader(name, value, spec), name)
  for (const [name, value] of free) t.notOk(isForbiddenRequestHeader(name, value, spec), name)
  t.ok(isForbiddenRequestHeader('user-agent', 'x', chromium))
})

t.test('mode no-cors keeps four names with safe values', async (t) => {
  t.ok(isNoCorsSafelistedRequestHeader('Content-Type', 'text/plain', spec))
  t.notOk(isNoCorsSafelistedRequestHeader('content-type', 'application/json', spec))
  t.notOk(isNoCorsSafelistedRequestHeader('range', 'bytes=0-', spec))
})
