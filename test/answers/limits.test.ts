import Fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify'
import t, { type Test } from 'tap'

import cors from '../../lib/index.ts'
import { APP } from '../fixtures/requests.ts'
import { listen, sendOverSocket, type SocketResponse } from '../fixtures/sockets.ts'

// What is answered before any plugin of Fastify, as docs/limits.md says, and the remedy that stands there.

const ALLOWED = { status: 200, headers: { 'access-control-allow-origin': APP } }

async function build (options: object = {}): Promise<FastifyInstance> {
  const app = Fastify(options as FastifyServerOptions) as FastifyInstance
  await app.register(cors, { origin: APP })
  app.get('/', async () => 'ok')
  return app
}

function seenIn ({ status, headers }: SocketResponse): object {
  return { status, headers }
}

t.test('Node.js answers 431 to headers that are too long, unless it takes longer ones', async (t) => {
  const long = { headers: { origin: APP, 'x-long': 'x'.repeat(20_000) } }
  t.strictSame(seenIn(await sendOverSocket(await listen(t, await build()), long)), { status: 431, headers: {} })
  t.strictSame(seenIn(await sendOverSocket(await listen(t, await build({ http: { maxHeaderSize: 65_536 } })), long)), ALLOWED)
})

/** What a request gets that arrives while the application closes. */
async function whileClosing (t: Test, options: object): Promise<object> {
  const app = await build(options)
  let arrive = (): void => {}
  const closing = new Promise<void>((resolve) => { arrive = resolve })
  let end = (): void => {}
  const answered = new Promise<void>((resolve) => { end = resolve })
  app.addHook('preClose', async () => {
    arrive()
    await answered
  })
  const server = await listen(t, app)
  const closed = app.close()
  await closing
  const response = await sendOverSocket(server, { headers: { origin: APP } })
  end()
  await closed
  return seenIn(response)
}

t.test('Fastify answers 503 while it closes, unless it is told to go on', async (t) => {
  t.strictSame(await whileClosing(t, {}), { status: 503, headers: {} })
  t.strictSame(await whileClosing(t, { return503OnClosing: false }), ALLOWED)
})
