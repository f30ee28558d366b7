import { Worker } from '../worker.js'
import { median, spread } from '../statistics.js'
import { checkAnswers } from './check-answers.js'
import { matrix } from './requests.js'

const WORKER = new URL('worker.js', import.meta.url)

/** The large list is compared with the small one; @fastify/cors would need half a millisecond for it. */
const kindsOf = (policy) => policy === 'large-list'
  ? ['plugin', 'plugin with 2 origins']
  : ['hand-written', 'plugin', 'fastify-cors']

/**
 * Measures what each way of adding CORS costs over Fastify alone: all apps are
 * alive at once and take turns, so that each round meets the machine as it is.
 */
export async function measureCost ({ seconds, batch, policies = Object.keys(matrix), log = () => {} }) {
  const end = Date.now() + seconds * 1000
  const apps = await startApps(policies)
  try {
    const cases = policies.flatMap((policy) => matrix[policy].map((name) => ({ policy, name, samples: {} })))
    for (const each of cases) await check(apps, each)
    for (const each of cases) await round(apps, each, batch * 5, 0)
    for (const each of cases) each.samples = {}
    let turn = 0
    while (turn < 3 || Date.now() < end) {
      for (const each of cases) await round(apps, each, batch, turn)
      log(`cost: round ${++turn}`)
    }
    return cases.map(summary)
  } finally {
    for (const worker of apps.values()) worker.stop()
  }
}

async function startApps (policies) {
  const keys = new Set(policies.flatMap((policy) => ['alone', ...kindsOf(policy)].map((kind) => keyOf(kind, policy))))
  const apps = new Map()
  await Promise.all([...keys].map(async (key) => { apps.set(key, await Worker.start(WORKER, key.split(' '))) }))
  return apps
}

/** Kind and policy of an app. One app has both lists: a process never is just as fast as another. */
function keyOf (kind, policy) {
  if (policy === 'large-list' && kind !== 'alone') return 'plugin large-list'
  // Fastify alone has no policy, but for the route that the others exempt.
  return kind === 'alone' && policy !== 'exempt' ? 'alone list' : `${kind} ${policy}`
}

function isLarge (kind, policy) {
  return kind === 'plugin' && policy === 'large-list'
}

async function check (apps, { policy, name }) {
  const answers = {}
  for (const kind of ['alone', ...kindsOf(policy)]) {
    answers[kind] = await apps.get(keyOf(kind, policy)).ask({ name, count: 0, isLarge: isLarge(kind, policy) })
  }
  checkAnswers(`${name} (${policy})`, answers)
}

async function round (apps, { policy, name, samples }, count, turn) {
  const kinds = ['alone', ...kindsOf(policy)]
  // Nobody always comes first.
  for (let i = 0; i < kinds.length; i++) {
    const kind = kinds[(i + turn) % kinds.length]
    const taken = await apps.get(keyOf(kind, policy)).ask({ name, count, isLarge: isLarge(kind, policy) })
    ;(samples[kind] ??= []).push(taken)
  }
}

function summary ({ policy, name, samples }) {
  const over = Object.fromEntries(kindsOf(policy).map((kind) => [kind, samples[kind].map((taken, i) => taken - samples.alone[i])]))
  return {
    policy,
    request: name,
    rounds: samples.alone.length,
    alone: spread(samples.alone),
    over: Object.fromEntries(Object.entries(over).map(([kind, costs]) => [kind, spread(costs)])),
    ratios: Object.fromEntries(kindsOf(policy).filter((kind) => kind !== 'plugin').map((kind) => [kind, ratio(over.plugin, over[kind])]))
  }
}

/** Of the medians; its spread is that of the single rounds. */
function ratio (costs, others) {
  const { low, high } = spread(costs.map((cost, i) => cost / others[i]))
  return { low, median: median(costs) / median(others), high }
}
