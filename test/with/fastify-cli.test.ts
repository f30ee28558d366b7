import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

import t, { type Test } from 'tap'

import { APP } from '../fixtures/requests.ts'
import { sendOverSocket, type SocketResponse } from '../fixtures/sockets.ts'

const cli = fileURLToPath(new URL('../../node_modules/fastify-cli/cli.js', import.meta.url))
const file = fileURLToPath(new URL('../fixtures/with/cli/app.mjs', import.meta.url))

/** fastify-cli does not take port 0. */
async function freePort (): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** The first answer of a server that is starting; `undefined` if it ends instead, as it does where its port was taken. */
async function sendWhenUp (server: ChildProcess, url: string, request: Parameters<typeof sendOverSocket>[1]): Promise<SocketResponse | undefined> {
  for (let tries = 0; server.exitCode === null; tries++) {
    try {
      return await sendOverSocket(url, request)
    } catch (error) {
      if (tries === 300) throw error
      await sleep(100)
    }
  }
  return undefined
}

async function start (t: Test): Promise<{ url: string, above: SocketResponse }> {
  for (let tries = 0; tries < 5; tries++) {
    const port = await freePort()
    const server = spawn(process.execPath, [...process.execArgv, cli, 'start', '--address', '127.0.0.1', '--port', String(port), '--options', file], {
      stdio: 'inherit'
    })
    t.teardown(() => server.kill('SIGKILL'))
    const url = `http://127.0.0.1:${port}`
    const above = await sendWhenUp(server, `${url}/above`, ask('GET'))
    if (above !== undefined) return { url, above }
  }
  throw new Error('it did not start on any of five ports')
}

function ask (method: string): { method: string, headers: Record<string, string> } {
  return { method: 'OPTIONS', headers: { origin: APP, 'access-control-request-method': method } }
}

t.test('an application that `fastify start` runs has its policies, above and below the plugin', async (t) => {
  const { url, above } = await start(t)
  t.strictSame({ status: above.status, headers: above.headers }, {
    status: 204,
    headers: {
      'access-control-allow-origin': APP,
      'access-control-allow-methods': 'GET',
      'access-control-max-age': '60',
      vary: 'Access-Control-Request-Method, Access-Control-Request-Headers'
    }
  })
  const below = await sendOverSocket(`${url}/below`, ask('PUT'))
  t.strictSame({ status: below.status, headers: below.headers }, {
    status: 204,
    headers: {
      'access-control-allow-origin': APP,
      'access-control-allow-methods': 'PUT',
      vary: 'Access-Control-Request-Method, Access-Control-Request-Headers'
    }
  })
  const actual = await sendOverSocket(`${url}/below`, { method: 'PUT', headers: { origin: APP } })
  t.strictSame({ status: actual.status, headers: actual.headers }, { status: 200, headers: { 'access-control-allow-origin': APP } })
})
