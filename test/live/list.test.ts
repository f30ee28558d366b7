import { subscribe as subscribeTo, unsubscribe as unsubscribeFrom } from 'node:diagnostics_channel'

import t from 'tap'

import type { LiveOriginsLoad } from '../../lib/index.ts'
import { loadRareChecks } from '../../lib/validate/rare-checks.ts'
import { settle, Watched } from '../fixtures/live.ts'

// To load them takes more than a few turns of the event loop.
await loadRareChecks()

const A = 'https://a.example'
const B = 'https://b.example'
const PLACE = "The live origins in the plugin's options"

t.test('a list is loaded when it is used, then every minute, ± 10 %', async (t) => {
  const watched = new Watched([A])
  const { clock, origins, list, source } = watched
  t.strictSame([origins.size, origins.loadedAt, source.calls.length, list.description], [0, undefined, 0, '0 origins, not loaded yet'])
  await list.use(watched.user())
  t.strictSame([origins.size, origins.loadedAt?.getTime(), source.calls.length, origins.has(A), origins.has(B)], [1, clock.time, 1, true, false])
  t.strictSame(clock.pauses, [60_000])
  await clock.advance(59_999)
  t.equal(source.calls.length, 1)
  clock.chance = 0
  source.value = [A, B]
  await clock.advance(1)
  t.strictSame([source.calls.length, origins.has(B), clock.pauses], [2, true, [54_000]])
  clock.chance = 1
  await clock.advance(54_000)
  t.strictSame([source.calls.length, clock.pauses], [3, [66_000]])
  t.strictSame(watched.warnings, [])
})

t.test('with refresh 0 it is loaded once, and when it is told to', async (t) => {
  const watched = new Watched([A], { refresh: 0 })
  await watched.list.use(watched.user())
  t.strictSame([watched.source.calls.length, watched.clock.pauses], [1, []])
  watched.source.value = [B]
  await watched.origins.reload()
  t.strictSame([watched.origins.has(A), watched.origins.has(B), watched.clock.pauses], [false, true, []])
})

t.test('what load gives may be no promise, a set or a generator', async (t) => {
  for (const value of [[A], new Set([A]), (function * () { yield A })()]) {
    const watched = new Watched([], { load: () => value })
    await watched.list.use(watched.user())
    t.equal(watched.origins.has(A), true)
  }
})

t.test('a load that fails changes nothing, is warned of, and tried again at growing distance', async (t) => {
  const watched = new Watched([A])
  const { clock, origins, source } = watched
  await watched.list.use(watched.user())
  const { loadedAt } = origins
  source.value = new Error('no database')
  await clock.advance(60_000)
  const pauses: number[][] = []
  for (let i = 0; i < 9; i++) {
    pauses.push(clock.pauses)
    await clock.advance(clock.pauses[0] as number)
  }
  t.strictSame(pauses, [[1000], [2000], [4000], [8000], [16_000], [32_000], [60_000], [60_000], [60_000]])
  t.strictSame(watched.warnings, Array(10).fill(`${PLACE} could not be loaded: no database; the 1 of before hold`))
  t.strictSame(watched.problems.length, 10)
  t.match(watched.problems[0], { code: 'load-failed', message: 'could not be loaded: no database', value: source.value })
  t.strictSame([origins.has(A), origins.loadedAt], [true, loadedAt])
  t.equal(watched.list.description, '1 origin, loaded 5 min ago; the last load failed: no database')
  source.value = [B]
  await clock.advance(60_000)
  t.strictSame([origins.has(A), origins.has(B), clock.pauses, watched.list.description], [false, true, [60_000], '1 origin, loaded 0 s ago'])
})

t.test('with a short or no refresh, too, tries come no later than it, or than once a minute', async (t) => {
  for (const [refresh, expected] of [[2, [1000, 2000, 2000]], [0, [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]]] as const) {
    const watched = new Watched(new Error('no'), { refresh, initial: [] })
    await watched.list.use(watched.user())
    await settle()
    const pauses: unknown[] = []
    for (let i = 0; i < expected.length; i++) {
      pauses.push(watched.clock.pauses[0])
      await watched.clock.advance(watched.clock.pauses[0] as number)
    }
    t.strictSame(pauses, expected)
  }
})

