import Fastify from 'fastify'
import t from 'tap'
import { simulate } from '../../lib/browser/index.ts'
import { bodyOf } from '../fixtures/page-request.ts'
import { isPreflight } from '../fixtures/server.ts'
import { answerTo, randomCases } from '../fixtures/random-cases.ts'
import { addPolicyCases, policyCases } from '../fixtures/random-policies.ts'
import type { ProfileName, Seen, SimulateRequest, Target } from '../../lib/browser/index.ts'
import type { RandomCase } from '../fixtures/random-cases.ts'

const origins = { P: 'http://localhost:8100', A: 'http://localhost:8101', L: 'http://127.0.0.1:8102' }
const engines = ['chromium', 'firefox', 'webkit'] as const
const cases = randomCases(1, 400)

function asked ({ id, server, request: { body, ...request } }: Pick<RandomCase, 'id' | 'server' | 'request'>): SimulateRequest {
  return { from: origins.P, url: `${origins[server]}/${id}`, ...request, ...(body === undefined ? {} : { body: bodyOf(body) }) }
}

async function run (randomCase: RandomCase, profile: ProfileName = 'spec', target?: Target): Promise<Seen> {
  return await simulate(target ?? ((exchange) => answerTo(randomCase, exchange, origins)), asked(randomCase), { profile })
}

/** A server that grants whatever it is asked for. */
const generous: Target = ({ headers }) => {
  const asked = (name: string): string => headers.find(([other]) => other === name)?.[1] ?? ''
  return {
    status: 200,
    headers: [
      ['Access-Control-Allow-Origin', asked('origin')],
      ['Access-Control-Allow-Credentials', 'true'],
      ['Access-Control-Allow-Methods', asked('access-control-request-method')],
      ['Access-Control-Allow-Headers', asked('access-control-request-headers')]
    ]
  }
}

t.test('a seed gives the same cases, as JSON', async (t) => {
  // As text: a difference between 400 cases would take half a minute to print.
  const text = JSON.stringify(cases)
  t.ok(JSON.stringify(randomCases(1, 400)) === text)
  t.ok(JSON.stringify(randomCases(2, 400)) !== text)
  t.same(JSON.parse(text)[7], cases[7])
})

t.test('the cases reach every verdict and most reasons', async (t) => {
  const seen = await Promise.all(cases.map(async (one) => await run(one)))
  const count = (verdict: string): number => seen.filter((one) => one.verdict === verdict).length
  t.ok(count('readable') >= 100, `${count('readable')} readable`)
  t.ok(count('blocked') >= 100, `${count('blocked')} blocked`)
  for (const verdict of ['opaque', 'opaque-redirect', 'throws']) t.ok(count(verdict) > 0, `${count(verdict)} ${verdict}`)
  const codes = new Set(seen.flatMap(({ reason }) => reason?.code ?? []))
  t.ok(codes.size >= 18, [...codes].sort().join())
})

/** A body that nobody sends with keepalive. */
function isTooLong ({ request: { body } }: RandomCase): boolean {
  return body?.times !== undefined
}

t.test('what a server grants in full is readable, what it does not grant is blocked', async (t) => {
  const wrong: string[] = []
  const isPlain = ({ request: { api, mode, integrity } }: RandomCase): boolean => (api === 'xhr' || mode === 'cors') && integrity === undefined
  for (const one of cases.filter((each) => isPlain(each) && !isTooLong(each))) {
    for (const profile of ['spec', ...engines] as const) {
      const granted = await run(one, profile, generous)
      if (granted.verdict === 'throws') continue
      const silent = await run(one, profile, () => ({ status: 200, headers: [] }))
      const expected = one.server === 'P' ? 'readable' : 'blocked'
      if (granted.verdict !== 'readable' || silent.verdict !== expected) wrong.push(`${one.id} in ${profile}`)
    }
  }
  t.same(wrong, [])
})

t.test('nothing unsafe is sent that was not granted before', async (t) => {
  const wrong: string[] = []
  for (const one of cases) {
    const { trace } = await run(one)
    for (const [index, entry] of trace.entries()) {
      const isUnsafe = !entry.url.startsWith(origins.P) && !isPreflight(entry) && !/^(?:GET|HEAD|POST)$/.test(entry.method)
      const before = trace[index - 1]
      if (isUnsafe && !(before?.preflight === true && before.url === entry.url)) wrong.push(one.id)
    }
  }
  t.same(wrong, [])
})

t.test('engines differ behind a redirect, about client hints or an upload listener without a body, and from the standard about Authorization', async (t) => {
  const hints = ['dpr', 'save-data']
  const wrong: string[] = []
  for (const one of cases) {
    const seen = await Promise.all(engines.map(async (profile) => await run(one, profile)))
    const verdicts = new Set(seen.map(({ verdict }) => verdict))
    const spec = await run(one)
    if (one.redirects.length > 0 || isTooLong(one) || (one.request.upload === true && one.request.body === undefined) || one.request.headers.some(([name]) => hints.includes(name))) continue
    if (verdicts.size > 1) wrong.push(one.id)
    if (spec.verdict !== seen[0]?.verdict && spec.reason?.code !== 'AUTHORIZATION_NEEDS_EXPLICIT') wrong.push(one.id)
  }
  t.same(wrong, [])
})

t.test('the plugin takes every random policy, and they reach every verdict', async (t) => {
  const policies = policyCases(1, 300, origins)
  t.same(policyCases(1, 300, origins).map(({ request }) => request), policies.map(({ request }) => request))
  const app = Fastify()
  await addPolicyCases(app, policies)
  const servers = Object.fromEntries(Object.values(origins).map((origin) => [origin, app]))
  const seen = await Promise.all(policies.map(async (one) => {
    const request = asked(one)
    return await simulate(app, { ...request, url: request.url + one.path }, { servers })
  }))
  const count = (verdict: string): number => seen.filter((one) => one.verdict === verdict).length
  t.ok(count('readable') >= 75, `${count('readable')} readable`)
  t.ok(count('blocked') >= 75, `${count('blocked')} blocked`)
  for (const verdict of ['opaque', 'opaque-redirect', 'throws']) t.ok(count(verdict) > 0, `${count(verdict)} ${verdict}`)
  const codes = new Set(seen.flatMap(({ reason }) => reason?.code ?? []))
  t.ok(codes.size >= 15, [...codes].sort().join())
})
