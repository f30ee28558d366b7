import cookie from '@fastify/cookie'
import session from '@fastify/session'
import Fastify from 'fastify'
import t from 'tap'

import cors from '../../lib/index.ts'
import { APP, corsOf, EVIL, send, sendPreflight } from '../fixtures/requests.ts'
import { closing } from '../fixtures/sockets.ts'

declare module 'fastify' {
  interface Session { visits?: number }
}

const secret = 'a secret of more than thirty-two characters'
const ALLOWED = {
  status: 200,
  headers: { 'access-control-allow-origin': APP, 'access-control-allow-credentials': 'true', vary: 'Origin' }
}

for (const order of ['before', 'after']) {
  t.test(`a session of cookie and session, registered ${order} it, goes on across origins`, async (t) => {
    const app = closing(t, Fastify())
    const register = async (): Promise<void> => {
      await app.register(cookie)
      await app.register(session, { secret, cookie: { secure: false, sameSite: 'none' } })
    }
    if (order === 'before') await register()
    await app.register(cors, { origin: [APP, 'https://b.example'], credentials: true })
    if (order === 'after') await register()
    app.put('/visits', ({ session }) => {
      session.visits = (session.visits ?? 0) + 1
      return { visits: session.visits }
    })

    const preflight = await sendPreflight(app, 'PUT', '/visits')
    t.strictSame(corsOf(preflight), {
      status: 204,
      headers: {
        'access-control-allow-origin': APP,
        'access-control-allow-credentials': 'true',
        'access-control-allow-methods': 'PUT',
        vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers'
      }
    })
    if (order === 'after') t.equal(preflight.headers['set-cookie'], undefined, 'no session is made for a preflight')

    const first = await send(app, 'PUT', '/visits', { origin: APP })
    t.strictSame(corsOf(first), ALLOWED)
    const headers = { cookie: String(first.headers['set-cookie']).split(';')[0] as string }
    const second = await send(app, 'PUT', '/visits', { origin: APP, headers })
    t.strictSame(corsOf(second), ALLOWED)
    t.strictSame(second.json(), { visits: 2 })
    t.strictSame(corsOf(await send(app, 'PUT', '/visits', { origin: EVIL, headers })), { status: 200, headers: { vary: 'Origin' } })
  })
}

t.test('with enforce, a foreign page cannot act in a session', async (t) => {
  const app = closing(t, Fastify())
  await app.register(cors, { origin: [APP, 'https://b.example'], credentials: true, enforce: true })
  await app.register(cookie)
  await app.register(session, { secret, cookie: { secure: false } })
  app.post('/transfer', () => { t.fail('the handler must not run') })
  const denied = await send(app, 'POST', '/transfer', { origin: EVIL, headers: { cookie: 'sessionId=any' } })
  t.strictSame(corsOf(denied), { status: 403, headers: { vary: 'Origin' } })
})
