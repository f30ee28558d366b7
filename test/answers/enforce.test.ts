import type { AddressInfo } from 'node:net'

import websocket from '@fastify/websocket'
import Fastify, { type FastifyInstance } from 'fastify'
import t from 'tap'
import { WebSocket } from 'ws'

import cors, { type CorsPluginOptions } from '../../lib/index.ts'
import { APP, EVIL, seen, seenPreflight, send } from '../fixtures/requests.ts'

const OTHER = 'https://other.example'

async function build (options: CorsPluginOptions, trustProxy = false): Promise<{ app: FastifyInstance, runs: string[] }> {
  const runs: string[] = []
  const app = Fastify({ trustProxy })
  await app.register(cors, { enforce: true, ...options } as CorsPluginOptions)
  app.addHook('onRequest', async () => { runs.push('hook') })
  app.post('/', async () => { runs.push('handler') })
  await app.ready()
  return { app, runs }
}

const policies: Array<[string, CorsPluginOptions, Record<string, string>]> = [
  ['one origin', { origin: APP }, { 'access-control-allow-origin': APP }],
  ['a list', { origin: [APP, OTHER] }, { vary: 'Origin' }],
  ['a function', { origin: async (origin: string) => origin === APP }, { vary: 'Origin' }]
]

for (const [name, options, denied] of policies) {
  t.test(`${name} refuses a foreign origin before anything runs`, async (t) => {
    const { app, runs } = await build(options)
    for (const origin of [EVIL, 'null', '']) {
      const response = await send(app, 'POST', '/', { origin })
      t.equal(response.json().code, 'FST_ERR_CORS_ORIGIN_DENIED')
      t.strictSame(await seen(app, 'POST', '/', { origin }), { status: 403, headers: denied })
    }
    t.strictSame(runs, [])
    t.equal((await seen(app, 'POST', '/', { origin: APP })).status, 200)
    t.equal((await seen(app, 'POST', '/')).status, 200, 'without an Origin')
    t.equal((await seenPreflight(app, 'POST', '/', { origin: EVIL })).status, 204, 'a preflight stays as it is')
  })
}

t.test("'*' allows every origin", async (t) => {
  const { app } = await build({})
  t.equal((await seen(app, 'POST', '/', { origin: EVIL })).status, 200)
})

const owns: Array<[origin: string, host: string, status: number]> = [
  ['http://api.example.com', 'api.example.com', 200],
  ['http://api.example.com', 'API.example.com:80', 200],
  ['http://api.example.com:8080', 'api.example.com:8080', 200],
  ['https://api.example.com', 'api.example.com', 403],
  ['http://api.example.com:8080', 'api.example.com', 403]
]

for (const [origin, host, status] of owns) {
  t.test(`${origin} is ${status === 200 ? '' : 'not '}the own origin of ${host}`, async (t) => {
    const { app } = await build({ origin: APP })
    t.equal((await seen(app, 'POST', '/', { origin, host })).status, status)
  })
}

t.test('a trusted proxy tells the own origin', async (t) => {
  const headers = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'shop.example' }
  const asked = { origin: 'https://shop.example', headers }
  t.equal((await seen((await build({ origin: APP }, true)).app, 'POST', '/', asked)).status, 200)
  t.equal((await seen((await build({ origin: APP }, false)).app, 'POST', '/', asked)).status, 403)
  const port = { origin: 'https://shop.example', headers: { ...headers, 'x-forwarded-host': 'shop.example:443' } }
  t.equal((await seen((await build({ origin: APP }, true)).app, 'POST', '/', port)).status, 200)
})

t.test('a WebSocket upgrade from a foreign origin is refused', async (t) => {
  const app = Fastify()
  await app.register(cors, { origin: [APP, OTHER], enforce: true })
  await app.register(websocket)
  app.get('/socket', { websocket: true }, (socket) => { socket.send('hello') })
  await app.listen({ host: '127.0.0.1', port: 0 })
  t.teardown(async () => { await app.close() })
  const { port } = app.server.address() as AddressInfo

  async function open (origin: string): Promise<string> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/socket`, { origin })
    return await new Promise((resolve) => {
      socket.on('message', (data) => {
        socket.on('close', () => { resolve(String(data)) })
        socket.close()
      })
      socket.on('error', (error) => { resolve(error.message) })
    })
  }

  t.equal(await open(APP), 'hello')
  t.equal(await open(EVIL), 'Unexpected server response: 403')
})
