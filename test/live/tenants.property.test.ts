import Fastify from 'fastify'
import fc from 'fast-check'
import { test } from 'tap'

import cors from '../../lib/index.ts'
import { Watched } from '../fixtures/live.ts'
import { propertyOptions } from '../fixtures/property.ts'
import { seen, seenPreflight } from '../fixtures/requests.ts'

const TENANTS = 10_000
const ORIGINS = 10

const hostOf = (tenant: number): string => `t${tenant}.api.example`
/** Every third one is a pattern, every seventh tenant shares an origin with the next. */
const originOf = (tenant: number, index: number): string => index % 3 === 2 ? `https://*.w${index}.t${tenant}.example` : `https://w${index}.t${tenant}.example`

test("of ten thousand tenants with ten origins each, none's origins are allowed for another", async (t) => {
  const runs = propertyOptions(t, 300)
  const tenants = Object.fromEntries(Array.from({ length: TENANTS }, (_, tenant) => [
    hostOf(tenant), Array.from({ length: ORIGINS }, (_, index) => originOf(tenant, index))
  ]))
  const { origins } = new Watched(tenants, { key: ({ hostname }: { hostname: string }) => hostname })
  const app = Fastify({ pluginTimeout: 0 })
  await app.register(cors, { origin: origins, credentials: true })
  app.put('/u', async () => 'ok')
  await app.ready()
  t.equal(origins.size, TENANTS * ORIGINS)
  const tenant = fc.nat({ max: TENANTS + 1 })
  await fc.assert(fc.asyncProperty(tenant, fc.oneof({ withCrossShrink: true }, tenant, fc.constant(undefined)), fc.nat({ max: ORIGINS }), async (host, other, index) => {
    // Each second request is a tenant's own.
    const owner = other ?? host
    const origin = originOf(owner, index).replace('*', 'x')
    const isAllowed = owner === host && owner < TENANTS && index < ORIGINS
    const answers = [await seen(app, 'PUT', '/u', { origin, host: hostOf(host) }), await seenPreflight(app, 'PUT', '/u', { origin, host: hostOf(host) })]
    return answers.every(({ headers }) => headers['access-control-allow-origin'] === (isAllowed ? origin : undefined) &&
      headers['access-control-allow-credentials'] === (isAllowed ? 'true' : undefined) && String(headers['vary']).startsWith('Origin'))
  }), runs)
  await app.close()
})
