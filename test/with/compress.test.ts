import { Readable } from 'node:stream'
import { gunzipSync } from 'node:zlib'

import compress from '@fastify/compress'
import Fastify from 'fastify'
import t from 'tap'

import cors from '../../lib/index.ts'
import { APP, corsOf, EVIL, send, sendPreflight } from '../fixtures/requests.ts'
import { closing } from '../fixtures/sockets.ts'

const BODY = 'text '.repeat(1000)
const gzip = Object.freeze({ 'accept-encoding': 'gzip' })

for (const order of ['before', 'after']) {
  t.test(`a response that compress, registered ${order} it, has compressed varies by encoding and origin`, async (t) => {
    const app = closing(t, Fastify())
    if (order === 'before') await app.register(compress)
    await app.register(cors, { origin: [APP, 'https://b.example'] })
    if (order === 'after') await app.register(compress)
    app.get('/text', (_request, reply) => { reply.type('text/plain').send(BODY) })
    app.get('/stream', (_request, reply) => { reply.type('text/plain').send(Readable.from([BODY])) })

    for (const url of ['/text', '/stream']) {
      const response = await send(app, 'GET', url, { origin: APP, headers: gzip })
      t.strictSame(corsOf(response), {
        status: 200,
        headers: { 'access-control-allow-origin': APP, vary: 'Origin, accept-encoding' }
      })
      t.equal(gunzipSync(response.rawPayload).toString(), BODY)
      t.strictSame(corsOf(await send(app, 'GET', url, { origin: EVIL, headers: gzip })), {
        status: 200,
        headers: { vary: 'Origin, accept-encoding' }
      })
    }

    const preflight = await sendPreflight(app, 'GET', '/text', { headers: gzip })
    t.strictSame(corsOf(preflight), {
      status: 204,
      headers: {
        'access-control-allow-origin': APP,
        'access-control-allow-methods': 'GET, HEAD',
        vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers'
      }
    })
    t.equal(preflight.headers['content-encoding'], undefined)
    t.equal(preflight.headers['content-length'], '0')
  })
}