t.test('load that throws at once, throws no error, or gives no list is a load that fails', async (t) => {
  const cases: ReadonlyArray<readonly [load: () => unknown, reason: string]> = [
    [() => { throw new Error('no file') }, 'no file'],
    [() => { throw 'a text\u0000' }, 'a text\\u0000'], // eslint-disable-line no-throw-literal
    [() => undefined, 'load must give an array of origins, got undefined'],
    [() => A, `load must give an array of origins, got '${A}'`],
    [() => ({ rows: [] }), 'load must give an array of origins, got an object'],
    [() => ({ * [Symbol.iterator] () { throw new Error('cut off') } }), 'cut off']
  ]
  for (const [load, reason] of cases) {
    const watched = new Watched([], { load, initial: [A] })
    await watched.list.use(watched.user())
    await settle()
    t.strictSame(watched.warnings, [`${PLACE} could not be loaded: ${reason}; the 1 of before hold`])
    t.equal(watched.origins.has(A), true)
  }
})

t.test('a million entries too many are refused before they are held', async (t) => {
  const watched = new Watched([], {
    max: 1000,
    initial: [B],
    * load () { for (let i = 0; i < 1_001_000; i++) yield `https://${i}.example` }
  })
  await watched.list.use(watched.user())
  await watched.origins.reload().catch((error: unknown) => {
    t.match(error, { code: 'FST_ERR_CORS_LIVE_ORIGINS', message: 'the live origins could not be loaded: there are more than 1,000 entries; raise max, or look what they are' })
  })
  t.strictSame([watched.origins.size, watched.origins.has(B)], [1, true])
})

t.test('a load that never settles is given up after 30 s', async (t) => {
  const watched = new Watched(undefined, { initial: [A] })
  const { clock, source } = watched
  await watched.list.use(watched.user())
  await settle()
  t.strictSame([clock.pauses, source.last.signal.aborted], [[30_000], false])
  await clock.advance(30_000)
  t.strictSame(watched.warnings, [`${PLACE} could not be loaded: load took longer than 30 s; the 1 of before hold`])
  t.strictSame([source.last.signal.aborted, clock.pauses], [true, [1000]])
  // What it gives after all is of no use any more.
  source.last.resolve([B])
  await settle()
  t.equal(watched.origins.has(B), false)
})

t.test('a load that takes longer than refresh is not joined by another one', async (t) => {
  const watched = new Watched(undefined, { initial: [A], refresh: 1 })
  await watched.list.use(watched.user())
  await watched.clock.advance(20_000)
  t.equal(watched.source.calls.length, 1)
  watched.source.last.resolve([B])
  await settle()
  t.strictSame([watched.origins.has(A), watched.origins.has(B), watched.clock.pauses], [false, true, [1000]])
})

t.test('the same list again is no other list', async (t) => {
  const watched = new Watched([A, B, 'https://*.c.example', 'nonsense'])
  await watched.list.use(watched.user())
  const { entries, version } = watched.list
  t.equal(watched.warnings.length, 1)
  watched.source.value = ['nonsense', B, 'https://*.c.example', A, A]
  await watched.clock.advance(60_000)
  t.equal(watched.list.entries, entries)
  t.equal(watched.list.version, version)
  t.strictSame(watched.origins.loadedAt?.getTime(), watched.clock.time)
  t.equal(watched.warnings.length, 1, 'what was left out is told of once')
})

t.test('many callers of reload share a load, which begins after they called', async (t) => {
  const watched = new Watched(undefined, { initial: [A] })
  const { source, origins } = watched
  await watched.list.use(watched.user())
  await settle()
  const reloads = Array.from({ length: 1000 }, async () => { await origins.reload() })
  await settle()
  t.equal(source.calls.length, 1, 'the one of the start')
  source.last.resolve([A])
  await settle()
  t.equal(source.calls.length, 2)
  source.last.resolve([B])
  await Promise.all(reloads)
  t.strictSame([source.calls.length, origins.has(B)], [2, true])
  const failing = Promise.allSettled(Array.from({ length: 3 }, async () => { await origins.reload() }))
  await settle()
  source.last.reject(new Error('gone'))
  const reason = { code: 'FST_ERR_CORS_LIVE_ORIGINS', message: 'the live origins could not be loaded: gone', cause: { message: 'gone' } }
  t.match(await failing, Array(3).fill({ status: 'rejected', reason }))
})

