import t from 'tap'
import { PreflightCache, simulate } from '../../lib/browser/index.ts'
import { allow, answering, api, isPreflight, page } from '../fixtures/server.ts'
import type { Test } from 'tap'
import type { HeaderLines, ProfileName, SimulateRequest, Target } from '../../lib/browser/index.ts'

type Step = Partial<SimulateRequest> | number

const all = ['spec', 'chromium', 'firefox', 'webkit'] as const
const put: Step = { method: 'PUT' }
const xa: Step = { headers: { 'x-a': '1' } }

/** The requests that go out for each step, as `OP` (a preflight) and `A`; a number lets seconds pass. */
async function requests (profile: ProfileName, target: Target, steps: Step[]): Promise<string> {
  let now = 0
  const cache = new PreflightCache({ now: () => now })
  const sent: string[] = []
  for (const step of steps) {
    if (typeof step === 'number') {
      now += step * 1000
      continue
    }
    const { trace } = await simulate(target, { from: page, url: api, ...step }, { profile, cache })
    sent.push(trace.map(({ preflight }) => preflight ? 'P' : 'A').join(''))
  }
  return sent.join(' ')
}

async function compare (t: Test, pre: HeaderLines, steps: Step[], expected: Record<ProfileName, string>): Promise<void> {
  for (const profile of all) {
    const server = answering([allow.page, allow.credentials], [allow.page, allow.credentials, ...pre])
    t.equal(await requests(profile, server.target, steps), expected[profile], profile)
  }
}

const same = (sent: string): Record<ProfileName, string> => ({ spec: sent, chromium: sent, firefox: sent, webkit: sent })

t.test('five seconds without a max-age', async (t) => {
  await compare(t, [allow.methods('PUT')], [put, 3.5, put, 1.6, put], same('PA A PA'))
})

t.test('max-age, capped', async (t) => {
  await compare(t, [allow.methods('PUT'), allow.maxAge('1')], [put, 0.9, put, 0.2, put], same('PA A PA'))
  await compare(t, [allow.methods('PUT'), allow.maxAge('0')], [put, put], same('PA PA'))
  await compare(t, [allow.methods('PUT'), allow.maxAge('100000')], [put, 599, put, 2, put, 6600, put, 80000, put], {
    spec: 'PA A A A A', chromium: 'PA A A PA PA', firefox: 'PA A A A PA', webkit: 'PA A PA PA PA'
  })
})

t.test('the URL counts with query and fragment, and the origin', async (t) => {
  const steps = [
    { ...put, url: `${api}/?a` }, { ...put, url: `${api}/?b` }, { ...put, url: `${api}/?a#c` }, { ...put, url: `${api}/?a` },
    { ...put, url: `${api}/?a`, from: 'https://other.example.com' }
  ]
  const server = answering([allow.any], [allow.any, allow.methods('PUT')])
  for (const profile of all) t.equal(await requests(profile, server.target, steps), 'PA PA PA A PA', profile)
})

t.test('Chromium keeps nothing for long URLs', async (t) => {
  const long = { ...put, url: `${api}/${'a'.repeat(1024)}` }
  await compare(t, [allow.methods('PUT')], [long, long], { ...same('PA A'), chromium: 'PA PA' })
})

t.test('the wildcard stays one in the cache, but not in Firefox', async (t) => {
  const server = answering([allow.any], [allow.any, allow.methods('*'), allow.headers('*')])
  for (const profile of all) {
    const sent = profile === 'firefox' ? 'PA PA PA PA' : 'PA A A A'
    t.equal(await requests(profile, server.target, [put, { method: 'DELETE' }, xa, put]), sent, profile)
  }
})

t.test('Authorization needs its name in the cache too, by the standard', async (t) => {
  const cache = new PreflightCache()
  const server = answering([allow.any], [allow.any, allow.headers('*')])
  const run = async (headers: Record<string, string>): Promise<number> =>
    (await simulate(server.target, { from: page, url: api, headers }, { cache })).trace.length
  t.same([await run({ 'x-a': '1' }), await run({ 'x-b': '1' }), await run({ authorization: '1' })], [2, 1, 1])
})

t.test('preflights add up, or replace each other', async (t) => {
  const target = (exchange: Parameters<Target>[0]): ReturnType<Target> => {
    const asked = exchange.headers.find(([name]) => name === 'access-control-request-method')?.[1] ?? ''
    return { status: 200, headers: [allow.any, ...(isPreflight(exchange) ? [allow.methods(asked)] : [])] }
  }
  const steps: Step[] = [put, { method: 'DELETE' }, put, { method: 'DELETE' }]
  t.equal(await requests('spec', target, steps), 'PA PA A A')
  t.equal(await requests('firefox', target, steps), 'PA PA A A')
  t.equal(await requests('chromium', target, steps), 'PA PA PA PA')
  t.equal(await requests('webkit', target, steps), 'PA PA PA PA')
})

