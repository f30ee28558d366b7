import { channel } from 'node:diagnostics_channel'

import Fastify, { type FastifyInstance, type LightMyRequestResponse } from 'fastify'
import t from 'tap'

import cors, { type CorsDecision, type CorsPluginOptions } from '../../lib/index.ts'
import { isPotentiallyTrustworthy, siteRelation } from '../../lib/fetch/origins.ts'
import { APP, corsOf, EVIL, send } from '../fixtures/requests.ts'

const METHODS = ['GET', 'POST', 'PUT'] as const
/** Browsers say nothing of the site to the first one, which is not to be trusted. */
const HOSTS = ['api.example.com', 'localhost:3000']

const policies: Record<string, CorsPluginOptions> = {
  'one origin': { origin: APP },
  'a list': { origin: [APP, 'https://other.example'], credentials: true },
  'a function': { origin: async (origin: string) => origin === APP },
  'any origin': { origin: '*' },
  'whoever asks': { origin: true },
  nobody: { origin: false }
}

async function build (options: CorsPluginOptions): Promise<FastifyInstance> {
  const app = Fastify({ logger: { level: 'debug', stream: { write: (line: string) => { lines.push(line) } } } })
  await app.register(cors, { ...options, enforce: true } as CorsPluginOptions)
  for (const method of METHODS) app.route({ method, url: '/x', handler: async () => 'ok' })
  await app.ready()
  return app as unknown as FastifyInstance
}

let lines: string[] = []

/** The request that a browser makes, after its preflight. */
async function sendAsBrowser (app: FastifyInstance, method: string, host: string, origin: string): Promise<LightMyRequestResponse> {
  const url = new URL(`http://${host}`)
  const site = siteRelation(origin, url)
  const sendsOrigin = site !== 'same-origin' || method !== 'GET'
  return await send(app, method, '/x', {
    host, ...(sendsOrigin && { origin }), headers: isPotentiallyTrustworthy(url) ? { 'sec-fetch-site': site } : {}
  })
}

function headersOf (response: LightMyRequestResponse): Record<string, unknown> {
  const { 'cache-control': cacheControl } = response.headers
  return { ...corsOf(response).headers, ...(cacheControl !== undefined && { 'cache-control': cacheControl }) }
}

for (const [name, options] of Object.entries(policies)) {
  for (const method of METHODS) {
    t.test(`with enforce and ${name}, explain, the channel and the log say of ${method} what happens`, async (t) => {
      const app = await build(options)
      for (const host of HOSTS) {
        for (const origin of [APP, EVIL, 'null', `http://${host}`, 'http://localhost:8080']) {
          const about = `from ${origin} to ${host}`
          const { allowed, code, response } = await app.cors.explain({ method, url: '/x', host, origin })
          if (response === undefined) {
            t.ok(method === 'PUT' && !allowed, `${about}: refused by the preflight`)
            continue
          }
          const told: CorsDecision[] = []
          const listen = (message: unknown): void => { told.push(message as CorsDecision) }
          channel('fastify-route-cors:decision').subscribe(listen)
          lines = []
          const real = await sendAsBrowser(app, method, host, origin)
          channel('fastify-route-cors:decision').unsubscribe(listen)
          t.strictSame({ status: response.status, headers: response.headers }, { status: real.statusCode, headers: headersOf(real) }, about)
          t.equal(allowed, real.statusCode === 200, about)
          const hasOrigin = !(code === 'SAME_ORIGIN' && method === 'GET')
          t.strictSame(told.map((message) => message.allowed), hasOrigin ? [allowed] : [], about)
          t.equal(lines.some((line) => line.includes('CORS request not allowed')), !allowed, about)
        }
      }
    })
  }

  t.test(`with enforce and ${name}, the report says what an allowed page gets`, async (t) => {
    const app = await build(options)
    const [route] = app.cors.routes()
    const stated = Object.entries(route?.headers?.response as Record<string, string>).map(([name, value]) => [name, value.replace('<origin>', APP)])
    const real = await sendAsBrowser(app, 'GET', 'localhost:3000', APP)
    if (name !== 'nobody') t.strictSame(Object.fromEntries(stated), headersOf(real))
    t.match(app.cors.report(), / {2}enforce: true \(the plugin's options\)/)
  })
}
