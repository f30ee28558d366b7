import t from 'tap'
import { simulate } from '../../lib/browser/index.ts'
import { allow, answering, api, page, sent } from '../fixtures/server.ts'
import type { ElementKind, ProfileName, Seen, SimulateRequest } from '../../lib/browser/index.ts'

const profiles: ProfileName[] = ['spec', 'chromium', 'firefox', 'webkit']

async function load (init: Partial<SimulateRequest>, headers: Parameters<typeof answering>[0] = [], profile: ProfileName = 'spec'): Promise<Seen> {
  return await simulate(answering(headers).target, { from: page, url: api, ...init }, { profile })
}

/** Mode, destination, credentials and Origin of the one request that an element makes. */
function wire ({ trace }: Seen): unknown[] {
  const [entry] = trace
  return [sent(entry ?? { headers: [] }, 'sec-fetch-mode'), sent(entry ?? { headers: [] }, 'sec-fetch-dest'), entry?.credentials,
    sent(entry ?? { headers: [] }, 'origin') !== undefined]
}

t.test('what elements ask for', async (t) => {
  const noCors = (destination: string): unknown[] => ['no-cors', destination, true, false]
  const cors = (destination: string): unknown[] => ['cors', destination, false, true]
  const expected: Partial<Record<ElementKind, unknown[]>> = {
    image: noCors('image'),
    'background-image': noCors('image'),
    'mask-image': cors('image'),
    script: noCors('script'),
    'module-script': cors('script'),
    'json-module': cors('json'),
    stylesheet: noCors('style'),
    font: cors('font'),
    'font-preload': noCors('font'),
    audio: noCors('audio'),
    video: noCors('video'),
    manifest: cors('manifest'),
    'worker-import': cors('worker'),
    eventsource: cors('empty')
  }
  for (const [kind, request] of Object.entries(expected)) {
    t.same(wire(await load({ api: kind as ElementKind }, [allow.any])), request, kind)
  }
  for (const kind of ['track', 'worker'] as const) {
    t.match(await load({ api: kind }, [allow.any]), { verdict: 'blocked', event: 'error', reason: { code: 'CROSS_ORIGIN_SAME_ORIGIN_MODE' } })
    t.match(await load({ api: kind, from: api }), { verdict: 'readable', event: 'load' })
  }
})

t.test('the crossorigin attribute', async (t) => {
  for (const api of ['image', 'script', 'stylesheet', 'audio', 'video', 'track', 'module-script', 'font-preload', 'manifest'] as const) {
    for (const crossorigin of ['', 'anonymous'] as const) {
      t.same(wire(await load({ api, crossorigin }, [allow.any])).filter((_, index) => index !== 1), ['cors', false, true], api)
    }
    const credentialed = await load({ api, crossorigin: 'use-credentials' }, [allow.page, allow.credentials])
    t.same(wire(credentialed).filter((_, index) => index !== 1), ['cors', true, true], api)
  }
  t.match(await load({ api: 'image', crossorigin: 'use-credentials' }, [allow.any]), { reason: { code: 'ACAO_WILDCARD_WITH_CREDENTIALS' } })
  t.match(await load({ api: 'image', crossorigin: null }, [allow.any]), { verdict: 'opaque' })
})

t.test('read-back through a canvas needs CORS', async (t) => {
  t.match(await load({ api: 'image' }, [allow.any]), { verdict: 'opaque', event: 'load', readBack: 'refused' })
  t.match(await load({ api: 'image', crossorigin: '' }, [allow.any]), { verdict: 'readable', event: 'load', readBack: 'allowed' })
  t.match(await load({ api: 'image', from: api }), { verdict: 'readable', readBack: 'allowed' })
  const refused = await load({ api: 'image', crossorigin: '' })
  t.match(refused, { verdict: 'blocked', event: 'error' })
  t.equal(refused.readBack, undefined)
  t.equal((await load({ api: 'font' }, [allow.any])).readBack, undefined)
})

t.test('a script with an error status fires error, an image does not', async (t) => {
  const missing = { status: 404, headers: [allow.any] }
  t.equal((await load({ api: 'module-script' }, missing)).event, 'error')
  t.equal((await load({ api: 'script' }, missing)).event, 'error')
  t.equal((await load({ api: 'image' }, missing)).event, 'load')
})

t.test('EventSource opens with status 200 and its type', async (t) => {
  const stream = (status: number, type: string): Parameters<typeof answering>[0] => ({ status, headers: [allow.any, ['content-type', type]] })
  t.equal((await load({ api: 'eventsource' }, stream(200, 'text/event-stream; charset=utf-8'))).event, 'open')
  t.equal((await load({ api: 'eventsource' }, stream(200, 'text/plain'))).event, 'error')
  t.equal((await load({ api: 'eventsource' }, stream(206, 'text/event-stream'))).event, 'error')
  t.equal((await load({ api: 'eventsource' }, [allow.any])).event, 'error')
  const seen = await load({ api: 'eventsource', credentials: 'include', headers: { 'last-event-id': '7' } },
    { headers: [allow.page, allow.credentials, ['content-type', 'text/event-stream']], body: 'data: x' })
  t.same(seen.trace.map(({ method, credentials }) => [method, credentials]), [['GET', true]])
  t.equal(sent(seen.trace[0], 'last-event-id'), '7')
  t.equal(await seen.text(), 'data: x')
})

t.test('a beacon includes credentials, and is preflighted for its type', async (t) => {
  const server = answering([])
  const text = await simulate(server.target, { from: page, url: api, api: 'beacon', body: 'x' })
  t.match(text, { verdict: 'opaque', trace: [{ method: 'POST', credentials: true }] })
  t.equal(sent(server.received[0], 'origin'), page)
  t.equal((await load({ api: 'beacon' })).verdict, 'opaque')

  const body = new Blob(['{}'], { type: 'application/json' })
  const json = await load({ api: 'beacon', body }, [allow.any])
  t.match(json, { verdict: 'blocked', reason: { code: 'PREFLIGHT_ACAO_MISSING' } })
  t.equal(json.event, undefined)
  t.equal(sent(json.trace[0], 'access-control-request-headers'), 'content-type')
})

t.test('elements send an Origin home in Chromium and WebKit; fonts need no CORS in WebKit', async (t) => {
  const origins = async (init: Partial<SimulateRequest>): Promise<boolean[]> =>
    await Promise.all(profiles.map(async (profile) => wire(await load({ from: api, ...init }, [], profile))[3] === true))
  t.same(await origins({ api: 'module-script' }), [false, true, false, true])
  t.same(await origins({ api: 'image', crossorigin: '' }), [false, true, false, true])
  t.same(await origins({ api: 'font' }), [false, true, false, false])
  t.same(await origins({ api: 'image' }), [false, false, false, false])
  t.same(await origins({ api: 'eventsource' }), [false, false, false, false])
  t.same(await origins({ api: 'fetch' }), [false, false, false, false])
  t.match(await load({ api: 'font' }, [], 'webkit'), { verdict: 'opaque', event: 'load' })
  t.match(await load({ api: 'font' }, [], 'spec'), { verdict: 'blocked', event: 'error' })
})

t.test('details of single engines', async (t) => {
  t.equal((await load({ api: 'font-preload', crossorigin: '' }, [], 'firefox')).event, 'load')
  t.equal((await load({ api: 'font-preload', crossorigin: '' }, [], 'chromium')).event, 'error')
  t.equal(wire(await load({ api: 'json-module' }, [allow.any], 'webkit'))[1], 'script')
})
