import assert from 'node:assert/strict'
import { setImmediate } from 'node:timers/promises'

import fc from 'fast-check'
import type { FastifyInstance } from 'fastify'
import t from 'tap'

import cors, { corsOf as questionsOf, type CorsAnswer, type CorsExplanation, type CorsPluginOptions } from '../../lib/index.ts'
import { propertyOptions } from '../fixtures/property.ts'
import { APP, corsOf, EVIL, send, sendPreflight, type Seen } from '../fixtures/requests.ts'
import { buildTable, routeTables, tableRequests, withoutHalves, type TableRequest } from '../fixtures/route-tables.ts'

const RUNS = 30

const selecting: CorsPluginOptions = {
  policies: { other: { origin: [EVIL, 'https://other.example'], allowedHeaders: ['X-Test', 'X-Other'] } },
  select: ({ host }) => host === 'one.example' ? 'other' : undefined,
  vary: 'X-Tenant'
}

const ofPlugin: fc.Arbitrary<CorsPluginOptions> = fc.record({
  global: fc.boolean(),
  origin: fc.constantFrom<CorsPluginOptions['origin'][]>('*', true, false, APP, [APP, 'https://other.example'], async (origin: string) => origin === APP),
  allowedHeaders: fc.constantFrom(true, false, ['X-Test']),
  enforce: fc.boolean(),
  strictPreflight: fc.boolean(),
  exposedHeaders: fc.constantFrom('', 'X-Total')
}) as fc.Arbitrary<CorsPluginOptions>

const options = fc.tuple(ofPlugin, fc.constantFrom({}, selecting)).map((parts) => Object.assign({}, ...parts) as CorsPluginOptions)

/** Questions are about the URL that the router sees, and about requests without a header of the application's own. */
const explainable = routeTables.map((table) => ({
  ...table,
  // Fastify refuses a longer one before any hook.
  router: { ...table.router, maxParamLength: 100 },
  isLate: false,
  rewrites: false,
  routes: table.routes.map((route) => ({ ...route, tenant: undefined }))
}))

/** What an explained answer and a real one have in common; a handler may add to the status. */
function summarize ({ status, headers }: CorsAnswer | Seen): Record<string, unknown> {
  const entries = Object.entries(headers).filter(([name]) => name.startsWith('access-control-') || name === 'vary')
  return { status, headers: Object.fromEntries(entries.sort()) }
}

/** Makes the requests that the explanation says a browser makes. */
async function compare (app: FastifyInstance, { method, url, host }: TableRequest, origin: string, explained: CorsExplanation): Promise<void> {
  const sendsOrigin = explained.code !== 'SAME_ORIGIN' || (method !== 'GET' && method !== 'HEAD')
  const asked = { ...(sendsOrigin && { origin }), host, headers: { 'x-test': '1' } }
  if (explained.preflight !== undefined) {
    const headers = { 'access-control-request-headers': 'x-test' }
    const real = corsOf(await sendPreflight(app, method, url, { origin, host, headers }))
    assert.deepEqual(summarize(explained.preflight), summarize(real), `preflight of ${method} ${url} on ${host}: ${explained.reason}`)
  }
  if (explained.response !== undefined) {
    const real = corsOf(await send(app, method, url, asked))
    assert.deepEqual(summarize(explained.response), summarize(real), `${method} ${url} on ${host}: ${explained.reason}`)
  }
}

t.test('the explained answers are the real ones, and refused is what lacks the origin or a grant', async (t) => {
  const codes = new Set<string>()
  const runs = propertyOptions(t, RUNS)
  let compared = 0
  await fc.assert(fc.asyncProperty(explainable, tableRequests, options, async (random, requests, options) => {
    const table = await withoutHalves(random)
    const app = await buildTable(table, (app) => { app.register(cors, options) })
    try {
      for (const request of requests) {
        for (const origin of [APP, EVIL, 'null', `http://${request.host}`]) {
          const explained = await questionsOf(app).explain({ ...request, origin, headers: { 'x-test': '1' } })
          codes.add(explained.code)
          await compare(app, request, origin, explained)
          assert.equal(explained.allowed, explained.code === 'ALLOWED' || explained.code === 'SAME_ORIGIN')
          compared++
        }
      }
    } finally {
      await app.close()
      await setImmediate()
    }
  }), runs)
  t.ok(compared >= runs.numRuns * 80, `${compared} requests were compared`)
  t.strictSame([...codes].sort(), ['ALLOWED', 'HEADER_NOT_ALLOWED', 'METHOD_NOT_ALLOWED', 'NO_CORS', 'ORIGIN_NOT_ALLOWED', 'SAME_ORIGIN'])
})
