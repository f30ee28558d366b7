import assert from 'node:assert/strict'
import { setImmediate } from 'node:timers/promises'

import fc from 'fast-check'
import type { FastifyInstance } from 'fastify'
import t from 'tap'

import cors from '../../lib/index.ts'
import { propertyOptions } from '../fixtures/property.ts'
import { APP, corsOf, send, sendPreflight, type Seen } from '../fixtures/requests.ts'
import { buildTable, DEFAULT_MAX_AGE, METHODS, routeTables, tableRequests, withoutRefused, type RouteTable, type TableRequest, type TableRoute } from '../fixtures/route-tables.ts'

const RUNS = 300

/** The route that a request really reaches, where the plugin is not even there. */
async function reached (app: FastifyInstance, table: RouteTable, { method, url, host }: TableRequest): Promise<TableRoute | undefined> {
  const response = await send(app, method, url, { host })
  const id = Number(response.headers['x-route'])
  return table.routes.find((route) => route.id === id)
}

function expectedMaxAge (route: TableRoute): string {
  return String(route.cors === 'own' ? route.id : DEFAULT_MAX_AGE)
}

/** What a preflight must be answered, from the routes that actual requests reach. */
async function expected (plain: FastifyInstance, table: RouteTable, request: TableRequest): Promise<Record<string, unknown>> {
  const vary = 'Access-Control-Request-Method'
  const route = await reached(plain, table, request)
  if (route?.cors === false) return {}
  if (route !== undefined) return { origin: '*', maxAge: expectedMaxAge(route), grants: true, vary: `${vary}, Access-Control-Request-Headers` }
  const served = []
  for (const method of METHODS) {
    const other = await reached(plain, table, { ...request, method })
    if (other !== undefined) served.push({ method, cors: other.cors })
  }
  if (served.length === 0) {
    return { origin: '*', maxAge: String(DEFAULT_MAX_AGE), grants: true, vary: `${vary}, Access-Control-Request-Headers` }
  }
  if (served.every((other) => other.cors === false)) return {}
  return { origin: '*', maxAge: undefined, grants: false, vary }
}

function summarize ({ headers }: Seen, method: string): Record<string, unknown> {
  const origin = headers['access-control-allow-origin']
  if (origin === undefined) return {}
  const methods = String(headers['access-control-allow-methods'] ?? '').split(', ')
  return { origin, maxAge: headers['access-control-max-age'], grants: methods.includes(method), vary: headers['vary'] }
}

t.test('a preflight is answered by the policy of the route that the actual request reaches', async (t) => {
  const runs = propertyOptions(t, RUNS)
  let compared = 0
  await fc.assert(fc.asyncProperty(routeTables, tableRequests, async (random, requests) => {
    const table = await withoutRefused(random)
    const plain = await buildTable(table, () => {})
    const app = await buildTable(table, (app) => { app.register(cors, { maxAge: DEFAULT_MAX_AGE }) })
    try {
      for (const request of requests) {
        const { method, url, host } = request
        const answer = corsOf(await sendPreflight(app, method, url, { host }))
        assert.deepEqual(summarize(answer, method), await expected(plain, table, request), `preflight of ${method} ${url} on ${host}`)
        const actual = await send(app, method, url, { host, origin: APP })
        const route = await reached(plain, table, request)
        if (method !== 'OPTIONS') {
          assert.equal(actual.headers['x-route'], route === undefined ? undefined : String(route.id))
          assert.equal(actual.headers['access-control-allow-origin'], route?.cors === false ? undefined : '*')
        }
        compared++
      }
    } finally {
      await app.close()
      await plain.close()
      // Injected requests never leave the microtask queue, and nothing is collected meanwhile.
      await setImmediate()
    }
  }), runs)
  t.ok(compared >= runs.numRuns * 20, `${compared} requests were compared`)
})
