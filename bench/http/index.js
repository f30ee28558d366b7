import { strictEqual } from 'node:assert/strict'
import { request } from 'node:http'

import autocannon from 'autocannon'

import { spread } from '../statistics.js'
import { Worker } from '../worker.js'

const SERVERS = new URL('servers.js', import.meta.url)
const KINDS = ['alone', 'plugin', '@fastify/cors', 'express', 'hono', 'koa']
const ORIGIN = 'https://app.example.com'

const requests = {
  'get-allowed': { method: 'GET', headers: { origin: ORIGIN } },
  preflight: {
    method: 'OPTIONS',
    headers: {
      origin: ORIGIN,
      'access-control-request-method': 'PUT',
      'access-control-request-headers': 'authorization,content-type'
    }
  }
}

/** Requests per second and the slowest hundredth, over a socket, one server at a time. */
export async function measureHttp ({ rounds = 5, seconds = 2, log = () => {} } = {}) {
  const servers = []
  try {
    for (const kind of KINDS) {
      const worker = await Worker.start(SERVERS, [kind])
      servers.push({ kind, worker, port: worker.greeting })
    }
    for (const server of servers) await checkServer(server)
    const samples = await measureRounds(servers, { rounds, seconds, log })
    return samples.map(({ kind, request, perSecond, p99 }) => ({ kind, request, perSecond: spread(perSecond), p99: spread(p99) }))
  } finally {
    for (const { worker } of servers) worker.stop()
  }
}

async function measureRounds (servers, { rounds, seconds, log }) {
  const samples = servers.flatMap((server) =>
    Object.keys(requests).map((request) => ({ ...server, request, perSecond: [], p99: [] })))
  // The first round warms the servers up.
  for (let round = 0; round <= rounds; round++) {
    for (const sample of samples) {
      const { perSecond, p99 } = await fire(sample, seconds)
      if (round === 0) continue
      sample.perSecond.push(perSecond)
      sample.p99.push(p99)
    }
    log(`HTTP: round ${round} of ${rounds}`)
  }
  return samples
}

async function fire ({ port, request }, duration) {
  const result = await autocannon({ url: urlOf(port), ...requests[request], connections: 20, duration })
  strictEqual(result.non2xx + result.errors, 0, 'every request is answered')
  return { perSecond: result.requests.average, p99: result.latency.p99 }
}

/** All but Fastify alone allow the origin, and grant the method. */
async function checkServer ({ kind, port }) {
  if (kind === 'alone') return
  for (const [name, { method, headers }] of Object.entries(requests)) {
    const answered = await headersOf(port, method, headers)
    strictEqual(answered['access-control-allow-origin'], ORIGIN, `${kind}: the origin of ${name}`)
    if (name === 'preflight') strictEqual(answered['access-control-allow-methods'].includes('PUT'), true, `${kind}: the method`)
  }
}

function headersOf (port, method, headers) {
  return new Promise((resolve, reject) => {
    request(urlOf(port), { method, headers, agent: false }, (response) => {
      response.resume()
      resolve(response.headers)
    }).on('error', reject).end()
  })
}

function urlOf (port) {
  return `http://127.0.0.1:${port}/items/42`
}
