// Builds one app in a fresh process, and tells what it takes.
import cors from 'fastify-route-cors'
import Fastify from 'fastify'

import { Request, Response } from '../cost/exchange.js'
import { declarations, urlOf } from './shapes.js'

const { kind, origin = { exact: 2 }, shape = 'single', routes = 1, exchanges = {}, count = 20_000, mixed = 0 } = JSON.parse(process.argv[2])
const options = { origin: originsOf(origin), credentials: true, maxAge: 600 }
// What is loaded and compiled once is not what grows.
await boot('plugin', 'single', 1, { origin: 'https://app.example.com' })

const heapBefore = heapUsed()
const cpuBefore = process.cpuUsage()
const app = await boot(kind, shape, routes, options)
const { user, system } = process.cpuUsage(cpuBefore)
const bootMs = (user + system) / 1000
const heap = heapUsed() - heapBefore

const nanoseconds = Object.fromEntries(Object.entries(exchanges).map(([name, exchange]) => [name, median(exchange)]))
const drift = mixed === 0 ? undefined : driftOver(mixed, Object.values(exchanges))
process.send({ bootMs, heap, nanoseconds, drift })

async function boot (kind, shape, routes, options) {
  const app = Fastify()
  if (kind === 'plugin') app.register(cors, options)
  const urls = new Set()
  for (const { method, url } of declarations(shape, routes)) {
    app.route({ method, url, handler: reply })
    if (kind === 'hand-written' && !urls.has(url)) app.options(url, reply)
    urls.add(url)
  }
  await app.ready()
  return app
}

function reply (_request, reply) {
  reply.send('ok')
}

function originsOf ({ exact = 0, patterns = 0 }) {
  return [
    ...Array.from({ length: exact }, (_, i) => `https://tenant-${i}.example.net`),
    ...Array.from({ length: patterns }, (_, i) => `https://*.customer-${i}.example.com`)
  ]
}

function heapUsed () {
  // More than once: what a finalizer lets go of is collected the next time.
  for (let i = 0; i < 4; i++) globalThis.gc()
  return process.memoryUsage().heapUsed
}

function median (exchange) {
  measure(exchange, count)
  const taken = Array.from({ length: 9 }, () => measure(exchange, count))
  return taken.sort((a, b) => a - b)[4]
}

function measure ({ method, url = urlOf(shape, routes - 1), headers, alternative = headers }, count) {
  const start = process.cpuUsage()
  for (let i = 0; i < count; i++) app.routing(new Request(method, url, i % 2 === 0 ? headers : alternative), new Response())
  const { user, system } = process.cpuUsage(start)
  return (user + system) * 1000 / count
}

/** How much more the heap holds after as many requests as before them. */
function driftOver (count, exchanges) {
  const send = (count) => {
    for (let i = 0; i < count; i++) {
      const { method, url = urlOf(shape, 0), headers } = exchanges[i % exchanges.length]
      const origin = headers.origin && i % 3 === 0 ? `https://stranger-${i}.example.org` : headers.origin
      app.routing(new Request(method, url, { ...headers, origin }), new Response())
    }
  }
  send(count / 10)
  const before = heapUsed()
  send(count)
  return heapUsed() - before
}
