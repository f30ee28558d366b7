// One of the compared apps, in a process of its own: what the engine learns
// about one app makes no other faster or slower.
import { createApp } from './apps.js'
import { Request, Response } from './exchange.js'
import { headersFactory, requests } from './requests.js'

const [kind, policy] = process.argv.slice(2)
const app = await createApp(kind, policy)
const headers = Object.fromEntries(Object.entries(requests).map(([name, request]) => [name, headersFactory(request)]))

function dispatch (name, isLarge) {
  const { method } = requests[name]
  const url = isLarge ? '/large/42' : requests[name].url
  const response = new Response()
  app.routing(new Request(method, url, headers[name]()), response)
  return response
}

function answer (name, isLarge) {
  const { statusCode, head, body } = dispatch(name, isLarge)
  return { statusCode, head: { ...head }, body }
}

/** Processor time, not time of day: what else the machine does is left out. */
function measure (name, isLarge, count) {
  const start = process.cpuUsage()
  for (let i = 0; i < count; i++) dispatch(name, isLarge)
  const { user, system } = process.cpuUsage(start)
  return (user + system) * 1000 / count
}

process.on('message', ({ name, count, isLarge }) => {
  process.send(count === 0 ? answer(name, isLarge) : measure(name, isLarge, count))
})
process.send('ready')
