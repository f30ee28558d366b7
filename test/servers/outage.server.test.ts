import t from 'tap'

import { until } from '../fixtures/until.ts'
import { Instance } from './instance.ts'
import { postgres } from './postgres.ts'
import { redis } from './redis.ts'
import { Source } from './source.ts'

const STAYS = 'https://stays.example'
const COMES = 'https://comes.example'
const MEANWHILE = 'https://meanwhile.example'
const GOES = 'https://goes.example'
const LATER = 'https://later.example'
const EVIL = 'https://evil.example'

const TOLD_MS = 1000
const BACK_MS = 5000
const WARNED_MS = 5000
/**
 * After so many loads that failed, after 0, 1, 3 and 7 seconds, the next is further away than the time within which the list has
 * to hold: it does so because who listens again loads again, and not because the next load was due.
 */
const FAILED_LOADS = 4
const FAILED_LOADS_MS = 60_000
/** So many requests have to be answered, by each instance, while there is no server. */
const REQUESTS = 200
const REQUESTS_MS = 60_000

for (const [example, kind] of [['live-postgres', postgres], ['live-redis', redis]] as const) {
  t.test(example, async (t) => {
    const source = await Source.start(kind())
    t.teardown(async () => { await source.kill() })
    for (const origin of [STAYS, GOES]) await source.add(origin)

    const instances = await Promise.all([Instance.start(example, source.url), Instance.start(example, source.url)])
    const [one, other] = instances
    t.teardown(async () => { for (const instance of instances) await instance.end() })

    const both = async (origin: string, allowed: boolean): Promise<boolean> => {
      const answers = await Promise.all(instances.map(async (instance) => await instance.allows(origin)))
      return answers.every((answer) => answer === allowed)
    }

    await t.test('what is added in one place is allowed by both, and what is removed is refused', async (t) => {
      t.ok(await both(STAYS, true) && await both(GOES, true) && await both(COMES, false))
      await source.add(COMES)
      t.comment(`added: ${Math.round(await until('both allow it', TOLD_MS, async () => await both(COMES, true)))} ms`)
      await source.remove(COMES)
      t.comment(`removed: ${Math.round(await until('both refuse it', TOLD_MS, async () => await both(COMES, false)))} ms`)
      t.strictSame(instances.map(({ warnings }) => warnings), [[], []])
    })

    const traffic = instances.map((instance) => instance.startTraffic({ [STAYS]: true, [EVIL]: false }))
    t.teardown(async () => { for (const { stop } of traffic) await stop() })

    await t.test('while the server is gone, what held before holds, and no request waits', async (t) => {
      await source.kill()
      const before = traffic.map(({ count }) => count)
      await until('both have logged a warning', WARNED_MS, () => instances.every(({ warnings }) => warnings.length > 0))
      t.comment(one.warnings[0])
      await source.changeWhileAway(MEANWHILE, GOES)
      await until('both have answered', REQUESTS_MS, () => traffic.every(({ count }, index) => count >= Number(before[index]) + REQUESTS))
      await until('both have tried again', FAILED_LOADS_MS, () => instances.every(({ warnings }) => warnings.length >= FAILED_LOADS))
      t.ok(await both(GOES, true) && await both(MEANWHILE, false))
    })

    await t.test('when it is back, what changed meanwhile holds, of which nobody told', async (t) => {
      await source.comeBack()
      const holds = async (): Promise<boolean> => await both(MEANWHILE, true) && await both(GOES, false)
      t.comment(`back: ${Math.round(await until('both go by what changed', BACK_MS, holds))} ms`)
    })

    await t.test('and both are told again of what changes', async () => {
      await until('both listen', BACK_MS, async () => await source.listeners() === instances.length)
      await source.add(LATER)
      await until('both allow it', TOLD_MS, async () => await both(LATER, true))
      await source.remove(LATER)
      await until('both refuse it', TOLD_MS, async () => await both(LATER, false))
    })

    await t.test('no request failed, waited or was answered otherwise', async (t) => {
      for (const { stop } of traffic) await stop()
      t.strictSame(traffic.map(({ failures }) => failures), [[], []])
    })

    await t.test('nothing keeps a closed application alive, with the server there or not', async (t) => {
      t.equal(await one.close(), 'it ended by itself (code 0)')
      await source.kill()
      t.equal(await other.close(), 'it ended by itself (code 0)')
    })
  })
}
