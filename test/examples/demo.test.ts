import { createServer } from 'node:net'
import { once } from 'node:events'
import t from 'tap'

import { sendBrowserRequests } from '../../examples/demo/browser-requests.ts'
import { freePort } from '../../examples/demo/ports.ts'
import { startDemo } from '../../examples/demo/servers.ts'
import { formatTable } from '../../examples/demo/terminal-table.ts'

const demo = await startDemo({ port: 0 })
const { page, api, other } = demo.origins
t.teardown(async () => { await demo.close() })

t.test('the table names what a browser would be told', async (t) => {
  const rows = await sendBrowserRequests(demo.origins)
  for (const { url, origin, headers, verdict } of rows) {
    const allowed = new Map(headers).get('access-control-allow-origin')
    t.equal(allowed === '*' || allowed === origin, /^(?:allowed|preflight passes)/.test(verdict), `${url} from ${origin}: ${verdict}`)
  }
  const table = formatTable(rows)
  t.match(table, new RegExp(`GET +/page/data +${page} +200 +access-control-allow-origin: ${page}`))
  t.match(table, new RegExp(`GET +/opted-out/data +${page} +200 +none`))
})

t.test('the wire log keeps preflights and answers by id', async (t) => {
  await fetch(`${api}/split/data?id=wire`, { method: 'OPTIONS', headers: { origin: other, 'access-control-request-method': 'PUT' } })
  const log = await (await fetch(`${page}/wire/wire`)).json()
  t.strictSame(log, [{
    method: 'OPTIONS',
    url: '/split/data?id=wire',
    requestHeaders: { origin: other, 'access-control-request-method': 'PUT' },
    status: 204,
    responseHeaders: {
      'Access-Control-Allow-Origin': other,
      'Access-Control-Allow-Methods': 'POST, PUT, PATCH, DELETE',
      Vary: 'Access-Control-Request-Method, Access-Control-Request-Headers'
    }
  }])
})

t.test('the page reaches nothing but the demo', async (t) => {
  const policy = (await fetch(`${page}/`)).headers.get('content-security-policy')
  t.match(policy, new RegExp(`connect-src ${page} ${other} ${api};`))
  t.match(policy, /^default-src 'none';/)
})

t.test('a port in use is passed over', async (t) => {
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  t.teardown(() => { taken.close() })
  const { port } = taken.address() as { port: number }
  t.ok(await freePort(port) > port)
})

t.test('where another program takes a port in between, all three begin anew', async (t) => {
  for (const site of ['page', 'api', 'other'] as const) {
    const taker = createServer()
    let taken: string | undefined
    const demo = await startDemo({
      port: 0,
      api: (origins) => {
        if (taken === undefined) taker.listen(Number(new URL(taken = origins[site]).port))
        return async () => {}
      }
    })
    t.not(taken, undefined)
    t.notOk(Object.values(demo.origins).includes(taken as string), `${site}: ${String(taken)}`)
    t.equal((await fetch(`${demo.origins.page}/setup.json`)).status, 200)
    await demo.close()
    taker.close()
    await once(taker, 'close')
  }
})
