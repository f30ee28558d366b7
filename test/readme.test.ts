import { readFile, writeFile } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'

import type { FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'

import { APP, seen, seenPreflight } from './fixtures/requests.ts'

const README = new URL('../README.md', import.meta.url)
const ADMIN = 'https://admin.example.com'

/** The first program of the README, with the package from here, and without listening. */
async function buildFirstProgram (t: Test): Promise<FastifyInstance> {
  const text = await readFile(README, 'utf8')
  const [, program = ''] = /^```ts\n([\s\S]+?)^```/m.exec(text) ?? []
  const file = `${t.testdir()}/program.ts`
  await writeFile(file, program
    .replace("'fastify-route-cors'", `'${new URL('../lib/index.ts', import.meta.url).href}'`)
    .replace(/^await app\.listen.*$/m, 'export { app }'))
  const { app } = await import(pathToFileURL(file).href) as { app: FastifyInstance }
  await app.ready()
  return app
}

t.test('the first program of the README does what stands beside it', async (t) => {
  const app = await buildFirstProgram(t)
  t.strictSame(await seen(app, 'GET', '/me', { origin: APP }), {
    status: 200,
    headers: { 'access-control-allow-origin': APP, 'access-control-allow-credentials': 'true', vary: 'Origin' }
  })
  t.strictSame(await seen(app, 'GET', '/feed', { origin: APP }), { status: 200, headers: { 'access-control-allow-origin': '*' } })
  t.strictSame(await seen(app, 'POST', '/internal', { origin: APP }), { status: 200, headers: {} })
  t.equal((await seenPreflight(app, 'PUT', '/orders/7', { origin: ADMIN })).headers['access-control-allow-origin'], ADMIN)
  t.equal((await seenPreflight(app, 'POST', '/internal', { origin: ADMIN })).headers['access-control-allow-origin'], undefined)
})
