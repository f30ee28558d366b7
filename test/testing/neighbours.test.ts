import t from 'tap'
import { CookieJar, simulate } from '../../lib/browser/index.ts'
import { matchesIntegrity } from '../../lib/browser/simulate.ts'
import { allow, answering, api, page, sent } from '../fixtures/server.ts'
import type { HeaderLines, ProfileName } from '../../lib/browser/index.ts'

t.test('Cross-Origin-Resource-Policy counts for opaque responses only', async (t) => {
  const code = async (from: string, url: string, lines: HeaderLines, profile: ProfileName = 'spec'): Promise<string> => {
    const { reason, verdict } = await simulate(answering(lines).target, { from, url, mode: 'no-cors' }, { profile })
    return reason?.code ?? verdict
  }
  const policy = (value: string): HeaderLines => [['Cross-Origin-Resource-Policy', value]]
  t.equal(await code(page, api, policy('same-origin')), 'CORP')
  t.equal(await code(page, api, policy('same-site')), 'opaque')
  t.equal(await code('https://example.org', api, policy('same-site')), 'CORP')
  t.equal(await code('null', api, policy('same-site')), 'CORP')
  t.equal(await code('http://app.example.com', api, policy('same-site')), 'CORP')
  t.equal(await code(page, 'http://api.example.com', policy('same-site')), 'opaque')
  t.equal(await code(page, api, policy('cross-origin')), 'opaque')
  t.equal(await code(page, api, policy('Same-Origin')), 'opaque')
  t.equal(await code(page, api, [...policy('same-origin'), ...policy('same-origin')]), 'opaque')
  t.equal(await code(api, api, policy('same-origin')), 'readable')
  for (const [profile, expected] of [['spec', 'opaque'], ['chromium', 'CORP'], ['firefox', 'opaque']] as const) {
    t.equal(await code('http://127.0.0.1:1', 'http://127.0.0.1:2', policy('same-site'), profile), expected)
  }
  const withCors = await simulate(answering([allow.any, ...policy('same-origin')]).target, { from: page, url: api })
  t.equal(withCors.verdict, 'readable')
})

t.test('a redirect home of an opaque request is not judged by its policy', async (t) => {
  const seen = await simulate(({ url }) => url === `${page}/`
    ? { status: 200, headers: [['Cross-Origin-Resource-Policy', 'same-origin']] }
    : { status: 302, headers: [['Location', page]] }, { from: page, url: api, mode: 'no-cors' })
  t.equal(seen.verdict, 'opaque')
})

t.test('integrity', async (t) => {
  const hello = Buffer.from('hello')
  const sha256 = 'sha256-LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ='
  const sha384 = 'sha384-WeF0h3dEjGnPCVxHXCmwL9RjZ8DmCNA0NVTB3LxvlI5fC5VgXOT3h2xQs2lA8q1Z'
  t.ok(matchesIntegrity(hello, sha256))
  t.ok(matchesIntegrity(hello, ` ${sha256}?opt  sha256-AAAA `))
  t.ok(matchesIntegrity(hello, sha256.replace('+', '-')))
  t.notOk(matchesIntegrity(hello, 'sha256-AAAA'))
  t.notOk(matchesIntegrity(hello, `${sha256} ${sha384}`), 'the strongest counts')
  t.ok(matchesIntegrity(hello, 'md5-AAAA nonsense'))

  const server = answering({ headers: [allow.any], body: 'hello' })
  const run = async (init: object): Promise<string> => {
    const { reason, verdict } = await simulate(server.target, { from: page, url: api, api: 'script', ...init })
    return reason?.code ?? verdict
  }
  t.equal(await run({ integrity: sha256, crossorigin: '' }), 'readable')
  t.equal(await run({ integrity: 'sha256-AAAA', crossorigin: '' }), 'INTEGRITY')
  t.equal(await run({ integrity: sha256 }), 'INTEGRITY')
})

t.test('cookies', async (t) => {
  const cookies = new CookieJar()
  const request = async (lines: HeaderLines, init: object = {}, profile: ProfileName = 'spec'): Promise<string | undefined> => {
    const server = answering([allow.page, allow.credentials, ...lines])
    await simulate(server.target, { from: page, url: `${api}/a/b`, credentials: 'include', ...init }, { cookies, profile })
    return sent(server.received[0], 'cookie')
  }
  t.equal(await request([['Set-Cookie', 'lax=1; Path=/'], ['set-cookie', 'none=1; SameSite=None; Secure; Path=/']]), undefined)
  t.equal(await request([['Set-Cookie', 'deep=1']]), 'lax=1; none=1')
  t.equal(await request([['Set-Cookie', 'ignored=1']], { credentials: 'omit' }), undefined)
  t.equal(await request([]), 'deep=1; lax=1; none=1')
  t.equal(await request([], { url: `${api}/ab` }), 'lax=1; none=1')
  t.equal(await request([], { url: `${api}/a/` }), 'deep=1; lax=1; none=1')
  t.equal(await request([], { url: 'https://www.example.com/a/b' }), undefined)
  t.equal(await request([], { url: 'http://api.example.com/a/b' }, 'firefox'), 'deep=1; lax=1')
  t.equal(await request([], { from: 'https://example.org' }), 'none=1')
  t.equal(await request([], { from: 'https://example.org' }, 'firefox'), 'deep=1; lax=1; none=1')
  t.equal(await request([], { from: 'null' }, 'firefox'), 'none=1')
  t.equal(await request([], { from: 'null' }, 'webkit'), 'deep=1; lax=1; none=1')
  t.equal(await request([['Set-Cookie', 'lax=; Path=/; Max-Age=0'], ['Set-Cookie', 'deep=; Expires=Thu, 01 Jan 1970 00:00:00 GMT']]),
    'deep=1; lax=1; none=1')
  t.equal(await request([['Set-Cookie', 'flag; Max-Age=60'], ['Set-Cookie', 'later=1; Expires=Fri, 01 Jan 2100 00:00:00 GMT']]), 'none=1')
  t.equal(await request([]), 'flag=; later=1; none=1')
  cookies.set('https://top.example/', 'a=1')
  t.equal(await request([], { url: 'https://top.example/', from: 'https://top.example', credentials: 'same-origin' }), 'a=1')
})

t.test('a response that CORS refuses has set its cookies all the same', async (t) => {
  const cookies = new CookieJar()
  const refusing = answering([['Set-Cookie', 'a=1']])
  const seen = await simulate(refusing.target, { from: page, url: api, credentials: 'include' }, { cookies })
  t.equal(seen.verdict, 'blocked')
  await simulate(refusing.target, { from: page, url: api, credentials: 'include' }, { cookies })
  t.equal(sent(refusing.received[1], 'cookie'), 'a=1')
})
