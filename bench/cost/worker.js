// One of the compared apps, in a process of its own: what the engine learns
// about one app makes no other faster or slower.
import { createApp } from './apps.js'
import { Request, Response } from './exchange.js'
import { headersFactory, requests } from './requests.js'

const [kind, policy] = process.argv.slice(2)
const app = await createApp(kind, policy)
const headers = Object.fromEntries(Object.entries(requests).map(([name, request]) => [name, headersFactory(request)]))

function dispatch (name, routes) {
  const { method } = requests[name]
  const url = routes === undefined ? requests[name].url : `/${routes}/42`
  const response = new Response()
  app.routing(new Request(method, url, headers[name]()), response)
  return response
}

function answer (name, routes) {
  const { statusCode, head, body } = dispatch(name, routes)
  return { statusCode, head: { ...head }, body }
}

/** Processor time, not time of day: what else the machine does is left out. */
function measure (name, routes, count) {
  const start = process.cpuUsage()
  for (let i = 0; i < count; i++) dispatch(name, routes)
  const { user, system } = process.cpuUsage(start)
  return (user + system) * 1000 / count
}

process.on('message', ({ name, count, routes }) => {
  process.send(count === 0 ? answer(name, routes) : measure(name, routes, count))
})
process.send('ready')
