// One of the compared apps, in a process of its own: what the engine learns
// about one app makes no other faster or slower.
import { createApp } from './apps.js'
import { Request, Response } from './exchange.js'
import { headersFactory, requests } from './requests.js'

const [kind, policy] = process.argv.slice(2)
const app = await createApp(kind, policy)
const headers = Object.fromEntries(Object.entries(requests).map(([name, request]) => [name, headersFactory(request)]))

function dispatch (name) {
  const { method, url } = requests[name]
  const response = new Response()
  app.routing(new Request(method, url, headers[name]()), response)
  return response
}

function answer (name) {
  const { statusCode, head, body } = dispatch(name)
  return { statusCode, head: { ...head }, body }
}

/** Processor time, not time of day: what else the machine does is left out. */
function measure (name, count) {
  const start = process.cpuUsage()
  for (let i = 0; i < count; i++) dispatch(name)
  const { user, system } = process.cpuUsage(start)
  return (user + system) * 1000 / count
}

process.on('message', ({ name, count }) => {
  process.send(count === 0 ? answer(name) : measure(name, count))
})
process.send('ready')
