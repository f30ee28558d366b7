import t from 'tap'
import { simulate } from '../../lib/browser/index.ts'
import { answering, api, page, sent } from '../fixtures/server.ts'
import type { ProfileName, SimulateRequest } from '../../lib/browser/index.ts'

async function originOf (init: Partial<SimulateRequest>, profile: ProfileName = 'spec'): Promise<string | undefined> {
  const server = answering([])
  await simulate(server.target, { from: page, url: api, ...init }, { profile })
  return sent(server.received[0], 'origin')
}

t.test('Origin goes along with CORS, and with every method but GET and HEAD', async (t) => {
  t.equal(await originOf({}), page)
  t.equal(await originOf({ method: 'HEAD' }), page)
  t.equal(await originOf({ from: 'null' }), 'null')
  t.equal(await originOf({ from: api }), undefined)
  t.equal(await originOf({ from: api, method: 'HEAD' }), undefined)
  t.equal(await originOf({ from: api, method: 'DELETE' }), api)
  t.equal(await originOf({ mode: 'no-cors' }), undefined)
  t.equal(await originOf({ mode: 'no-cors', method: 'POST' }), page)
})

t.test('a referrer policy hides it outside mode cors only', async (t) => {
  const post = { method: 'POST', mode: 'no-cors' } as const
  t.equal(await originOf({ referrerPolicy: 'no-referrer' }), page)
  t.equal(await originOf({ ...post, referrerPolicy: 'no-referrer' }), 'null')
  t.equal(await originOf({ ...post, referrerPolicy: 'no-referrer' }, 'chromium'), page)
  t.equal(await originOf({ ...post, referrerPolicy: 'same-origin' }), 'null')
  t.equal(await originOf({ ...post, referrerPolicy: 'same-origin', from: api }), api)
  t.equal(await originOf({ ...post, referrerPolicy: 'origin' }), page)
  t.equal(await originOf({ ...post, referrerPolicy: 'unsafe-url', url: 'http://api.example.com' }), page)
  for (const referrerPolicy of ['', 'no-referrer-when-downgrade', 'strict-origin', 'strict-origin-when-cross-origin'] as const) {
    t.equal(await originOf({ ...post, referrerPolicy }), page)
    t.equal(await originOf({ ...post, referrerPolicy, url: 'http://api.example.com' }), 'null')
    t.equal(await originOf({ ...post, referrerPolicy, url: 'http://api.example.com', from: 'http://b.example' }), 'http://b.example')
  }
})

t.test('Sec-Fetch-Site', async (t) => {
  const site = async (from: string, url: string): Promise<string | undefined> => {
    const server = answering([])
    await simulate(server.target, { from, url })
    return sent(server.received[0], 'sec-fetch-site')
  }
  t.equal(await site(api, api), 'same-origin')
  t.equal(await site(page, api), 'same-site')
  t.equal(await site('http://127.0.0.1:1', 'http://127.0.0.1:2'), 'same-site')
  t.equal(await site('http://app.example.com', api), 'cross-site')
  t.equal(await site('http://127.0.0.1:1', 'http://127.0.0.2:1'), 'cross-site')
  t.equal(await site('http://localhost:1', 'http://127.0.0.1:1'), 'cross-site')
  t.equal(await site('http://a', 'http://b.localhost'), 'cross-site')
  t.equal(await site('https://example.org', api), 'cross-site')
  t.equal(await site('null', api), 'cross-site')
  t.equal(await site(page, 'http://api.example.com'), undefined)
  t.equal(await site(page, 'http://[::1]/'), 'cross-site')
})
