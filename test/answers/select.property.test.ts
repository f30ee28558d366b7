import assert from 'node:assert/strict'
import { setImmediate } from 'node:timers/promises'

import fc from 'fast-check'
import Fastify, { type FastifyInstance, type HTTPMethods } from 'fastify'
import t from 'tap'

import cors, { type CorsPluginOptions, type RouteCors } from '../../lib/index.ts'
import { propertyOptions } from '../fixtures/property.ts'
import { APP, EVIL, seen, seenPreflight } from '../fixtures/requests.ts'
import { handler, OPTIONS, PARTNER, policies, under, withoutVary } from '../fixtures/select.ts'

const RUNS = 30

const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS'] as const
const names = Object.keys(policies)

interface Declared {
  readonly method: string
  readonly url: string
  readonly version: string | undefined
  readonly cors: RouteCors | undefined
}

const blocks: RouteCors[] = [{ maxAge: 5 }, { exposedHeaders: 'X-Block' }, { origin: [APP, EVIL] }, { preflightContinue: true }, { allowedHeaders: true }]
const routes: fc.Arbitrary<Declared[]> = fc.array(fc.record({
  method: fc.constantFrom(...METHODS),
  url: fc.constantFrom('/a', '/:any', '/a/b', '/*'),
  version: fc.option(fc.constantFrom('1.0.0', '2.0.0'), { nil: undefined, freq: 3 }),
  cors: fc.oneof(fc.constantFrom<RouteCors | undefined>(undefined, undefined, true, false), fc.constantFrom<RouteCors>(...blocks))
}), { minLength: 1, maxLength: 8 })

/** What the route of an application without `select` says, for the same answers. */
function withName (cors: RouteCors | undefined, name: string, isGlobal: boolean): RouteCors | undefined {
  if (cors === true || (cors === undefined && isGlobal)) return name
  return typeof cors === 'object' ? { ...cors, policy: name } : cors
}

async function build (options: CorsPluginOptions, declared: readonly Declared[]): Promise<FastifyInstance> {
  const app = Fastify({ exposeHeadRoutes: false }) as FastifyInstance
  app.register(cors, options)
  for (const { method, url, version, cors } of declared) {
    try {
      app.route({ method: method as HTTPMethods, url, constraints: version === undefined ? {} : { version }, config: { cors }, handler })
    } catch (error) {
      assert.equal((error as { code: string }).code, 'FST_ERR_DUPLICATED_ROUTE')
    }
  }
  await app.ready()
  return app
}

/** The same options with the policy as the plugin's own, as far as a request that reaches no route is concerned. */
function withDefault (name: keyof typeof policies, isGlobal: boolean): CorsPluginOptions {
  return { ...policies[name], policies: { [name]: policies[name] }, global: isGlobal } as CorsPluginOptions
}

t.test('what is selected by name is answered as what is named by the route', async (t) => {
  const runs = propertyOptions(t, RUNS)
  let compared = 0
  await fc.assert(fc.asyncProperty(routes, fc.constantFrom(...names), fc.boolean(), fc.boolean(), async (declared, name, isGlobal, isLater) => {
    const select = isLater ? async () => name : () => name
    const selecting = await build({ ...OPTIONS, select, global: isGlobal } as CorsPluginOptions, declared)
    const naming = await build(withDefault(name as keyof typeof policies, isGlobal), declared.map((route) => ({ ...route, cors: withName(route.cors, name, isGlobal) })))
    for (const url of ['/a', '/a/b', '/c', '/c/d']) {
      for (const method of [...METHODS, 'PATCH']) {
        for (const origin of [APP, PARTNER, EVIL]) {
          const asked = { origin, headers: under(name, { 'access-control-request-headers': 'x-open' }) }
          const what = `${method} ${url} of ${origin}`
          assert.deepEqual(withoutVary(await seenPreflight(selecting, method, url, asked), 'X-Policy'), await seenPreflight(naming, method, url, asked), `preflight of ${what}`)
          assert.deepEqual(withoutVary(await seen(selecting, method, url, asked), 'X-Policy'), await seen(naming, method, url, asked), what)
          compared += 2
        }
      }
    }
    await Promise.all([selecting.close(), naming.close()])
    await setImmediate()
  }), runs)
  t.ok(compared > runs.numRuns * 100)
})