t.test('a reload after one that failed loads anew', async (t) => {
  const watched = new Watched(undefined, { initial: [A] })
  const { source, origins } = watched
  await watched.list.use(watched.user())
  await settle()
  const reload = origins.reload()
  source.last.reject(new Error('gone'))
  await settle()
  source.last.resolve([B])
  await reload
  t.equal(origins.has(B), true)
})

t.test('a list that nobody uses can be loaded, and does nothing by itself after', async (t) => {
  const watched = new Watched([A], { subscribe: () => { t.fail('nobody uses it') } })
  await watched.origins.reload()
  t.strictSame([watched.origins.has(A), watched.clock.pauses], [true, []])
})

t.test('what changes a thousand times a second is loaded five times a second', async (t) => {
  let changed = (): void => {}
  const watched = new Watched([A], { subscribe: (callback: () => void) => { changed = callback } })
  const { clock, source } = watched
  await watched.list.use(watched.user())
  const before = source.calls.length
  for (let i = 0; i < 1000; i++) {
    changed()
    changed()
    await clock.advance(1)
  }
  t.equal(source.calls.length - before, 5)
  source.value = [B]
  changed()
  await clock.advance(200)
  t.equal(watched.origins.has(B), true, 'the last change holds')
  await clock.advance(1000)
  source.value = [A]
  changed()
  await clock.advance(0)
  t.equal(watched.origins.has(A), true, 'after a while without changes the next one holds at once')
})

t.test('a change during a load, and one during a failure, are loaded soon after', async (t) => {
  let changed = (): void => {}
  const watched = new Watched(undefined, { initial: [A], subscribe: (callback: () => void) => { changed = callback } })
  const { clock, source } = watched
  await watched.list.use(watched.user())
  await settle()
  changed()
  source.last.resolve([A])
  await settle()
  t.strictSame([source.calls.length, clock.pauses], [1, [200]])
  await clock.advance(200)
  source.last.reject(new Error('no'))
  await settle()
  t.strictSame([source.calls.length, clock.pauses], [2, [1000]])
  changed()
  t.strictSame(clock.pauses, [200])
})

t.test('a subscription that comes with a promise loads anew when it is there, and ends with the last use', async (t) => {
  let subscribed = (_end: () => void): void => {}
  let ended = 0
  const watched = new Watched([A], { subscribe: async () => await new Promise((resolve) => { subscribed = resolve }) })
  const user = watched.user()
  await watched.list.use(user)
  t.equal(watched.source.calls.length, 1)
  subscribed(() => { ended++ })
  await watched.clock.advance(200)
  t.equal(watched.source.calls.length, 2, 'nobody told of what has changed meanwhile')
  watched.list.release(user)
  t.equal(ended, 1)
  watched.list.release(user)
  t.strictSame([ended, watched.clock.pauses], [1, []])
})

t.test('a subscription that comes when nobody uses the list any more ends at once', async (t) => {
  let subscribed = (_end: () => void): void => {}
  let fail = (_error: Error): void => {}
  let changed = (): void => {}
  let ended = 0
  const watched = new Watched([A], {
    subscribe: async (callback: () => void) => {
      changed = callback
      return await new Promise((resolve, reject) => {
        subscribed = resolve
        fail = reject
      })
    }
  })
  const user = watched.user()
  await watched.list.use(user)
  watched.list.release(user)
  subscribed(() => { ended++ })
  await settle()
  changed()
  t.strictSame([ended, watched.clock.pauses], [1, []])
  await watched.list.use(user)
  watched.list.release(user)
  fail(new Error('too late'))
  await settle()
  t.strictSame(watched.warnings, [])
})

