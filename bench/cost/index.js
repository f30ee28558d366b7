import { Worker } from '../worker.js'
import { median, spread } from '../statistics.js'
import { checkAnswers } from './check-answers.js'
import { matrix } from './requests.js'

const WORKER = new URL('worker.js', import.meta.url)

/** The large lists are compared with the small one; @fastify/cors would need half a millisecond for them. */
const largeKinds = { plugin: 'fixed', 'plugin with 2 origins': undefined, live: 'lives', 'live with key': 'keyed' }

const kindsOf = (policy) => policy === 'large-list' ? Object.keys(largeKinds) : ['hand-written', 'plugin', 'fastify-cors']

/** What is compared with what. */
const pairsOf = (policy) => policy === 'large-list'
  ? [['plugin', 'plugin with 2 origins'], ['live', 'plugin'], ['live with key', 'plugin']]
  : [['plugin', 'hand-written'], ['plugin', 'fastify-cors']]

/**
 * Measures what each way of adding CORS costs over Fastify alone: all apps are
 * alive at once and take turns, so that each round meets the machine as it is.
 * No process is just as fast as another, so there are several of each, one after the other.
 */
export async function measureCost ({ seconds, batch, generations, policies = Object.keys(matrix), log = () => {} }) {
  const cases = policies.flatMap((policy) => matrix[policy].map((name) => ({ policy, name, samples: {} })))
  for (let generation = 0; generation < generations; generation++) {
    await measureGeneration(cases, { seconds: seconds / generations, batch, policies, log })
    log(`cost: ${generation + 1} of ${generations}`)
  }
  return cases.map(summary)
}

async function measureGeneration (cases, { seconds, batch, policies, log }) {
  const end = Date.now() + seconds * 1000
  const apps = await startApps(policies)
  try {
    for (const each of cases) await check(apps, each)
    for (const { policy, name } of cases) await round(apps, { policy, name, samples: {} }, batch * 5, 0)
    let turn = 0
    while (turn < 3 || Date.now() < end) {
      for (const each of cases) await round(apps, each, batch, turn)
      log(`cost: round ${++turn}`)
    }
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

/** Kind and policy of an app. One app has all lists: a process never is just as fast as another. */
function keyOf (kind, policy) {
  if (policy === 'large-list' && kind !== 'alone') return 'plugin large-list'
  // Fastify alone has no policy, but for the route that the others exempt.
  return kind === 'alone' && policy !== 'exempt' ? 'alone list' : `${kind} ${policy}`
}

/** What the routes with that list begin with. */
function routesOf (kind, policy) {
  return policy === 'large-list' ? largeKinds[kind] : undefined
}

async function check (apps, { policy, name }) {
  const answers = {}
  for (const kind of ['alone', ...kindsOf(policy)]) {
    answers[kind] = await apps.get(keyOf(kind, policy)).ask({ name, count: 0, routes: routesOf(kind, policy) })
  }
  checkAnswers(`${name} (${policy})`, answers)
}

async function round (apps, { policy, name, samples }, count, turn) {
  const kinds = ['alone', ...kindsOf(policy)]
  // Nobody always comes first.
  for (let i = 0; i < kinds.length; i++) {
    const kind = kinds[(i + turn) % kinds.length]
    const taken = await apps.get(keyOf(kind, policy)).ask({ name, count, routes: routesOf(kind, policy) })
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
    ratios: pairsOf(policy).map(([kind, other]) => ({ kind, other, ...ratio(over[kind], over[other]) }))
  }
}

/** Of the medians; its spread is that of the single rounds. */
function ratio (costs, others) {
  const { low, high } = spread(costs.map((cost, i) => cost / others[i]))
  return { low, median: median(costs) / median(others), high }
}
