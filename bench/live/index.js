import { strictEqual } from 'node:assert/strict'

import autocannon from 'autocannon'

import { spread } from '../statistics.js'
import { Worker } from '../worker.js'
import { ALLOWED } from './lists.js'

const WORKER = new URL('worker.js', import.meta.url)
const COUNT = 100_000

/** What a live list of 100,000 origins takes, whole and by tenants of ten, and what those notice who ask while it is loaded anew. */
export async function measureLive ({ reloads = 10, log = () => {} } = {}) {
  const results = []
  for (const isKeyed of [false, true]) {
    const set = { isKeyed, count: COUNT, reloads }
    const heap = await withWorker(set, async (worker) => await worker.ask('heap'))
    log(`live: heap${isKeyed ? ' with key' : ''}`)
    const measured = await withWorker(set, async (worker) => await underLoad(worker.greeting, async () => await worker.ask('reloads')))
    log(`live: reloads${isKeyed ? ' with key' : ''}`)
    const { result, load } = measured
    results.push({
      isKeyed,
      heap,
      reloads: Object.fromEntries(Object.entries(result).map(([what, samples]) => [what, {
        held: { ...spread(samples.map(({ held }) => held)), max: Math.max(...samples.map(({ held }) => held)) },
        cpu: spread(samples.map(({ cpu }) => cpu))
      }])),
      load
    })
  }
  return results
}

async function withWorker (set, work) {
  const worker = await Worker.start(WORKER, [JSON.stringify(set)], ['--expose-gc'])
  try {
    return await work(worker)
  } finally {
    worker.stop()
  }
}

/** Does something while pages ask, each of which must be answered. */
async function underLoad (port, work) {
  const instance = autocannon({
    url: `http://127.0.0.1:${port}/`,
    headers: { host: 'api.example.com', origin: ALLOWED },
    connections: 4,
    overallRate: 400,
    duration: 600
  })
  const result = await work()
  instance.stop()
  const { requests, non2xx, errors } = await instance
  strictEqual(non2xx + errors, 0, 'every request is answered')
  return { result, load: { requests: requests.total } }
}
