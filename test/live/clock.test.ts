import t from 'tap'

import { realClock } from '../../lib/live/clock.ts'

/** Timers that keep the process alive. */
function timers (): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
}

t.test('a timer keeps the process alive where it is told to, and no more once it is called off', async (t) => {
  const before = timers()
  const idle = realClock.after(60_000, t.fail)
  t.equal(timers(), before)
  const waiting = realClock.after(60_000, t.fail, true)
  t.equal(timers(), before + 1)
  waiting()
  idle()
  t.equal(timers(), before)
  await new Promise<void>((resolve) => { realClock.after(1, resolve, true) })
})

t.test('time and chance are those of the system', async (t) => {
  const before = Date.now()
  const now = realClock.now()
  t.ok(now >= before && now <= Date.now())
  const random = realClock.random()
  t.ok(random >= 0 && random < 1)
})
