import t from 'tap'
import { CookieJar, simulate } from '../../lib/browser/index.ts'
import { allow, api, isPreflight, page, sent } from '../fixtures/server.ts'
import type { Exchange, HeaderLines, Seen, SimulateOptions, SimulateRequest, Target } from '../../lib/browser/index.ts'

const other = 'https://login.example.org'

/** Redirects along the URLs, then answers; every response has these lines. */
function chain (urls: string[], { status = 302, headers = [allow.any], pre = [allow.any, allow.methods('*'), allow.headers('*, authorization')] }: {
  status?: number, headers?: HeaderLines, pre?: HeaderLines
} = {}): { target: Target, received: Exchange[] } {
  const received: Exchange[] = []
  let hop = 0
  return {
    received,
    target (exchange) {
      received.push(exchange)
      if (isPreflight(exchange)) return { status: 204, headers: pre }
      const location = urls[hop++]
      return location === undefined ? { status: 200, headers } : { status, headers: [...headers, ['Location', location]] }
    }
  }
}

async function run (
  server: { target: Target }, init: Partial<SimulateRequest> = {}, options: SimulateOptions = {}
): Promise<Seen> {
  return await simulate(server.target, { from: page, url: `${api}/start`, ...init }, options)
}

function log (received: Exchange[]): unknown[] {
  return received.map((exchange) => [exchange.method, exchange.url, sent(exchange, 'origin')])
}

t.test('the origin becomes null on the way from one foreign origin to another', async (t) => {
  const cases: Array<[from: string, via: string[], origins: Array<string | undefined>]> = [
    [api, ['/b'], [page, page]],
    [api, [`${other}/b`], [page, 'null']],
    [api, [`${page}/b`], [page, 'null']],
    [api, ['/b', `${other}/c`, `${other}/d`], [page, page, 'null', 'null']],
    [page, ['/b'], [undefined, undefined]],
    [page, [`${api}/b`], [undefined, page]],
    [page, [`${api}/b`, '/c'], [undefined, page, page]],
    [page, [`${api}/b`, `${other}/c`], [undefined, page, 'null']]
  ]
  for (const [from, via, origins] of cases) {
    const server = chain(via)
    const seen = await run(server, { url: `${from}/a` })
    t.same(server.received.map((exchange) => sent(exchange, 'origin')), origins)
    t.equal(seen.verdict, 'readable')
    t.equal(seen.redirected, true)
    t.equal(seen.url, server.received.at(-1)?.url)
  }
})

t.test('a tainted hop needs the wildcard or null', async (t) => {
  const exact = chain([`${other}/b`], { headers: [allow.page] })
  t.match(await run(exact), { verdict: 'blocked', reason: { code: 'ACAO_MISMATCH', origin: 'null', hop: 1, url: `${other}/b` } })
})

t.test('every redirect response is checked, with redirect: manual too', async (t) => {
  for (const redirect of ['follow', 'manual', 'error'] as const) {
    t.match(await run(chain(['/b'], { headers: [] }), { redirect }), { verdict: 'blocked', reason: { code: 'ACAO_MISSING', hop: 0 } })
  }
  t.match(await run(chain(['/b']), { redirect: 'error' }), { verdict: 'blocked', reason: { code: 'REDIRECT_ERROR_MODE' } })
  const manual = await run(chain(['/b']), { redirect: 'manual' })
  t.match(manual, { verdict: 'opaque-redirect', type: 'opaqueredirect', status: 0, headers: {}, url: `${api}/start`, redirected: false })
  await t.rejects(manual.text(), TypeError)
})

t.test('a redirect without a Location is the answer', async (t) => {
  const target: Target = () => ({ status: 302, headers: [allow.any] })
  t.match(await run({ target }), { verdict: 'readable', status: 302, redirected: false })
  t.match(await run({ target }, { from: api }), { verdict: 'readable', status: 302, type: 'basic' })
})

t.test('where a redirect may not lead', async (t) => {
  const cases: Array<[location: string, code: string]> = [
    ['http://[', 'REDIRECT_LOCATION_INVALID'], ['data:text/plain,x', 'REDIRECT_NON_HTTP'], ['ftp://a.example/', 'REDIRECT_NON_HTTP'],
    ['https://user@api.example.com/', 'REDIRECT_CREDENTIALS'], ['https://:pass@login.example.org/', 'REDIRECT_CREDENTIALS']
  ]
  for (const [location, code] of cases) {
    t.match(await run(chain([location])), { verdict: 'blocked', reason: { code, value: location } })
  }
  t.match(await run(chain(['https://user@api.example.com/']), { url: `${page}/a` }), { reason: { code: 'REDIRECT_CREDENTIALS' } })
})

t.test('user info within the page\'s own origin is fine, but not in Chromium', async (t) => {
  const location = 'https://user@app.example.com/b'
  t.match(await run(chain([location]), { url: page }), { verdict: 'readable', type: 'basic' })
  t.match(await run(chain([location]), { url: page }, { profile: 'chromium' }), { reason: { code: 'REDIRECT_CREDENTIALS' } })
})

t.test('twenty redirects, and not one more', async (t) => {
  t.equal((await run(chain(Array.from({ length: 20 }, () => '/again')))).verdict, 'readable')
  t.match(await run(chain(Array.from({ length: 21 }, () => '/again'))), { reason: { code: 'REDIRECT_TOO_MANY', hop: 20 } })
})

