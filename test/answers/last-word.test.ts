import http from 'node:http'
import http2 from 'node:http2'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'

import Fastify, { type FastifyInstance, type RouteHandlerMethod } from 'fastify'
import t from 'tap'

import cors, { type CorsPluginOptions } from '../../lib/index.ts'
import { APP, EVIL, seen, seenPreflight } from '../fixtures/requests.ts'
import { listen, sendOverSocket } from '../fixtures/sockets.ts'

const OTHER = 'https://other.example'
const LIST = Object.freeze({ origin: [APP, OTHER], credentials: true } as const)
const ALLOWED = { 'access-control-allow-origin': APP, 'access-control-allow-credentials': 'true' }

async function build (options: CorsPluginOptions, handler: RouteHandlerMethod): Promise<FastifyInstance> {
  const app = Fastify()
  await app.register(cors, options)
  app.get('/', handler)
  await app.ready()
  return app
}

/** Ways to set headers that a policy must survive. */
const handlers: Record<string, RouteHandlerMethod> = {
  'reply.header': async (_request, reply) => {
    await reply
      .header('Vary', 'Accept-Encoding')
      .header('Access-Control-Allow-Origin', '*')
      .header('access-control-allow-methods', 'DELETE')
      .header('access-control-max-age', '9')
      .send('ok')
  },
  'reply.raw.setHeader': async (_request, reply) => {
    reply.raw.setHeader('Vary', 'Accept-Encoding')
    reply.raw.setHeader('Access-Control-Allow-Origin', '*')
    reply.raw.setHeader('Access-Control-Allow-Methods', 'DELETE')
    return 'ok'
  },
  'a Response': async () => new Response('ok', {
    headers: { vary: 'Accept-Encoding', 'access-control-allow-origin': '*', 'access-control-allow-credentials': 'false' }
  }),
  'an error with headers': async () => {
    throw Object.assign(new Error('failed'), {
      headers: { vary: 'Accept-Encoding', 'access-control-allow-origin': '*' }
    })
  },
  'a stream': async (_request, reply) => {
    reply.header('vary', ['Accept-Encoding']).header('access-control-allow-origin', '*')
    return Readable.from(['o', 'k'])
  },
  'reply.raw.writeHead with an object': (_request, reply) => {
    reply.hijack()
    reply.raw.writeHead(200, SHARED)
    reply.raw.end('ok')
  },
  'reply.raw.writeHead with a reason': (_request, reply) => {
    reply.hijack()
    reply.raw.writeHead(200, 'Fine', SHARED).end('ok')
  },
  'reply.raw.writeHead with a flat array': (_request, reply) => {
    reply.hijack()
    reply.raw.writeHead(200, ['Vary', 'Accept-Encoding', 'Access-Control-Allow-Origin', '*', 'Set-Cookie', 'a=1', 'Set-Cookie', 'b=2'])
    reply.raw.end('ok')
  },
  'reply.raw.writeHead with pairs': (_request, reply) => {
    reply.hijack()
    reply.raw.writeHead(200, [['Vary', 'Accept-Encoding'], ['Access-Control-Allow-Origin', '*']] as never)
    reply.raw.end('ok')
  },
  'reply.raw.write alone': (_request, reply) => {
    reply.hijack()
    reply.raw.setHeader('vary', 'Accept-Encoding')
    reply.raw.write('o')
    reply.raw.end('k')
  }
}

const SHARED = Object.freeze({ Vary: 'Accept-Encoding', 'Access-Control-Allow-Origin': '*', 'X-Own': '1' })

for (const [name, handler] of Object.entries(handlers)) {
  t.test(`the policy has the last word over ${name}`, async (t) => {
    const app = await build(LIST, handler)
    const status = name === 'an error with headers' ? 500 : 200
    t.strictSame(await seen(app, 'GET', '/', { origin: APP }), { status, headers: { ...ALLOWED, vary: 'Accept-Encoding, Origin' } })
    t.strictSame(await seen(app, 'GET', '/', { origin: EVIL }), { status, headers: { vary: 'Accept-Encoding, Origin' } })
    t.strictSame(await seen(app, 'GET', '/', { origin: APP }), { status, headers: { ...ALLOWED, vary: 'Accept-Encoding, Origin' } })
    const constant = await build({ origin: OTHER }, handler)
    t.strictSame(await seen(constant, 'GET', '/', { origin: APP }), {
      status,
      headers: { 'access-control-allow-origin': OTHER, vary: 'Accept-Encoding' }
    })
  })
}

t.test('headers of the handler that do not concern CORS stay', async (t) => {
  const app = await build(LIST, handlers['reply.raw.writeHead with a flat array'] as RouteHandlerMethod)
  const response = await app.inject('/')
  t.strictSame(response.headers['set-cookie'], ['a=1', 'b=2'])
})

