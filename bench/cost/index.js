import { Worker } from '../worker.js'
import { spread } from '../statistics.js'
import { checkAnswers } from './check-answers.js'
import { matrix } from './requests.js'

const WORKER = new URL('worker.js', import.meta.url)

/** With one hundred thousand origins the other package needs half a millisecond, which is no news. */
const kindsOf = (policy) => policy === 'large-list'
  ? ['hand-written', 'plugin']
  : ['hand-written', 'plugin', 'fastify-cors']

/**
 * Measures what each way of adding CORS costs over Fastify alone: all apps are
 * alive at once and take turns, so that each round meets the machine as it is.
 */
export async function measureCost ({ rounds, batch, only = Object.keys(matrix), log = () => {} }) {
  const apps = await startApps(only)
  try {
    const cases = only.flatMap((policy) => matrix[policy].map((name) => ({ policy, name, samples: {} })))
    for (const each of cases) await check(apps, each)
    for (const each of cases) await round(apps, each, batch * 10)
    for (const each of cases) each.samples = {}
    for (let i = 0; i < rounds; i++) {
      for (const each of cases) await round(apps, each, batch, i)
      log(`round ${i + 1} of ${rounds}`)
    }
    return cases.map(summary)
  } finally {
    for (const worker of apps.values()) worker.stop()
  }
}

async function startApps (only) {
  const apps = new Map()
  for (const policy of only) {
    for (const kind of ['alone', ...kindsOf(policy)]) {
      // Fastify alone is the same app whatever the policy, but for the route that others exempt.
      const key = keyOf(kind, policy)
      if (!apps.has(key)) apps.set(key, await Worker.start(WORKER, [kind, policy]))
    }
  }
  return apps
}

function keyOf (kind, policy) {
  return kind === 'alone' && policy !== 'exempt' ? 'alone' : `${kind} ${policy}`
}

async function check (apps, { policy, name }) {
  const answers = {}
  for (const kind of ['alone', ...kindsOf(policy)]) {
    answers[kind] = await apps.get(keyOf(kind, policy)).ask({ name, count: 0 })
  }
  checkAnswers(`${name} (${policy})`, answers)
}

async function round (apps, { policy, name, samples }, count, turn = 0) {
  const kinds = ['alone', ...kindsOf(policy)]
  // Nobody always comes first.
  for (let i = 0; i < kinds.length; i++) {
    const kind = kinds[(i + turn) % kinds.length]
    const taken = await apps.get(keyOf(kind, policy)).ask({ name, count })
    ;(samples[kind] ??= []).push(taken)
  }
}

function summary ({ policy, name, samples }) {
  const alone = spread(samples.alone)
  const over = {}
  for (const kind of kindsOf(policy)) {
    over[kind] = spread(samples[kind].map((taken, i) => taken - samples.alone[i]))
  }
  return { policy, request: name, alone, over }
}