t.test('a subscription that fails is warned of, and tried again after the next load', async (t) => {
  for (const isAsync of [false, true]) {
    let calls = 0
    const watched = new Watched([A], {
      subscribe: () => {
        calls++
        const error = new Error('no LISTEN')
        if (isAsync && calls === 1) return Promise.reject(error)
        if (calls === 1) throw error
      }
    })
    await watched.list.use(watched.user())
    await settle()
    const warning = `${PLACE} could not be subscribed to: no LISTEN; it is tried again after the next load that succeeds`
    t.strictSame(watched.warnings, [warning])
    t.match(watched.problems, [{ code: 'subscribe-failed', message: 'could not subscribe: no LISTEN' }])
    await watched.clock.advance(60_000)
    t.equal(calls, 2)
    await watched.clock.advance(60_000)
    t.equal(calls, 2)
  }
})

t.test('an end of a subscription that fails is warned of', async (t) => {
  for (const end of [() => { throw new Error('gone') }, async () => { throw new Error('gone') }]) {
    const watched = new Watched([A], { subscribe: () => end })
    const user = watched.user()
    await watched.list.use(user)
    watched.list.release(user)
    await settle()
    t.strictSame(watched.warnings, [`${PLACE} could not be unsubscribed from: gone`])
  }
})