const varies: Array<[given: unknown, ends: string]> = [
  ['origin', 'origin'],
  ['Accept, ORIGIN', 'Accept, ORIGIN'],
  ['*', '*'],
  ['', 'Origin'],
  [['Accept', 'Cookie'], 'Accept, Cookie, Origin'],
  ['Accept,Cookie', 'Accept, Cookie, Origin']
]

for (const [given, ends] of varies) {
  t.test(`Vary of ${JSON.stringify(given)} ends as ${ends}`, async (t) => {
    const app = await build(LIST, async (_request, reply) => await reply.header('vary', given).send('ok'))
    t.equal((await seen(app, 'GET', '/')).headers['vary'], ends)
    t.equal((await seen(app, 'GET', '/')).headers['vary'], ends, 'the second time too')
  })
}

t.test('hooks of other plugins and of routes do not lose a header, of preflights neither', async (t) => {
  const app = Fastify()
  await app.register(cors, LIST)
  app.addHook('onSend', async (_request, reply) => { reply.header('vary', 'Accept').removeHeader('access-control-allow-origin') })
  app.get('/', { onSend: async (_request, reply) => { reply.header('access-control-allow-origin', '*') } }, async () => 'ok')
  t.strictSame(await seen(app, 'GET', '/', { origin: APP }), { status: 200, headers: { ...ALLOWED, vary: 'Accept, Origin' } })
  t.strictSame(await seenPreflight(app, 'GET', '/'), {
    status: 204,
    headers: {
      ...ALLOWED,
      'access-control-allow-methods': 'GET, HEAD',
      vary: 'Accept, Origin, Access-Control-Request-Method, Access-Control-Request-Headers'
    }
  })
})

t.test('a writeHead that was there before is called', async (t) => {
  const app = Fastify()
  const statuses: number[] = []
  app.addHook('onRequest', async (_request, { raw }) => {
    const { writeHead } = raw
    raw.writeHead = function (this: typeof raw, status: number, ...rest: unknown[]) {
      statuses.push(status)
      return Reflect.apply(writeHead, this, [status, ...rest])
    } as never
  })
  await app.register(cors, { origin: async (origin: string) => origin === APP })
  app.get('/', async () => 'ok')
  t.strictSame((await seen(app, 'GET', '/', { origin: APP })).headers, { 'access-control-allow-origin': APP, vary: 'Origin' })
  t.strictSame(statuses, [200])
})

t.test('rawHeaders sets the headers where code finds them that copies what is set', async (t) => {
  const copies: RouteHandlerMethod = (_request, reply) => {
    const headers = reply.getHeaders()
    reply.hijack()
    reply.raw.end(JSON.stringify(headers))
  }
  const app = await build({ ...LIST, rawHeaders: true }, copies)
  const response = await app.inject({ url: '/', headers: { origin: APP } })
  t.match(response.json(), { ...ALLOWED, vary: 'Origin' })
  t.strictSame((await seen(app, 'GET', '/', { origin: APP })).headers, { ...ALLOWED, vary: 'Origin' })
  t.strictSame((await seen(app, 'GET', '/', { origin: EVIL })).headers, { vary: 'Origin' })
  const constant = await build({ origin: APP, rawHeaders: true }, copies)
  t.match((await constant.inject('/')).json(), { 'access-control-allow-origin': APP })
})

t.test('rawHeaders adds to a Vary that is there', async (t) => {
  const app = Fastify()
  app.addHook('onRequest', async (_request, reply) => { reply.raw.setHeader('vary', 'Accept') })
  await app.register(cors, { ...LIST, rawHeaders: true })
  app.get('/', async (_request, reply) => reply.raw.getHeader('vary'))
  t.equal((await app.inject('/')).body, 'Accept, Origin')
})

t.test('the head on the wire has each header once', async (t) => {
  const app = await build(LIST, handlers['reply.header'] as RouteHandlerMethod)
  t.teardown(() => app.close())
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  const raw = await new Promise<string[]>((resolve, reject) => {
    http.get({ host: '127.0.0.1', port, headers: { origin: APP } }, (response) => {
      response.resume()
      resolve(response.rawHeaders)
    }).on('error', reject)
  })
  const lines = raw.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase()).filter((name) => name === 'vary' || name.startsWith('access-control'))
  t.strictSame(lines.sort(), ['access-control-allow-credentials', 'access-control-allow-origin', 'vary'])
})

