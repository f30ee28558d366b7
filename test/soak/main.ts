// Everything at once, for a long time: `npm run test:soak`, ten minutes of it, or `npm run test:soak -- --minutes 1`.
// Nothing may be answered wrongly, fail, or be left behind.
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

import type { FastifyInstance } from 'fastify'

import { build, THROWS, type Phase, type Soaked } from './application.ts'
import type { Report, Told } from './load.ts'

const { values: { minutes } } = parseArgs({ options: { minutes: { type: 'string', default: '10' } } })
const SECONDS = Number(minutes) * 60
/** What is there after it is compared with what is there at the end. */
const WARM_UP = Math.min(60, SECONDS * 2 / 3)
const TOLERANCE = 0.05
/** In less than the first minute not all is warm: then it goes on, for what leaks grows again. */
const MAX_TRIES = WARM_UP < 60 ? 4 : 1
const SLICE = 10

const wrong: string[] = []
const counts: Record<string, number> = {}

for (const event of ['unhandledRejection', 'uncaughtException'] as const) {
  process.on(event, (error: unknown) => { wrong.push(`${event}: ${String((error as Error).stack)}`) })
}

interface Left {
  readonly heap: number
  readonly handles: string
}

const { gc } = globalThis
if (gc === undefined || !(SECONDS > 0)) throw new Error('run as `npm run test:soak -- --minutes N`')

const servers = [await serve({}), await serve({ http2: true })]
const [port, http2Port] = servers.map(({ app }) => (app.server.address() as AddressInfo).port) as [number, number]
const child = fork(fileURLToPath(new URL('load.ts', import.meta.url)), [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })

try {
  await soak()
} catch (error) {
  wrong.push(String((error as Error).stack))
} finally {
  child.kill()
  await Promise.all(servers.map(async ({ app }) => { await app.close() }))
}
console.log(`${minutes} min: ${Object.entries(counts).map(([kind, count]) => `${count} ${kind}`).join(', ')}`)
for (const each of wrong) console.error(each)
process.exitCode = wrong.length > 0 ? 1 : 0

async function soak (): Promise<void> {
  await once(child, 'message')
  await load(child, WARM_UP)
  let before = await left()
  for (let tries = 1; tries <= MAX_TRIES; tries++) {
    await load(child, SECONDS - WARM_UP)
    const after = await left()
    const growth = after.heap / before.heap - 1
    console.log(`heap ${megabytes(before.heap)}, at the end ${megabytes(after.heap)}, ${growth < 0 ? '−' : '+'}${Math.abs(growth * 100).toFixed(1)} %; open: ${after.handles}`)
    if (after.handles !== before.handles) wrong.push(`what is open was ${before.handles}, and is ${after.handles}`)
    if (growth <= TOLERANCE) break
    if (tries === MAX_TRIES) wrong.push(`the heap has grown by ${(growth * 100).toFixed(1)} %`)
    before = after
  }
  if ((counts['compared'] ?? 0) === 0) wrong.push('no answer was compared')
}

async function serve (options: object): Promise<Soaked> {
  const soaked = await build(0, options)
  await soaked.app.listen({ host: '127.0.0.1', port: 0 })
  // Hooks cannot be added now: what is sent is looked at on its way out.
  watch(soaked.app)
  return soaked
}

function watch ({ server }: FastifyInstance): void {
  server.on('request', (request: { readonly url?: string, readonly headers: { readonly origin?: string } }, response: NodeJS.EventEmitter & { readonly statusCode: number }) => {
    response.on('finish', () => {
      if (response.statusCode >= 500 && request.headers.origin !== THROWS) wrong.push(`${response.statusCode} for ${String(request.url)}`)
    })
  })
}

/** Load in slices, and every second what can change changes. */
async function load (child: ChildProcess, seconds: number): Promise<void> {
  for (let rest = seconds; rest > 0; rest -= SLICE) {
    const told: Told = { seconds: Math.min(rest, SLICE), port, http2Port }
    const report = once(child, 'message', { signal: AbortSignal.timeout(told.seconds * 1000 + 60_000) })
    child.send(told)
    const isOver = report.then(() => true)
    for (let phase: Phase = 1; !await Promise.race([isOver, wait(1000, false)]); phase = phase === 0 ? 1 : 0) {
      await Promise.all(servers.map(async ({ change }) => { await change(phase) }))
    }
    const [{ counts: more, wrong: found }] = await report as [Report]
    for (const [kind, count] of Object.entries(more)) counts[kind] = (counts[kind] ?? 0) + count
    wrong.push(...found)
  }
}

/** What is there once nothing is going on: the least of several looks, for what is done with goes at its own time. */
async function left (): Promise<Left> {
  let heap = Infinity
  for (let look = 0; look < 10; look++) {
    await wait(300)
    gc?.()
    heap = Math.min(heap, process.memoryUsage().heapUsed)
  }
  const open = new Map<string, number>()
  for (const name of process.getActiveResourcesInfo().sort()) open.set(name, (open.get(name) ?? 0) + 1)
  return { heap, handles: [...open].map(([name, count]) => `${count} ${name}`).join(', ') }
}

function megabytes (bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`
}
