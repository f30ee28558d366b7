import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { FileStore } from '@tus/file-store'
import { Server } from '@tus/server'
import Fastify, { type FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'

import cors, { type CorsPluginOptions } from '../../lib/index.ts'
import { APP, EVIL } from '../fixtures/requests.ts'
import { listen, sendOverSocket } from '../fixtures/sockets.ts'
import { exposed, fetchFrom } from './page.ts'

const POLICY: CorsPluginOptions = { origin: [APP, 'https://other.example'], exposedHeaders: ['X-Total', 'location'] }
const TUS = { 'tus-resumable': '1.0.0' }

async function serve (t: Test, policy: CorsPluginOptions): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'fastify-route-cors-'))
  const tus = new Server({ path: '/files', datastore: new FileStore({ directory }), relativeLocation: true })
  const app = Fastify() as FastifyInstance
  app.register(cors, policy)
  app.addContentTypeParser('application/offset+octet-stream', (_request, _payload, done) => { done(null) })
  for (const url of ['/files', '/files/*']) {
    app.all(url, async (request, reply) => {
      reply.hijack()
      await tus.handle(request.raw, reply.raw)
    })
  }
  const server = await listen(t, app)
  t.teardown(() => { rmSync(directory, { recursive: true, force: true }) })
  return server
}

t.test('a page of an allowed origin uploads by tus, which takes headers that tus exposes', async (t) => {
  const server = await serve(t, POLICY)
  const created = await fetchFrom(APP, server, { path: '/files', method: 'POST', headers: { ...TUS, 'upload-length': '11' } })
  t.strictSame([created.verdict, created.status], ['readable', 201])
  t.strictSame({ ...created.cors, 'access-control-expose-headers': undefined }, {
    'access-control-allow-origin': APP, 'access-control-expose-headers': undefined, vary: 'Origin'
  })
  const names = exposed(created)
  t.strictSame(names.slice(0, 2), ['X-Total', 'location'], "the policy's come first, and each stands there once")
  t.equal(new Set(names.map((name) => name.toLowerCase())).size, names.length)
  for (const name of ['Upload-Offset', 'Upload-Length', 'Tus-Resumable', 'Tus-Version']) t.ok(names.includes(name), name)
  const path = created.headers['location'] ?? ''
  t.match(path, /^\/files\/\w+$/)

  const sent = await fetchFrom(APP, server, {
    path, method: 'PATCH', headers: { ...TUS, 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' }, body: 'hello'
  })
  t.strictSame([sent.verdict, sent.status, sent.headers['upload-offset'], sent.headers['tus-resumable']], ['readable', 204, '5', '1.0.0'])
  t.strictSame(exposed(sent), names)
  const asked = await fetchFrom(APP, server, { path, method: 'HEAD', headers: TUS })
  t.strictSame([asked.verdict, asked.status, asked.headers['upload-offset'], asked.headers['upload-length']], ['readable', 200, '5', '11'])

  // Errors of the library, too.
  const wrong = await fetchFrom(APP, server, {
    path, method: 'PATCH', headers: { ...TUS, 'upload-offset': '3', 'content-type': 'application/offset+octet-stream' }, body: 'hello'
  })
  t.strictSame([wrong.verdict, wrong.status, exposed(wrong)], ['readable', 409, names])
})

t.test('a page of another origin is told nothing, though tus allows any', async (t) => {
  const server = await serve(t, POLICY)
  const { verdict, cors: seen } = await fetchFrom(EVIL, server, { path: '/files', method: 'POST', headers: { ...TUS, 'upload-length': '11' } })
  t.strictSame([verdict, seen], ['blocked', { vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers' }])
  const { status, headers, message } = await sendOverSocket(`${server}/files`, { method: 'POST', headers: { origin: EVIL, ...TUS, 'upload-length': '11' } })
  t.strictSame({ status, headers }, { status: 201, headers: { vary: 'Origin' } })
  t.equal(message.headers['tus-resumable'], '1.0.0')
})

t.test('with one exact origin the list is on every response, for it is the browser that compares', async (t) => {
  const server = await serve(t, { origin: APP })
  for (const origin of [APP, EVIL]) {
    const { status, headers: { 'access-control-expose-headers': names, ...headers } } = await sendOverSocket(`${server}/files`, { method: 'POST', headers: { origin, ...TUS, 'upload-length': '11' } })
    t.strictSame({ status, headers }, { status: 201, headers: { 'access-control-allow-origin': APP } })
    t.match(names, /\bLocation\b.*\bUpload-Offset\b/)
  }
})

t.test('preflights are answered by the policy, and other OPTIONS requests by tus, under the policy', async (t) => {
  const server = await serve(t, { ...POLICY, allowedHeaders: ['Tus-Resumable', 'Upload-Length'], maxAge: 60 })
  const preflight = await sendOverSocket(`${server}/files`, {
    method: 'OPTIONS', headers: { origin: APP, 'access-control-request-method': 'POST', 'access-control-request-headers': 'tus-resumable' }
  })
  t.equal(preflight.message.headers['tus-version'], undefined)
  t.equal(preflight.headers['access-control-allow-headers'], 'Tus-Resumable, Upload-Length')
  t.equal(preflight.headers['access-control-max-age'], '60')
  const { status, headers: { 'access-control-expose-headers': names, ...headers }, message } = await sendOverSocket(`${server}/files`, { method: 'OPTIONS', headers: { origin: APP } })
  t.strictSame({ status, headers }, { status: 204, headers: { 'access-control-allow-origin': APP, vary: 'Origin' } })
  t.equal(message.headers['tus-version'], '1.0.0')
  t.match(names, /^X-Total, location, .*\bUpload-Offset\b/)
})
