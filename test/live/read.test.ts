import { setImmediate as turn } from 'node:timers/promises'

import t from 'tap'

import { Entries } from '../../lib/live/entries.ts'
import { itemsOf, NOTHING_REFUSED, readItems, type Reading } from '../../lib/live/read.ts'
import { loadRareChecks } from '../../lib/validate/rare-checks.ts'

const none: Reading = { isKeyed: false, max: 1_000_000, before: new Entries(false, NOTHING_REFUSED), refuses: NOTHING_REFUSED, told: new Set() }
const { signal } = new AbortController()

/** How many turns the event loop gets while something is done. */
async function turnsDuring<Result> (work: () => Promise<Result>): Promise<readonly [Result, number]> {
  let turns = 0
  let next = setImmediate(count)
  function count (): void {
    turns++
    next = setImmediate(count)
  }
  const result = await work()
  clearImmediate(next)
  return [result, turns]
}

t.test('a long list is checked in pieces, so that requests go on', async (t) => {
  // To load them takes turns too.
  await loadRareChecks()
  const list = Array.from({ length: 20_000 }, (_, i) => i % 100 === 0 ? `https://*.${i}.example` : `https://${i}.example`)
  const [{ entries }, turns] = await turnsDuring(async () => await readItems(itemsOf(list, false), none, signal))
  t.equal(entries.size, 20_000)
  // 19,800 plain origins, and 200 patterns that count for 25 each, at 500 a turn.
  t.ok(turns >= 49 && turns < 60, `${turns} turns`)
})

t.test('what is known costs little, and gives the very list of before', async (t) => {
  const list = Array.from({ length: 1000 }, (_, i) => `https://*.${i}.example`)
  const [{ entries }, turnsOnce] = await turnsDuring(async () => await readItems(itemsOf(list, false), none, signal))
  const [again, turnsAgain] = await turnsDuring(async () => await readItems(itemsOf(list.toReversed(), false), { ...none, before: entries }, signal))
  t.equal(again.entries, entries)
  t.ok(turnsAgain < turnsOnce / 10, `${turnsAgain} turns after ${turnsOnce}`)
  const fewer = await readItems(itemsOf(list.slice(1), false), { ...none, before: entries }, signal)
  t.not(fewer.entries, entries)
  t.equal(fewer.entries.size, 999)
})

t.test('it ends between two pieces when nobody wants it any more', async (t) => {
  const controller = new AbortController()
  let taken = 0
  function * endless (): Generator<[string, undefined]> {
    for (;;) yield [`https://${++taken}.example`, undefined]
  }
  const reading = readItems(endless(), { ...none, max: Infinity }, controller.signal)
  await turn()
  controller.abort(new Error('closed'))
  await t.rejects(reading, { message: 'closed' })
  t.ok(taken < 5000, `${taken} items`)
})

t.test('the same origin twice is one, in one list and in those of two keys', async (t) => {
  const { entries } = await readItems(itemsOf([['a', 'https://x.example'], ['a', 'https://x.example'], ['b', 'https://x.example'], ['b', 'https://*.x.example'], ['b', 'https://*.x.example']], true), {
    ...none, isKeyed: true, before: new Entries(true, NOTHING_REFUSED)
  }, signal)
  t.strictSame([entries.size, entries.keys], [3, 2])
})

t.test('a list whose origins move to another key is another one', async (t) => {
  const reading = { ...none, isKeyed: true, before: new Entries(true, NOTHING_REFUSED) }
  const { entries } = await readItems(itemsOf([['a', 'https://x.example'], ['b', 'https://y.example']], true), reading, signal)
  const moved = await readItems(itemsOf([['b', 'https://x.example'], ['a', 'https://y.example']], true), { ...reading, before: entries }, signal)
  t.not(moved.entries, entries)
  t.strictSame([moved.entries.matches('https://x.example', 'b', true), moved.entries.matches('https://x.example', 'a', true)], [true, false])
})

t.test('a pattern below a public suffix is for policies that allow those alone', async (t) => {
  const { entries } = await readItems(itemsOf(['https://*.github.io', 'https://*.a.example'], false), { ...none, refuses: { insecure: true, publicSuffix: true } }, signal)
  t.strictSame([entries.matches('https://x.github.io', undefined, true), entries.matches('https://x.github.io', undefined, false), entries.matches('https://x.a.example', undefined, false)], [true, false, true])
  const again = await readItems(itemsOf(['https://*.github.io', 'https://b.example'], false), { ...none, before: entries, refuses: entries.refuses }, signal)
  t.equal(again.entries.matches('https://x.github.io', undefined, false), false)
  t.strictSame(again.problems, [])
})

t.test('a text that both lists have in the same place is kept once, whatever else has changed', async (t) => {
  const made = (i: number): string => Buffer.from(`https://${i}.example`).toString('latin1')
  const read = async (numbers: number[], before = none.before) => (await readItems(itemsOf(numbers.map(made), false), { ...none, before }, signal)).entries
  const numbers = Array.from({ length: 1000 }, (_, i) => i)
  const before = await read(numbers)
  for (const [what, changed] of Object.entries({
    'one added in front': [5000, ...numbers],
    'one removed': numbers.filter((i) => i !== 3),
    'half of them removed': numbers.filter((i) => i >= 500),
    'another order': numbers.toReversed(),
    'one put at the end': [...numbers.slice(1), 0],
    'none left': []
  })) {
    const { entries } = await readItems(itemsOf(changed.map(made), false), { ...none, before }, signal)
    t.equal(entries.size, changed.length, what)
    t.ok(changed.every((i) => entries.has(made(i))), what)
    t.strictSame([...entries.texts()].sort(), changed.map(made).sort(), what)
  }
})

t.test('patterns with a * inside a label, and file://, are items; what is a risk of theirs is told', async t => {
  const items = ['https://pr-*.a.example', 'https://pr-*.vercel.app', 'file://', 'moz-extension://*']
  const { entries, problems } = await readItems(itemsOf(items, false), { ...none, refuses: { insecure: true, publicSuffix: true } }, signal)
  t.strictSame([entries.size, problems.map(({ code, value }) => [code, value])], [4, [['public-suffix', 'https://pr-*.vercel.app'], ['insecure-origin', 'file://']]])
  t.strictSame(
    ['https://pr-1.a.example', 'https://pr-1.vercel.app', 'file://', 'moz-extension://x'].map((origin) => [entries.matches(origin, undefined, true), entries.matches(origin, undefined, false)]),
    [[true, true], [true, false], [true, true], [true, true]]
  )
})
