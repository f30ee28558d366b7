// One application with a live list, in a process of its own: first what the list takes, then what a reload does to
// those who ask meanwhile.
import { monitorEventLoopDelay } from 'node:perf_hooks'

import Fastify from 'fastify'
import cors, { liveOrigins } from 'fastify-route-cors'

import { ALLOWED, origins, tenants } from './lists.js'

const { isKeyed, count, reloads } = JSON.parse(process.argv[2])
const list = isKeyed ? tenants : origins
const NANOSECONDS = 1e6

let source = () => []
const origin = liveOrigins({
  load: () => source(),
  refresh: 0,
  ...(isKeyed && { key: (request) => request.host })
})
const app = Fastify()
app.register(cors, { origin, credentials: true })
app.get('/', (_request, reply) => { reply.send('ok') })
await app.listen({ port: 0, host: '127.0.0.1' })
process.on('message', async (what) => { process.send(await measures[what]()) })
process.send(app.server.address().port)

const measures = {
  /** Heap of the list, and the most that is held while another one is read. */
  async heap () {
    // What is compiled and learned is not what is measured.
    for (let i = 0; i < 3; i++) await reloadOf(list(count))
    await origin.reload()
    const empty = heapUsed()
    source = () => list(count)
    await origin.reload()
    const held = heapUsed() - empty
    const during = await heapAtTheEndOf((peak) => measured(list(count, { generation: 1, changed: count / 100 }), peak)) - empty
    const afterwards = heapUsed() - empty
    const unchanged = await heapAtTheEndOf((peak) => measured(list(count, { generation: 1, changed: count / 100 }), peak)) - empty
    return { held, during, afterwards, unchanged }
  },

  /** What holds the event loop, and what it takes, as others ask: of what all is new, a hundredth, or nothing. */
  async reloads () {
    const generations = { none: () => list(count), hundredth: (generation) => list(count, { generation, changed: count / 100 }), all: (generation) => list(count, { generation, changed: count }) }
    // What is compiled is not what is measured.
    for (const make of Object.values(generations)) await reloadOf(make(-1))
    const results = { nothing: [], none: [], hundredth: [], all: [] }
    for (let generation = 1; generation <= reloads; generation++) {
      results.nothing.push(await watched(async () => { await new Promise((resolve) => { setTimeout(resolve, 100) }) }))
      for (const [what, make] of Object.entries(generations)) {
        // The list before is that of `none`, or the reload of `none` would be one of all.
        await reloadOf(list(count))
        const items = [...make(generation)]
        results[what].push(await watched(async () => { await reloadOf(items) }))
      }
    }
    return results
  }
}

async function reloadOf (items) {
  source = () => items
  await origin.reload()
  source = () => []
  if (!origin.has(ALLOWED, isKeyed ? 'api.example.com' : undefined)) throw new Error('the list does not hold')
}

/** A list at whose end it is told what the heap holds. */
function * measured (items, peak) {
  yield * items
  peak(heapUsed())
}

async function heapAtTheEndOf (listOf) {
  let heap = 0
  await reloadOf(listOf((used) => { heap = used }))
  return heap
}

/** Milliseconds: the longest that the event loop was held, and the processor's time. */
async function watched (work) {
  // What was there before is not what is measured.
  globalThis.gc()
  await new Promise((resolve) => { setTimeout(resolve, 20) })
  const histogram = monitorEventLoopDelay({ resolution: 1 })
  histogram.enable()
  const start = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(start)
  await new Promise((resolve) => { setImmediate(resolve) })
  histogram.disable()
  return { held: histogram.max / NANOSECONDS, cpu: (user + system) / 1000 }
}

function heapUsed () {
  // More than once: what a finalizer lets go of is collected the next time.
  for (let i = 0; i < 4; i++) globalThis.gc()
  return process.memoryUsage().heapUsed
}
