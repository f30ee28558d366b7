import { once } from 'node:events'
import { connect } from 'node:http2'
import { request as httpsRequest } from 'node:https'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

import Fastify from 'fastify'
import { generate } from 'selfsigned'
import t from 'tap'

import cors, { type CorsPluginOptions } from '../../lib/index.ts'
import { APP, EVIL } from '../fixtures/requests.ts'
import { closing, corsOfRaw } from '../fixtures/sockets.ts'

const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], { keyType: 'ec' })
const options: CorsPluginOptions = { origin: [APP, 'https://b.example'], enforce: true }
const PREFLIGHT = {
  status: 204,
  headers: {
    'access-control-allow-origin': APP,
    'access-control-allow-methods': 'PUT',
    'access-control-allow-headers': 'x-token',
    vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers'
  }
}
const asking = { origin: APP, 'access-control-request-method': 'PUT', 'access-control-request-headers': 'x-token' }

t.test('over TLS, requests and preflights are answered, and the own origin is https', async (t) => {
  const app = closing(t, Fastify({ https: { key, cert } }))
  await app.register(cors, options)
  app.put('/', (_request, reply) => { reply.header('vary', 'Accept').send('ok') })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  const send = async (method: string, headers: Record<string, string>): Promise<unknown> => {
    const request = httpsRequest({ host: '127.0.0.1', port, method, headers, rejectUnauthorized: false, agent: false }).end()
    const [message] = await once(request, 'response') as [IncomingMessage]
    message.resume()
    await once(message, 'end')
    return { status: message.statusCode, headers: corsOfRaw(message.rawHeaders) }
  }

  t.strictSame(await send('PUT', { origin: APP }), { status: 200, headers: { 'access-control-allow-origin': APP, vary: 'Accept, Origin' } })
  t.strictSame(await send('PUT', { origin: EVIL }), { status: 403, headers: { vary: 'Origin' } })
  t.strictSame(await send('PUT', { origin: `https://127.0.0.1:${port}` }), { status: 200, headers: { vary: 'Accept, Origin' } })
  t.strictSame(await send('OPTIONS', asking), PREFLIGHT)
})

t.test('over HTTP/2, requests and preflights are answered alike', async (t) => {
  const app = closing(t, Fastify({ http2: true, https: { key, cert } }))
  await app.register(cors, options)
  app.put('/', (_request, reply) => { reply.header('vary', 'Accept').send('ok') })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  const session = connect(`https://127.0.0.1:${port}`, { rejectUnauthorized: false })
  t.teardown(() => { session.close() })
  const send = async (method: string, headers: Record<string, string>): Promise<unknown> => {
    const stream = session.request({ ':method': method, ':path': '/', ...headers })
    stream.end()
    const [head] = await once(stream, 'response') as [Record<string, string>]
    stream.resume()
    await once(stream, 'close')
    return { status: Number(head[':status']), headers: corsOfRaw(Object.entries(head).flat()) }
  }

  t.strictSame(await send('PUT', { origin: APP }), { status: 200, headers: { 'access-control-allow-origin': APP, vary: 'Accept, Origin' } })
  t.strictSame(await send('PUT', { origin: EVIL }), { status: 403, headers: { vary: 'Origin' } })
  t.strictSame(await send('PUT', { origin: `https://127.0.0.1:${port}` }), { status: 200, headers: { vary: 'Accept, Origin' } })
  t.strictSame(await send('OPTIONS', asking), PREFLIGHT)
  session.close()
})
