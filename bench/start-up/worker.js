// What one step of the start costs: `node worker.js <step>`.
const step = process.argv[2]
const { default: Fastify } = await import('fastify')
const before = sample()

if (step === 'typebox') await import('@sinclair/typebox/value')
else if (step === 'tldts') await import('tldts')
else await register()

const { cpu, heap } = sample()
process.send({ ms: (cpu - before.cpu) / 1000, heap: heap - before.heap })

async function register () {
  const { default: plugin } = await import(step === '@fastify/cors' ? step : 'fastify-route-cors')
  if (step === 'import') return
  const app = Fastify()
  app.register(plugin, {
    origin: step === 'register-pattern' ? 'https://*.example.com' : ['https://app.example.com', 'https://admin.example.com'],
    credentials: true
  })
  await app.ready()
}

function sample () {
  for (let i = 0; i < 4; i++) globalThis.gc()
  const { user, system } = process.cpuUsage()
  return { cpu: user + system, heap: process.memoryUsage().heapUsed }
}