t.test('a fragment is kept unless the Location has one, and is no part of what the page sees', async (t) => {
  const server = chain(['/b', '/c#d'])
  const seen = await run(server, { url: `${api}/a#top` })
  t.equal(seen.url, `${api}/c`)
  t.same(server.received.map(({ url }) => url), [`${api}/a`, `${api}/b`, `${api}/c`])
})

t.test('POST becomes GET on 301 and 302, all but HEAD on 303, and loses its body', async (t) => {
  const cases: Array<[method: string, status: number, after: string]> = [
    ['POST', 301, 'GET'], ['POST', 302, 'GET'], ['POST', 303, 'GET'], ['POST', 307, 'POST'], ['POST', 308, 'POST'],
    ['PUT', 301, 'PUT'], ['PUT', 302, 'PUT'], ['PUT', 303, 'GET'], ['PUT', 307, 'PUT'], ['HEAD', 303, 'HEAD'], ['GET', 303, 'GET']
  ]
  for (const [method, status, after] of cases) {
    const server = chain(['/b'], { status })
    await run(server, { method, ...(/^(?:GET|HEAD)$/.test(method) ? {} : { body: 'x' }) })
    const last = server.received.at(-1)
    t.equal(last?.method, after, `${method} ${status}`)
    const keepsBody = after !== 'GET' && after !== 'HEAD'
    t.equal(last?.body?.toString(), keepsBody ? 'x' : undefined)
    t.equal(sent(last, 'content-type'), keepsBody ? 'text/plain;charset=UTF-8' : undefined)
  }
})

t.test('a stream is not sent twice', async (t) => {
  const init = (): Partial<SimulateRequest> => ({ method: 'POST', duplex: 'half', body: new Blob(['x']).stream() as ReadableStream })
  t.match(await run(chain(['/b'], { status: 307 }), init()), { reason: { code: 'REDIRECT_STREAM_BODY', url: /\/start$/ } })
  t.equal((await run(chain(['/b'], { status: 303 }), init())).verdict, 'readable')
})

t.test('Authorization stays on its origin', async (t) => {
  const server = chain(['/b', `${other}/c`])
  t.equal((await run(server, { headers: { authorization: 'x' } })).verdict, 'readable')
  t.same(server.received.map((exchange) => [exchange.method, sent(exchange, 'authorization')]), [
    ['OPTIONS', undefined], ['GET', 'x'], ['OPTIONS', undefined], ['GET', 'x'], ['GET', undefined]
  ])
})

t.test('each hop is preflighted anew; engines differ after 303', async (t) => {
  const sentBy = async (profile: 'spec' | 'firefox' | 'webkit'): Promise<unknown[]> => {
    const server = chain([`${other}/b`], { status: 303 })
    await run(server, { method: 'PUT', body: '{}', headers: { 'content-type': 'application/json' } }, { profile })
    return server.received.slice(2).map((exchange) => [
      exchange.method, sent(exchange, 'origin'), sent(exchange, 'access-control-request-method'), sent(exchange, 'access-control-request-headers')
    ])
  }
  t.same(await sentBy('spec'), [['GET', 'null', undefined, undefined]])
  t.same(await sentBy('firefox'), [['OPTIONS', page, 'GET', undefined], ['GET', 'null', undefined, undefined]])
  t.same(await sentBy('webkit'), [['OPTIONS', 'null', 'GET', 'content-type'], ['GET', 'null', undefined, undefined]])

  const { trace } = await run(chain(['/b'], { status: 303 }), { method: 'PUT' }, { profile: 'firefox' })
  t.same(trace.map(({ why, hop }) => [why, hop]), [
    ['preflight: the method PUT is not safelisted', 0],
    ['the request itself', 0],
    ['preflight: what the page asked for before the redirect needed one', 1],
    [`redirected by ${api}/start with status 303`, 1]
  ])
})

t.test('a hop back home stays tainted: no cookies, no basic response', async (t) => {
  const cookies = new CookieJar()
  cookies.set(page, 'a=1')
  const server = chain([`${page}/b`])
  const seen = await run(server, {}, { cookies })
  t.equal(seen.type, 'cors')
  t.same(log(server.received), [['GET', `${api}/start`, page], ['GET', `${page}/b`, 'null']])
  t.same(seen.trace.map(({ credentials }) => credentials), [false, false])
  t.equal(sent(server.received[1], 'cookie'), undefined)
})

t.test('modes on the way', async (t) => {
  t.match(await run(chain([`${api}/b`]), { url: page, mode: 'same-origin' }), {
    verdict: 'blocked', reason: { code: 'CROSS_ORIGIN_SAME_ORIGIN_MODE', hop: 1 }
  })
  t.match(await run(chain(['/b']), { mode: 'no-cors' }), { verdict: 'opaque', redirected: false })
  t.match(await run(chain([`${page}/b`]), { mode: 'no-cors' }), { verdict: 'opaque' })
  t.match(await run(chain([`${api}/b`]), { url: page, mode: 'no-cors' }), { verdict: 'opaque' })
  t.match(await run(chain([]), { mode: 'no-cors', redirect: 'manual' }), { verdict: 'blocked', reason: { code: 'NO_CORS_REDIRECT_MODE' } })
  t.match(await run(chain([]), { url: 'ftp://a.example/' }), { verdict: 'blocked', reason: { code: 'SCHEME_NOT_HTTP' }, trace: [] })
})
