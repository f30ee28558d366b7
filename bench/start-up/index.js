import { spread } from '../statistics.js'
import { Worker } from '../worker.js'

const WORKER = new URL('worker.js', import.meta.url)

/** What is started, and beside what. Each start is a fresh process; those of one case take turns. */
const cases = [
  { routes: 20, kind: 'plugin', other: '@fastify/cors' },
  { routes: 20, kind: 'plugin, pattern', other: '@fastify/cors, pattern' },
  { routes: 1, kind: 'plugin', other: '@fastify/cors' },
  { routes: 1, kind: 'plugin, pattern', other: '@fastify/cors, pattern' },
  { routes: 1000, kind: 'plugin', other: '@fastify/cors, OPTIONS by hand' }
]

/** What a process pays before the first request, over Fastify alone. */
export async function measureStartUp ({ rounds = 25, log = () => {} } = {}) {
  const results = []
  for (const { routes, kind, other } of cases) {
    const samples = { alone: [], [kind]: [], [other]: [] }
    for (let round = 0; round < rounds; round++) {
      for (const each of Object.keys(samples)) samples[each].push(await Worker.run(WORKER, [JSON.stringify({ kind: each, routes })]))
    }
    const added = Object.fromEntries([kind, other].map((each) => [each, addedOver(samples.alone, samples[each])]))
    results.push({
      routes,
      kind,
      other,
      rounds,
      added,
      ratio: added[kind].total.median / added[other].total.median,
      wholeRatio: spread(samples[kind].map((sample, round) => totalOf(sample) / totalOf(samples[other][round]))).median
    })
    log(`start-up: ${kind} with ${routes} routes`)
  }
  return results
}

/** What one takes more than Fastify alone did in the same round, in milliseconds of processor time. */
function addedOver (alone, samples) {
  const parts = { import: (sample) => sample.import, ready: (sample) => sample.ready, total: totalOf }
  return Object.fromEntries(Object.entries(parts).map(([name, of]) => [name, spread(samples.map((sample, round) => of(sample) - of(alone[round])))]))
}

function totalOf (sample) {
  return sample.import + sample.ready
}
