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
// With `@fastify/cors`, whoever wants each URL's preflight to tell the methods of that URL declares a route for it that does.
if (plugin !== undefined) app.register(plugin, byHand ? { ...options, preflight: false } : options)
for (let i = 0; i < routes; i++) {
  app.route({ method: 'GET', url: `/resource-${i}/:id`, handler })
  if (byHand) app.route({ method: 'OPTIONS', url: `/resource-${i}/:id`, schema: { hide: true }, handler: preflightHandler('GET, HEAD') })
}
await app.ready()
process.send({ import: imported, ready: milliseconds() - imported })

function preflightHandler (methods) {
  return (request, reply) => reply.code(204).header('access-control-allow-methods', methods).header('vary', 'Origin').send()
}

/** Of the processor: what else the machine is doing does not count. */
function milliseconds () {
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}