t.test('what is wrong among good items is left out, once warned of, and told of one by one', async (t) => {
  const good = [A, 'https://*.b.example']
  const bad = ['a.example', 'https://a.example/', 'null', '*', '', 7, null, undefined, { origin: A }, /a/, 'https://*.*.example']
  const watched = new Watched([...bad, ...good, ...bad])
  await watched.list.use(watched.user())
  t.strictSame([watched.origins.size, watched.origins.has(A), watched.origins.has('https://x.b.example')], [2, true, true])
  t.strictSame(watched.problems.map(({ value }) => value), bad)
  t.equal(watched.warnings.length, 1)
  t.match(watched.warnings[0], /^The live origins in the plugin's options have items that are left out: 'a\.example' lacks a scheme; write 'https:\/\/a\.example'; .*; … 6 more$/)
  await watched.clock.advance(60_000)
  t.strictSame([watched.warnings.length, watched.problems.length], [1, bad.length])
  watched.source.value = ['new.example', ...good]
  await watched.clock.advance(60_000)
  t.strictSame([watched.warnings.length, watched.problems.length], [2, bad.length + 1])
})

t.test('a reason that many items share is told of for each of them, with turns in between', async (t) => {
  const watched = new Watched(Array.from({ length: 1000 }, (_, i) => `${i}.example`))
  await watched.list.use(watched.user())
  t.equal(watched.problems.length, 1000)
})

t.test('an application that closes while problems are told ends that', async (t) => {
  let told = 0
  const watched = new Watched(Array.from({ length: 1000 }, (_, i) => `${i}.example`), {
    onProblem: () => { if (++told === 150) watched.list.release(user) }
  })
  const user = watched.user()
  await watched.list.use(user)
  await settle()
  t.strictSame([told, watched.clock.pauses], [150, []])
})

t.test('an onProblem that throws is warned of, and changes nothing', async (t) => {
  const watched = new Watched([A, 'x'], { onProblem: () => { throw new Error('no pager') } })
  await watched.list.use(watched.user())
  t.strictSame([watched.origins.has(A), watched.warnings.length, watched.warnings[1]], [true, 2, `${PLACE} have an onProblem that failed: no pager`])
})

t.test('without onProblem the log alone tells', async (t) => {
  const watched = new Watched([A, 'x'], { onProblem: undefined })
  await watched.list.use(watched.user())
  t.strictSame(watched.warnings, [`${PLACE} have items that are left out: 'x' lacks a scheme; write 'https://x'`])
})

t.test('who cannot wait any more is told which list is late, and what initial does', async (t) => {
  const watched = new Watched()
  const { clock } = watched
  const used = watched.list.use(watched.user({ patience: 9000 }))
  const failed = t.rejects(used, {
    code: 'FST_ERR_CORS_LIVE_ORIGINS',
    message: "the live origins in the plugin's options could not be loaded: nothing was loaded within 9 s; " +
      'give them initial, a list that holds until a load succeeds, if the application is to start without'
  })
  await settle()
  t.strictSame([...clock.timers].map(({ keepsAlive }) => keepsAlive), [true, true], 'the process waits for them')
  await clock.advance(9000)
  await failed
  t.strictSame([clock.pauses, watched.source.last.signal.aborted, watched.warnings], [[], true, []])
})

t.test('a first load that fails fails the use of the list, with the reason', async (t) => {
  const watched = new Watched(new Error('no database'))
  const error = await watched.list.use(watched.user()).catch((error: unknown) => error)
  t.match(error, {
    code: 'FST_ERR_CORS_LIVE_ORIGINS',
    message: "the live origins in the plugin's options could not be loaded: the live origins could not be loaded: no database; " +
      'give them initial, a list that holds until a load succeeds, if the application is to start without'
  })
  t.strictSame(watched.clock.pauses, [])
})

t.test('a first load that waits for the event loop keeps no process alive where initial holds', async (t) => {
  const watched = new Watched(undefined, { initial: [A] })
  await watched.list.use(watched.user())
  await settle()
  t.strictSame([...watched.clock.timers].map(({ keepsAlive }) => keepsAlive), [false])
})

t.test('a user that waits while another one has a list already does not', async (t) => {
  const watched = new Watched([A])
  const first = watched.user()
  await watched.list.use(first)
  watched.source.value = undefined
  const second = watched.user({ place: 'config.cors of GET /u' })
  await watched.list.use(second)
  t.equal(watched.source.calls.length, 1)
  watched.list.release(first)
  t.strictSame(watched.clock.pauses, [60_000])
  watched.source.value = new Error('no')
  await watched.clock.advance(60_000)
  t.strictSame(watched.warnings, ['The live origins in config.cors of GET /u could not be loaded: no; the 1 of before hold'])
})

t.test('a list of an application that has closed is loaded anew for the next one, and holds if that fails', async (t) => {
  const watched = new Watched([A])
  const user = watched.user()
  await watched.list.use(user)
  watched.list.release(user)
  watched.source.value = [B]
  await watched.list.use(user)
  t.strictSame([watched.origins.has(A), watched.origins.has(B)], [false, true])
  watched.list.release(user)
  watched.source.value = new Error('no')
  await watched.list.use(user)
  t.strictSame([watched.origins.has(B), watched.warnings.length], [true, 1])
})

t.test('a release while a load runs stops it, without a word', async (t) => {
  const watched = new Watched()
  const user = watched.user()
  const used = watched.list.use(user)
  await settle()
  const reload = watched.origins.reload()
  watched.list.release(user)
  await used
  await t.rejects(reload, { code: 'FST_ERR_CORS_LIVE_ORIGINS', message: 'the live origins are not used any more' })
  t.strictSame([watched.source.last.signal.aborted, watched.warnings, watched.clock.pauses], [true, [], []])
  watched.source.last.reject(new Error('aborted'))
  await settle()
  t.strictSame(watched.warnings, [])
})

t.test('a release before the load has begun does not let it begin', async (t) => {
  const watched = new Watched()
  const user = watched.user()
  const used = watched.list.use(user)
  watched.list.release(user)
  await used
  await settle()
  t.equal(watched.source.calls.length, 0)
})

t.test('close ends it for good, and what holds stays', async (t) => {
  let ended = 0
  const watched = new Watched([A], { subscribe: () => () => { ended++ } })
  const user = watched.user()
  await watched.list.use(user)
  watched.origins.close()
  watched.origins.close()
  t.strictSame([ended, watched.clock.pauses, watched.origins.has(A)], [1, [], true])
  await t.rejects(watched.origins.reload(), { code: 'FST_ERR_CORS_LIVE_ORIGINS', message: 'the live origins were closed' })
  await watched.list.use(watched.user())
  t.strictSame([watched.source.calls.length, watched.clock.pauses], [1, []])
  watched.list.release(user)
  const never = new Watched([A])
  never.origins.close()
  await t.rejects(never.list.use(never.user()), { code: 'FST_ERR_CORS_LIVE_ORIGINS', message: /could not be loaded: it was closed; give them initial/ })
  const started = new Watched([A], { initial: [B] })
  started.origins.close()
  await started.list.use(started.user())
  t.strictSame([started.origins.has(B), started.source.calls.length], [true, 0])
})

t.test('close while it is loaded rejects those who wait', async (t) => {
  const watched = new Watched()
  const used = watched.list.use(watched.user())
  await settle()
  watched.origins.close()
  await t.rejects(used, { code: 'FST_ERR_CORS_LIVE_ORIGINS', message: /could not be loaded: the live origins were closed; / })
})

t.test('initial is checked with the public suffixes before the first load, which may come in between', async (t) => {
  const watched = new Watched([A], { initial: ['https://*.github.io', 'http://c.example'] })
  await watched.list.use(watched.user({ refuses: { insecure: true, publicSuffix: true } }))
  t.strictSame(watched.problems.map(({ code, value }) => [code, value]), [
    ['public-suffix', 'https://*.github.io'], ['insecure-origin', 'http://c.example']
  ])
  // Long enough to be checked in several pieces.
  const long = Array.from({ length: 500 }, (_, i) => `https://*.${i}.github.io`)
  const quick = new Watched([A], { initial: long })
  const used = quick.list.use(quick.user())
  await quick.origins.reload()
  await used
  t.strictSame([quick.origins.has(A), quick.origins.has('https://x.7.github.io')], [true, false])
  const released = new Watched([A], { initial: ['https://*.github.io'] })
  const user = released.user()
  const waiting = released.list.use(user)
  released.list.release(user)
  await waiting
  t.equal(released.source.calls.length, 0)
})

t.test('a stricter user has the list checked anew, and told of', async (t) => {
  const watched = new Watched([A, 'http://c.example', 'https://*.github.io'])
  await watched.list.use(watched.user())
  t.strictSame([watched.problems, watched.source.calls.length], [[], 1])
  const strict = watched.user({ refuses: { insecure: true, publicSuffix: false } })
  await watched.list.use(strict)
  await settle()
  t.strictSame([watched.source.calls.length, watched.problems.map(({ code }) => code)], [2, ['insecure-origin']])
  await watched.list.use(watched.user({ refuses: { insecure: false, publicSuffix: true } }))
  await settle()
  t.strictSame([watched.source.calls.length, watched.problems.map(({ code }) => code)], [3, ['insecure-origin', 'public-suffix']])
  watched.list.release(strict)
  await watched.clock.advance(60_000)
  t.equal(watched.source.calls.length, 4)
})

t.test('each load is told to the channel', async (t) => {
  const messages: LiveOriginsLoad[] = []
  const listen = (message: unknown): void => { messages.push(message as LiveOriginsLoad) }
  subscribeTo('fastify-route-cors:live-origins', listen)
  t.teardown(() => { unsubscribeFrom('fastify-route-cors:live-origins', listen) })
  const watched = new Watched([A, 'x'])
  await watched.list.use(watched.user())
  await watched.clock.advance(60_000)
  watched.source.value = new Error('no')
  await watched.clock.advance(60_000)
  const common = { liveOrigins: watched.origins, places: ["the plugin's options"], size: 1 }
  const duration = 0
  t.strictSame(messages.slice(0, 2), [{ ...common, isChanged: true, refused: 1, duration }, { ...common, isChanged: false, refused: 1, duration }])
  t.match(messages[2], { ...common, isChanged: false, refused: 0, error: { code: 'FST_ERR_CORS_LIVE_ORIGINS', cause: { message: 'no' } } })
})

t.test('the age of a list is told in a unit that fits', async (t) => {
  const watched = new Watched([A, B], { refresh: 0 })
  await watched.list.use(watched.user())
  const ages = []
  let elapsed = 0
  for (const seconds of [0, 119, 120, 7199, 7200, 172_799, 172_800]) {
    await watched.clock.advance((seconds - elapsed) * 1000)
    elapsed = seconds
    ages.push(watched.list.description)
  }
  t.strictSame(ages, ['0 s', '119 s', '2 min', '119 min', '2 h', '47 h', '2 d'].map((age) => `2 origins, loaded ${age} ago`))
  watched.clock.time -= 10 ** 9
  t.equal(watched.list.description, '2 origins, loaded 0 s ago', 'a clock that was set back')
})

t.test('a subscription that gives what is no function has no end', async (t) => {
  for (const given of [undefined, null, {}, 1, 'end']) {
    const watched = new Watched([A], { subscribe: () => given as never })
    const user = watched.user()
    await watched.list.use(user)
    t.equal(watched.source.calls.length, 1)
    watched.list.release(user)
    await settle()
    t.strictSame([watched.warnings, watched.problems, watched.clock.pauses], [[], [], []], String(given))
  }
})
