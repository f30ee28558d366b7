import jwt from '@fastify/jwt'
import Fastify, { type FastifyRequest } from 'fastify'
import t from 'tap'

import cors from '../../lib/index.ts'
import { APP, seen, seenPreflight } from '../fixtures/requests.ts'
import { closing } from '../fixtures/sockets.ts'

const verify = async (request: FastifyRequest): Promise<void> => { await request.jwtVerify() }

for (const order of ['before', 'after']) {
  t.test(`a preflight needs no token of jwt, registered ${order} it, and the 401 can be read`, async (t) => {
    const app = closing(t, Fastify())
    if (order === 'before') await app.register(jwt, { secret: 'secret' })
    await app.register(cors, { origin: [APP, 'https://b.example'], allowedHeaders: 'Authorization' })
    if (order === 'after') await app.register(jwt, { secret: 'secret' })
    app.delete('/orders/:id', { onRequest: verify }, () => 'ok')

    t.strictSame(await seenPreflight(app, 'DELETE', '/orders/1', { headers: { 'access-control-request-headers': 'authorization' } }), {
      status: 204,
      headers: {
        'access-control-allow-origin': APP,
        'access-control-allow-methods': 'DELETE',
        'access-control-allow-headers': 'Authorization',
        vary: 'Origin, Access-Control-Request-Method'
      }
    })
    const headers = { 'access-control-allow-origin': APP, vary: 'Origin' }
    t.strictSame(await seen(app, 'DELETE', '/orders/1', { origin: APP }), { status: 401, headers })
    const authorization = `Bearer ${app.jwt.sign({ sub: 'me' })}`
    t.strictSame(await seen(app, 'DELETE', '/orders/1', { origin: APP, headers: { authorization } }), { status: 200, headers })
  })
}
