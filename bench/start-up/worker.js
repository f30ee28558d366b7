// What the start of one application costs: `node worker.js '{"kind":"plugin","routes":20}'`.
const { kind, routes } = JSON.parse(process.argv[2])
const { default: Fastify } = await import('fastify')

const OPTIONS = { origin: ['https://app.example.com', 'https://admin.example.com'], credentials: true }
const kinds = {
  alone: {},
  '@fastify/cors': { name: '@fastify/cors', options: OPTIONS },
  '@fastify/cors, pattern': { name: '@fastify/cors', options: { origin: /^https:\/\/(?:[a-z0-9-]+\.)+example\.com$/, credentials: true } },
  '@fastify/cors, OPTIONS by hand': { name: '@fastify/cors', options: OPTIONS, byHand: true },
  plugin: { name: 'fastify-route-cors', options: OPTIONS },
  'plugin, pattern': { name: 'fastify-route-cors', options: { origin: 'https://*.example.com', credentials: true } }
}
const { name, options, byHand = false } = kinds[kind]
const handler = async () => 'ok'

const before = process.cpuUsage()
const plugin = name === undefined ? undefined : (await import(name)).default
const imported = milliseconds()

const app = Fastify()
// A route for every URL, which `@fastify/cors` does not need, is to be compared with what a plugin declares.
if (plugin !== undefined) app.register(plugin, byHand ? { ...options, preflight: false } : options)
for (let i = 0; i < routes; i++) {
  app.route({ method: 'GET', url: `/resource-${i}/:id`, handler })
  if (byHand) app.route({ method: 'OPTIONS', url: `/resource-${i}/:id`, handler })
}
await app.ready()
process.send({ import: imported, ready: milliseconds() - imported })

/** Of the processor: what else the machine is doing does not count. */
function milliseconds () {
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}
