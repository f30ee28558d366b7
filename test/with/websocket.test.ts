import websocket from '@fastify/websocket'
import Fastify from 'fastify'
import t from 'tap'

import cors from '../../lib/index.ts'
import { APP, EVIL } from '../fixtures/requests.ts'
import { listen, sendOverSocket } from '../fixtures/sockets.ts'

const UPGRADE = Object.freeze({
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ=='
})

for (const order of ['before', 'after']) {
  t.test(`with enforce, a WebSocket of websocket, registered ${order} it, opens for allowed origins and its own only`, async (t) => {
    let opened = 0
    const app = Fastify()
    if (order === 'before') await app.register(websocket)
    await app.register(cors, { origin: [APP, 'https://b.example'], enforce: true })
    if (order === 'after') await app.register(websocket)
    app.get('/chat', { websocket: true }, () => { opened++ })
    const url = await listen(t, app)
    const open = async (headers: Record<string, string>): Promise<number> =>
      (await sendOverSocket(`${url}/chat`, { headers: { ...UPGRADE, ...headers } })).status

    t.equal(await open({ origin: APP }), 101)
    t.equal(await open({ origin: url }), 101)
    t.equal(await open({}), 101)
    t.equal(opened, 3)
    t.equal(await open({ origin: EVIL }), 403)
    t.equal(await open({ origin: 'null' }), 403)
    t.equal(opened, 3)
    // Closes only if no refused socket was left open.
    await app.close()
  })
}

t.test('without enforce a WebSocket opens for every origin, for CORS does not govern it', async (t) => {
  const app = Fastify()
  await app.register(websocket)
  await app.register(cors, { origin: APP })
  app.get('/chat', { websocket: true }, () => {})
  const { status } = await sendOverSocket(`${await listen(t, app)}/chat`, { headers: { ...UPGRADE, origin: EVIL } })
  t.equal(status, 101)
})