t.test('HTTP/2 is answered the same', async (t) => {
  const app = Fastify({ http2: true })
  await app.register(cors, LIST)
  app.get('/', async (_request, reply) => await reply.header('vary', 'Accept').header('access-control-allow-origin', '*').send('ok'))
  app.get('/raw', (_request, reply) => {
    reply.hijack()
    reply.raw.setHeader('vary', 'Accept')
    reply.raw.end('ok')
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  const client = http2.connect(`http://127.0.0.1:${port}`)
  t.teardown(async () => {
    client.destroy()
    await app.close()
  })

  async function get (headers: http2.OutgoingHttpHeaders): Promise<object> {
    const stream = client.request(headers)
    return await new Promise((resolve, reject) => {
      stream.on('error', reject)
      stream.on('response', (answer) => {
        stream.resume()
        const entries = Object.entries(answer).filter(([name]) => name === ':status' || name === 'vary' || name.startsWith('access-control'))
        resolve(Object.fromEntries(entries))
      })
    })
  }

  t.strictSame(await get({ ':path': '/', origin: APP }), { ':status': 200, ...ALLOWED, vary: 'Accept, Origin' })
  t.strictSame(await get({ ':path': '/raw', origin: APP }), { ':status': 200, ...ALLOWED, vary: 'Accept, Origin' })
  t.strictSame(await get({ ':path': '/', ':method': 'OPTIONS', origin: APP, 'access-control-request-method': 'GET' }), {
    ':status': 204,
    ...ALLOWED,
    'access-control-allow-methods': 'GET, HEAD',
    vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers'
  })
  t.match(await get({ ':path': '/nothing', ':method': 'OPTIONS', origin: APP, 'access-control-request-method': 'PUT' }), {
    ':status': 204,
    'access-control-allow-methods': 'PUT'
  })
})

t.test('a Vary that holds * is * alone', async (t) => {
  const app = Fastify()
  await app.register(cors, { origin: [APP, 'https://b.example'] })
  app.get('/', (_request, reply) => { reply.header('vary', 'Accept, *').send('ok') })
  t.strictSame(await seen(app, 'GET', '/', { origin: APP }), { status: 200, headers: { 'access-control-allow-origin': APP, vary: '*' } })
})

t.test('rawHeaders sets the origin that is reflected, and the star, where code looks for it', async (t) => {
  for (const [origin, shown] of [[['https://app.example.com', 'https://www.example.com'], APP], ['*', '*']] as const) {
    const app = Fastify()
    await app.register(cors, { origin: origin as never, rawHeaders: true, timingAllowOrigin: true })
    app.get('/', async (_request, reply) => reply.raw.getHeaders())
    const raw = (await app.inject({ url: '/', headers: { origin: APP } })).json()
    t.strictSame([raw['access-control-allow-origin'], raw['timing-allow-origin']], [shown, shown])
  }
})

t.test('what does not concern CORS stays on the raw response, with timingAllowOrigin too', async (t) => {
  const app = Fastify()
  await app.register(cors, { ...LIST, timingAllowOrigin: true })
  app.get('/', async (_request, reply) => {
    reply.raw.setHeader('x-raw', '1')
    return 'ok'
  })
  const { headers } = await app.inject({ url: '/', headers: { origin: APP } })
  t.strictSame([headers['x-raw'], headers['timing-allow-origin']], ['1', APP])
})

t.test('a reason that is written stays', async (t) => {
  const app = Fastify()
  await app.register(cors, LIST)
  app.get('/', (_request, reply) => {
    reply.hijack()
    reply.raw.writeHead(201, 'Fine', { 'x-a': '1' }).end('ok')
  })
  app.get('/null', (_request, reply) => {
    reply.hijack()
    reply.raw.writeHead(202, null as never).end('ok')
  })
  const url = await listen(t, app)
  const { status, headers } = await sendOverSocket(`${url}/null`, { headers: { origin: APP } })
  t.strictSame([status, headers], [202, { ...ALLOWED, vary: 'Origin' }], 'where no headers are given')
  const { message } = await sendOverSocket(url, { headers: { origin: APP } })
  t.strictSame([message.statusCode, message.statusMessage, message.headers['x-a'], message.headers['access-control-allow-origin']], [201, 'Fine', '1', APP])
})

t.test('headers with long names stay where an origin is refused', async (t) => {
  const own = { 'strict-transport-security': 'max-age=1', 'x-content-type-options': 'nosniff', 'access-control-request-headers': 'x-a', 'access-control-allow-private-network': 'true' }
  const app = await build(LIST, async (_request, reply) => await reply.headers(own).send('ok'))
  const { headers } = await app.inject({ url: '/', headers: { origin: EVIL } })
  for (const [name, value] of Object.entries(own)) t.equal(headers[name], value, name)
})