t.test('a grant renewed is kept for its new time', async (t) => {
  await compare(t, [allow.methods('PUT'), allow.headers('x-a'), allow.maxAge('10')], [
    { ...put, headers: { 'x-a': '1' } }, 9, put, 2, put, 9, put
  ], same('PA A PA A'))
})

t.test('a grant renewed may be shorter', async (t) => {
  for (const profile of all) {
    const server = ({ method, headers }: Parameters<Target>[0]): ReturnType<Target> => {
      const asksForHeader = headers.some(([name]) => name === 'access-control-request-headers')
      const grant = [allow.methods('PUT'), ...(asksForHeader ? [allow.headers('x-b'), allow.maxAge('1')] : [allow.maxAge('60')])]
      return { status: 200, headers: [allow.any, ...(method === 'OPTIONS' ? grant : [])] }
    }
    t.equal(await requests(profile, server, [put, { ...put, headers: { 'x-b': '1' } }, 2, put]), 'PA PA PA', profile)
  }
})

t.test('with credentials serves without, not the other way round; in Firefox neither', async (t) => {
  const include: Step = { ...put, credentials: 'include' }
  await compare(t, [allow.methods('PUT')], [include, put], { ...same('PA A'), firefox: 'PA PA' })
  await compare(t, [allow.methods('PUT')], [put, include], same('PA PA'))
})

t.test('safelisted methods need no grant; HEAD does in Firefox, and every method with an upload listener', async (t) => {
  const steps: Step[] = [xa, { ...xa, method: 'POST' }, { ...xa, method: 'HEAD' }]
  await compare(t, [allow.headers('x-a')], steps, { ...same('PA A A'), firefox: 'PA A PA' })
  const upload: Step = { api: 'xhr', method: 'POST', upload: true, body: 'x' }
  await compare(t, [allow.headers('x-a')], [xa, upload, upload], { ...same('PA PA A') })
})

t.test('cache modes no-store and reload pass by in Chromium and Firefox', async (t) => {
  for (const cache of ['no-store', 'reload'] as const) {
    await compare(t, [allow.methods('PUT')], [put, { ...put, cache }], { spec: 'PA A', chromium: 'PA PA', firefox: 'PA PA', webkit: 'PA A' })
  }
  await compare(t, [allow.methods('PUT')], [put, { ...put, cache: 'no-cache' }], same('PA A'))
})

t.test('a failure after the preflight clears, by the standard and in Firefox', async (t) => {
  for (const profile of all) {
    let count = 0
    const target = (exchange: Parameters<Target>[0]): ReturnType<Target> => {
      if (isPreflight(exchange)) return { status: 200, headers: [allow.any, allow.methods('PUT')] }
      return { status: 200, headers: ++count === 2 ? [] : [allow.any] }
    }
    const clears = profile === 'spec' || profile === 'firefox'
    t.equal(await requests(profile, target, [put, put, put]), clears ? 'PA A PA' : 'PA A A', profile)
  }
})

t.test('a failing new preflight clears, except in WebKit, which keeps the refusal', async (t) => {
  const target = (exchange: Parameters<Target>[0]): ReturnType<Target> => ({
    status: 200, headers: [allow.any, ...(isPreflight(exchange) ? [allow.methods('PUT')] : [])]
  })
  const steps: Step[] = [put, { method: 'DELETE' }, put]
  for (const profile of ['spec', 'chromium', 'firefox'] as const) t.equal(await requests(profile, target, steps), 'PA P PA', profile)
  t.equal(await requests('webkit', target, steps), 'PA P A')
})

t.test('two requests at once make two preflights', async (t) => {
  const cache = new PreflightCache()
  const server = answering([allow.any], [allow.any, allow.methods('PUT')])
  await Promise.all([1, 2].map(async () => await simulate(server.target, { from: page, url: api, method: 'PUT' }, { cache })))
  t.same(server.received.map(({ method }) => method), ['OPTIONS', 'OPTIONS', 'PUT', 'PUT'])
})

t.test('a hit is noted', async (t) => {
  const cache = new PreflightCache()
  const server = answering([allow.any], [allow.any, allow.methods('PUT')])
  const request = { from: page, url: api, method: 'PUT' }
  t.same((await simulate(server.target, request, { cache })).notes, [])
  t.same((await simulate(server.target, request, { cache })).notes, [`an earlier preflight of ${api}/ still grants PUT, so there is none`])
  cache.clear(page, `${api}/`)
  t.same((await simulate(server.target, request, { cache })).notes, [])
})
