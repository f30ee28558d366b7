import { spread } from '../statistics.js'
import { Worker } from '../worker.js'

const WORKER = new URL('worker.js', import.meta.url)

/** Each step in a fresh process, after Fastify was loaded. */
const steps = {
  typebox: 'TypeBox alone, imported',
  tldts: 'tldts alone, imported',
  import: 'this plugin, imported',
  register: 'this plugin, imported, registered and ready',
  'register-pattern': 'the same with credentials and a `*.` pattern, which needs tldts',
  '@fastify/cors': '@fastify/cors, imported, registered and ready'
}

/** Time and memory that a process pays before the first request. */
export async function measureStartUp ({ repeats = 9, log = () => {} } = {}) {
  const samples = Object.fromEntries(Object.keys(steps).map((step) => [step, []]))
  for (let i = 0; i < repeats; i++) {
    for (const step of Object.keys(steps)) samples[step].push(await Worker.run(WORKER, [step], ['--expose-gc']))
    log(`start-up: ${i + 1} of ${repeats}`)
  }
  return Object.entries(steps).map(([step, what]) => ({
    step,
    what,
    ms: spread(samples[step].map(({ ms }) => ms)),
    heap: spread(samples[step].map(({ heap }) => heap))
  }))
}
