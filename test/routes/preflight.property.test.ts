import assert from 'node:assert/strict'
import { setImmediate } from 'node:timers/promises'

import fc from 'fast-check'
import type { FastifyInstance } from 'fastify'
import t from 'tap'

import cors from '../../lib/index.ts'
import { APP, corsOf, send, sendPreflight, type Seen } from '../fixtures/requests.ts'
import { propertyOptions } from '../fixtures/property.ts'
import {
  buildTable, DEFAULT_MAX_AGE, finalCors, hiddenHeaders, isAbove, METHODS, routeTables, tableRequests, withoutHalves,
  type RouteTable, type TableRequest, type TableRoute
} from '../fixtures/route-tables.ts'

const RUNS = 300

/** The route that a request really reaches, where the plugin is not even there. */
async function reached (
  app: FastifyInstance, table: RouteTable, { method, url, host }: TableRequest, headers: Record<string, string> = {}
): Promise<TableRoute | undefined> {
  const response = await send(app, method, url, { host, headers })
  const id = Number(response.headers['x-route'])
  return table.routes.find((route) => route.id === id)
}

/** All that it may reach, whatever it carries beside what its preflight shows. */
async function candidates (app: FastifyInstance, table: RouteTable, request: TableRequest): Promise<TableRoute[]> {
  const found = new Set<TableRoute>()
  for (const headers of hiddenHeaders(table)) {
    const route = await reached(app, table, request, headers)
    if (route !== undefined) found.add(route)
  }
  return [...found]
}

/** Nothing is granted for a route that the package has come too late for. */
function granted (table: RouteTable, route: TableRoute): TableRoute['cors'] {
  return table.isLate && isAbove(table, route) ? false : finalCors(table, route)
}

/** What a preflight must be answered, from the routes that actual requests reach. */
async function expected (plain: FastifyInstance, table: RouteTable, request: TableRequest): Promise<Record<string, unknown>> {
  const vary = 'Access-Control-Request-Method'
  const routes = await candidates(plain, table, request)
  if (routes.some((route) => granted(table, route) === false)) return {}
  if (routes.length > 0) {
    const maxAges = routes.map((route) => granted(table, route) === 'own' ? route.id : DEFAULT_MAX_AGE)
    return { origin: '*', maxAge: String(Math.min(...maxAges)), grants: true, vary: `${vary}, Access-Control-Request-Headers` }
  }
  const others = await Promise.all(METHODS.map(async (method) => await candidates(plain, table, { ...request, method })))
  const served = others.filter((routes) => routes.length > 0)
  if (served.length === 0) {
    return { origin: '*', maxAge: String(DEFAULT_MAX_AGE), grants: true, vary: `${vary}, Access-Control-Request-Headers` }
  }
  if (served.every((routes) => routes.some((route) => granted(table, route) === false))) return {}
  return { origin: '*', maxAge: undefined, grants: false, vary }
}

function summarize ({ headers }: Seen, method: string): Record<string, unknown> {
  const origin = headers['access-control-allow-origin']
  if (origin === undefined) return {}
  const methods = String(headers['access-control-allow-methods'] ?? '').split(', ')
  return { origin, maxAge: headers['access-control-max-age'], grants: methods.includes(method), vary: headers['vary'] }
}

t.test('a preflight is answered by the policy of the route that the actual request reaches', async (t) => {
  const options = propertyOptions(t, RUNS)
  let compared = 0
  await fc.assert(fc.asyncProperty(routeTables, tableRequests, async (random, requests) => {
    const table = await withoutHalves(random)
    const plain = await buildTable(table, () => {})
    const app = await buildTable(table, (app) => app.register(cors, { maxAge: DEFAULT_MAX_AGE }))
    try {
      for (const request of requests) {
        const { method, url, host } = request
        const answer = corsOf(await sendPreflight(app, method, url, { host }))
        // Fastify answers what has too long a parameter before any hook.
        const wanted = answer.status === 414 ? {} : await expected(plain, table, request)
        assert.deepEqual(summarize(answer, method), wanted, `preflight of ${method} ${url} on ${host}`)
        const actual = await send(app, method, url, { host, origin: APP })
        const route = await reached(plain, table, request)
        if (method !== 'OPTIONS') {
          assert.equal(actual.headers['x-route'], route === undefined ? undefined : String(route.id))
          const hasCors = actual.statusCode !== 414 && (route === undefined || finalCors(table, route) !== false)
          assert.equal(actual.headers['access-control-allow-origin'], hasCors ? '*' : undefined)
        }
        compared++
      }
    } finally {
      await app.close()
      await plain.close()
      // Injected requests never leave the microtask queue, and nothing is collected meanwhile.
      await setImmediate()
    }
  }), options)
  t.ok(compared >= options.numRuns * 20, `${compared} requests were compared`)
})
