import multipart from '@fastify/multipart'
import Fastify from 'fastify'
import t from 'tap'

import cors from '../../lib/index.ts'
import { APP, seenPreflight } from '../fixtures/requests.ts'
import { closing, corsOfRaw, listen, sendOverSocket } from '../fixtures/sockets.ts'

t.test('an upload whose progress a page listens to is preflighted without headers, and granted', async (t) => {
  const app = closing(t, Fastify())
  await app.register(multipart)
  await app.register(cors, { origin: APP })
  app.post('/files', () => 'ok')
  t.strictSame(await seenPreflight(app, 'POST', '/files'), {
    status: 204,
    headers: {
      'access-control-allow-origin': APP,
      'access-control-allow-methods': 'POST',
      vary: 'Access-Control-Request-Method, Access-Control-Request-Headers'
    }
  })
})

t.test('an upload and one that is too large are both answered with the headers', async (t) => {
  const app = Fastify()
  await app.register(multipart, { limits: { fileSize: 100 } })
  await app.register(cors, { origin: APP })
  app.post('/files', async (request) => {
    const file = await request.file()
    return { size: (await file?.toBuffer())?.length }
  })
  const url = `${await listen(t, app)}/files`
  const upload = async (size: number): Promise<unknown> => {
    const body = new FormData()
    body.append('file', new Blob(['x'.repeat(size)]), 'x.txt')
    const response = await fetch(url, { method: 'POST', body, headers: { origin: APP } })
    await response.text()
    return { status: response.status, headers: corsOfRaw([...response.headers].flat()) }
  }
  const headers = { 'access-control-allow-origin': APP }
  t.strictSame(await upload(50), { status: 200, headers })
  t.strictSame(await upload(5000), { status: 413, headers })
  const unsupported = await sendOverSocket(url, { method: 'POST', headers: { origin: APP, 'content-type': 'text/x-unknown', 'content-length': '0' } })
  t.strictSame({ status: unsupported.status, headers: unsupported.headers }, { status: 415, headers })
})
