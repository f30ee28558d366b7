import { median } from '../statistics.js'
import { Worker } from '../worker.js'
import { SHAPES } from './shapes.js'

const WORKER = new URL('worker.js', import.meta.url)
const ORIGIN = 'https://tenant-0.example.net'
const TENS = [1, 10, 100, 1000, 10_000]

// The URL is that of the route declared last.
const get = (origin) => ({ method: 'GET', headers: { origin } })
const preflight = (origin, requested = 'authorization,content-type') => ({
  method: 'OPTIONS',
  headers: { origin, 'access-control-request-method': 'GET', 'access-control-request-headers': requested }
})

/** How cost, memory and boot grow with origins, patterns, routes and header lengths. */
export async function measureGrowth ({ repeats = 3, log = () => {} } = {}) {
  const run = async (setUp, times = repeats) => {
    log(JSON.stringify(setUp).slice(0, 100))
    return await runCase(setUp, times)
  }
  const origins = []
  for (const exact of [1, 10, 1000, 100_000]) {
    origins.push({ count: exact, ...await run({ kind: 'plugin', origin: { exact }, exchanges: { get: get(ORIGIN), preflight: preflight(ORIGIN) } }) })
  }
  const patterns = []
  for (const count of TENS) {
    const origin = `https://app.customer-${count - 1}.example.com`
    patterns.push({ count, ...await run({ kind: 'plugin', origin: { patterns: count }, exchanges: { get: get(origin), preflight: preflight(origin) } }) })
  }
  return { origins, patterns, routes: await routesGrowth(run), headers: await headersGrowth(run), drift: await drift(run) }
}

/** Boot, memory and preflights by the number of routes: of REST resources, and at the end of the other shapes. */
async function routesGrowth (run) {
  const exchanges = { preflight: preflight(ORIGIN) }
  const measured = async (shape, count, times) => {
    const each = { shape, count }
    for (const kind of ['without', 'hand-written', 'plugin']) {
      each[kind] = await run({ kind, shape, routes: count, exchanges: kind === 'without' ? {} : exchanges }, times)
    }
    return each
  }
  const byCount = []
  for (const count of TENS) byCount.push(await measured('rest', count))
  // The others are about memory, which is the same each time.
  const byShape = [byCount.at(-1)]
  for (const shape of SHAPES.filter((shape) => shape !== 'rest')) byShape.push(await measured(shape, TENS.at(-1), 1))
  return { byCount, byShape }
}

async function headersGrowth (run) {
  const headers = []
  for (const length of [10, 100, 1000, 4096, 8192, 16_384]) {
    const long = `https://${'a'.repeat(length)}`.slice(0, Math.max(length, 10))
    // Two lists in turn: one that was asked for just before need not be looked at.
    const requested = ['y', 'z'].map((last) => `x-${'a'.repeat(7)},`.repeat(length / 10).slice(0, length - 1) + last)
    const [first, second] = requested.map((list) => preflight('https://app.customer-0.example.com', list))
    headers.push({
      length,
      ...await run({
        kind: 'plugin',
        origin: { patterns: 10 },
        count: 2000,
        exchanges: { origin: get(long), requested: { ...first, alternative: second.headers } }
      })
    })
  }
  return headers
}

async function drift (run) {
  const exchanges = {
    allowed: get(ORIGIN),
    denied: get('https://elsewhere.example.org'),
    plain: get(undefined),
    preflight: preflight(ORIGIN),
    'preflight of a pattern': preflight('https://app.customer-0.example.com')
  }
  const { drift } = await run({ kind: 'plugin', origin: { exact: 2, patterns: 10 }, routes: 10, exchanges, count: 1000, mixed: 1_000_000 })
  return drift
}

async function runCase (setUp, repeats) {
  const runs = []
  for (let i = 0; i < repeats; i++) {
    runs.push(await Worker.run(WORKER, [JSON.stringify(setUp)], ['--expose-gc']))
  }
  const of = (pick) => median(runs.map(pick))
  return {
    bootMs: of(({ bootMs }) => bootMs),
    heap: of(({ heap }) => heap),
    nanoseconds: Object.fromEntries(Object.keys(setUp.exchanges ?? {}).map((name) => [name, of(({ nanoseconds }) => nanoseconds[name])])),
    ...(setUp.mixed && { drift: of(({ drift }) => drift) })
  }
}
