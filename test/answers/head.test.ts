import { once } from 'node:events'
import http, { type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setImmediate } from 'node:timers/promises'

import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify'
import t, { type Test } from 'tap'

import cors, { type CorsPluginOptions, type OriginFunction } from '../../lib/index.ts'
import { APP, corsOf, EVIL, seen, seenPreflight, send, sendPreflight } from '../fixtures/requests.ts'
import { ask, serve, type Protocol } from '../fixtures/wire.ts'

const PROTOCOLS: Protocol[] = ['HTTP/1', 'HTTP/2']
const LIST = Object.freeze({ origin: [APP, 'https://other.example'] } as const)

function create (protocol: Protocol = 'HTTP/1'): FastifyInstance {
  return (protocol === 'HTTP/1' ? Fastify() : Fastify({ http2: true })) as FastifyInstance
}

async function listen (t: Test, app: FastifyInstance): Promise<FastifyInstance['server']> {
  t.teardown(() => app.close())
  await app.listen({ host: '127.0.0.1', port: 0 })
  return app.server
}

/** Every way in which a head can be written, and ways in which it cannot. */
const forms: Record<string, (response: ServerResponse) => void> = {
  'a status alone': (response) => { response.writeHead(201) },
  'a status and a reason': (response) => { response.writeHead(201, 'Fine') },
  'an object': (response) => { response.writeHead(200, { 'X-A': '1', 'x-b': 2 }) },
  'an object without a prototype': (response) => { response.writeHead(200, Object.assign(Object.create(null), { 'X-A': '1' })) },
  'an object that inherits': (response) => { response.writeHead(200, Object.assign(Object.create({ 'x-inherited': '1' }), { 'X-A': '1' })) },
  'an object with arrays': (response) => { response.writeHead(200, { 'Set-Cookie': ['a=1', 'b=2'], 'X-A': ['1', '2'] }) },
  'an object and a reason': (response) => { response.writeHead(200, 'Fine', { 'X-A': '1', Vary: 'Accept' }) },
  'an object behind nothing': (response) => { response.writeHead(200, undefined, { 'X-A': '1' }) },
  'nothing behind a reason': (response) => { response.writeHead(200, 'Fine', undefined) },
  'an object with two spellings of Vary': (response) => { response.writeHead(200, { Vary: 'Accept', vary: 'Cookie' }) },
  'a flat array': (response) => { response.writeHead(200, ['X-A', '1', 'Set-Cookie', 'a=1', 'X-B', '2']) },
  'a flat array with arrays': (response) => { response.writeHead(200, ['Set-Cookie', ['a=1', 'b=2'], 'X-Y', 'z'] as never) },
  'a flat array with the same name twice': (response) => { response.writeHead(200, ['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2', 'Vary', 'Accept', 'vary', 'Cookie']) },
  'an empty array': (response) => { response.writeHead(200, []) },
  pairs: (response) => { response.writeHead(200, [['X-A', '1'], ['Set-Cookie', ['a=1', 'b=2']], ['Vary', 'Accept'], ['Vary', 'Cookie']] as never) },
  'names that objects have': (response) => { response.writeHead(200, JSON.parse('{ "constructor": "1", "toString": "2", "__proto__": "3", "hasOwnProperty": "4" }')) },
  'names that objects have in an array': (response) => { response.writeHead(200, ['constructor', '1', '__proto__', '2', 'valueOf', '3']) },
  'a Map': (response) => { response.writeHead(200, new Map([['x-a', '1']]) as never) },
  'a Headers object': (response) => { response.writeHead(200, new Headers({ 'x-a': '1' }) as never) },
  'an odd array': (response) => { response.writeHead(200, ['X-A', '1', 'X-B']) },
  'a name that is none': (response) => { response.writeHead(200, { 'X A': '1' }) },
  'a value that is none': (response) => { response.writeHead(200, { 'X-A': undefined } as never) },
  'a Vary that is none': (response) => { response.writeHead(200, { Vary: undefined } as never) }
}

/** Where other headers were set before, and over HTTP/2, Node.js 20 keeps the last one of the same name alone, or takes no pairs. */
const MIXED_UP = ['pairs', 'a flat array with the same name twice', 'an object with two spellings of Vary']

function isMixedUp (form: string, isCompared: boolean): boolean {
  return isCompared && MIXED_UP.includes(form)
}

/** Writes a head in one of the forms, or else says what Node had against it. */
function write (response: ServerResponse, form: string): void {
  let error = ''
  try {
    forms[form]?.(response)
  } catch (thrown) {
    error = String((thrown as { code: unknown }).code)
  }
  response.end(error)
}

for (const protocol of PROTOCOLS) {
  t.test(`a head can be written over ${protocol} in every form that Node takes`, async (t) => {
    let form = ''
    let isSet = false
    const prepare = (response: ServerResponse): void => {
      if (isSet) response.setHeader('x-set', '1')
    }
    const plain = await serve(protocol, (_request, response) => {
      prepare(response)
      write(response, form)
    })
    t.teardown(() => plain.close())
    const app = create(protocol)
    await app.register(cors, { origin: '*' })
    app.get('/', (_request, reply) => {
      reply.hijack()
      prepare(reply.raw)
      write(reply.raw, form)
    })
    const server = await listen(t, app)
    for (form of Object.keys(forms)) {
      for (isSet of [false, true]) {
        if (isMixedUp(form, isSet || protocol === 'HTTP/2')) continue
        const { headers, ...others } = await ask(server, protocol)
        const { 'access-control-allow-origin': allowOrigin, ...rest } = headers
        t.strictSame({ headers: rest, ...others }, await ask(plain, protocol), `${form}${isSet ? ' after setHeader()' : ''}`)
        t.equal(allowOrigin, others.body === '' || protocol === 'HTTP/1' ? '*' : allowOrigin, `${form} has the policy`)
      }
    }
    isSet = true
    for (form of MIXED_UP) {
      t.match(await ask(server, protocol), { headers: { 'access-control-allow-origin': '*', 'x-set': '1', vary: 'Accept, Cookie' }, body: '' }, `${form} after setHeader()`)
    }
  })
}

type Raw = FastifyReply['raw']

/** Puts a function around `writeHead` that adds a header, as monitoring and compressing packages do. */
const wrappers: Record<string, (raw: Raw, name: string) => void> = {
  'sets a header before': (raw, name) => {
    const { writeHead } = raw
    raw.writeHead = function (this: Raw, ...given: unknown[]) {
      this.setHeader(name, '1')
      return Reflect.apply(writeHead, this, given)
    } as never
  },
  'adds to the headers given': (raw, name) => {
    const { writeHead } = raw
    raw.writeHead = function (this: Raw, status: number, headers: object) {
      return Reflect.apply(writeHead, this, [status, { ...headers, [name]: '1' }])
    } as never
  }
}

for (const protocol of PROTOCOLS) {
  for (const [how, wrap] of Object.entries(wrappers)) {
    t.test(`any number of functions may stand around writeHead, in any order: one that ${how} over ${protocol}`, async (t) => {
      const app = create(protocol)
      app.server.prependListener('request', (_request, response: Raw) => { wrap(response, 'x-first') })
      app.addHook('onRequest', async (_request, { raw }) => { wrap(raw, 'x-before') })
      let raw: Raw | undefined
      const origin: OriginFunction = async (origin) => {
        // Between two guards: the first one stands while the function is asked.
        await setImmediate()
        wrap(raw as Raw, 'x-while')
        return origin === APP
      }
      app.addHook('onRequest', async (_request, reply) => { raw = reply.raw })
      await app.register(cors, { origin })
      app.addHook('preHandler', async (_request, { raw }) => { wrap(raw, 'x-after') })
      app.get('/', async () => 'ok')
      const server = await listen(t, app)
      const wrapped = { 'x-first': '1', 'x-before': '1', 'x-while': '1', 'x-after': '1' }
      const { headers, status } = await ask(server, protocol, { headers: { origin: APP } })
      t.equal(status, 200)
      t.strictSame(headers, { ...wrapped, 'access-control-allow-origin': APP, vary: 'Origin', 'content-type': 'text/plain; charset=utf-8', 'content-length': '2' })
      const preflight = await ask(server, protocol, { method: 'OPTIONS', headers: { origin: APP, 'access-control-request-method': 'GET' } })
      t.strictSame(preflight.headers, {
        'x-first': '1',
        'x-before': '1',
        'x-while': '1',
        'access-control-allow-origin': APP,
        'access-control-allow-methods': 'GET, HEAD',
        // Node leaves it out of a 204 over HTTP/2.
        ...protocol === 'HTTP/1' && { 'content-length': '0' },
        vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers'
      })
      t.equal((await ask(server, protocol, { headers: { origin: EVIL } })).headers['access-control-allow-origin'], undefined)
    })
  }
}

t.test('a second head is refused as Node does', async (t) => {
  for (const protocol of PROTOCOLS) {
    const app = create(protocol)
    await app.register(cors, { ...LIST, rawHeaders: true })
    const errors: unknown[] = []
    app.get('/', (_request, reply) => {
      reply.hijack()
      reply.raw.writeHead(200, { 'x-a': '1' })
      reply.raw.write('o')
      try {
        reply.raw.writeHead(201, { 'x-b': '1' })
      } catch (error) {
        errors.push((error as { code: unknown }).code)
      }
      reply.raw.end('k')
    })
    const server = await listen(t, app)
    t.strictSame(await ask(server, protocol, { headers: { origin: APP } }), {
      status: 200, headers: { 'x-a': '1', 'access-control-allow-origin': APP, vary: 'Origin' }, body: 'ok'
    })
    t.strictSame(errors, [protocol === 'HTTP/1' ? 'ERR_HTTP_HEADERS_SENT' : 'ERR_HTTP2_HEADERS_SENT'])
  }
})

/** Options under which a function of the user's answers when it is told to. */
function asking (answers: Array<() => void>): Record<string, CorsPluginOptions> {
  const later = async <Value>(value: Value): Promise<Value> => await new Promise((resolve) => { answers.push(() => { resolve(value) }) })
  return {
    'an origin function': { origin: async () => await later(true) },
    'an origin function that calls back': { origin: (_origin: string, callback) => { answers.push(() => { callback(null, true) }) } },
    'an origin function that fails': { origin: async () => { throw await later(new Error('down')) } },
    select: { policies: { open: { origin: '*' } }, select: async () => await later('open' as const) }
  }
}

/** Ways in which a reply goes out before the answer is there. */
const ends: Record<string, (reply: FastifyReply) => void> = {
  'a 503': (reply) => { reply.code(503).send('busy') },
  'a raw response': ({ raw }) => {
    raw.writeHead(503)
    raw.end('busy')
  },
  'a response that has begun': (reply) => {
    reply.hijack()
    reply.raw.write('bu')
    reply.raw.end('sy')
  }
}

for (const [end, finish] of Object.entries(ends)) {
  for (const rawHeaders of [false, true]) {
    t.test(`an answer that comes after ${end} does nothing${rawHeaders ? ', with rawHeaders' : ''}`, async (t) => {
      const answers: Array<() => void> = []
      for (const [name, options] of Object.entries(asking(answers))) {
        for (const preflightContinue of [false, true]) {
          const app = Fastify()
          const handled: string[] = []
          let reply: FastifyReply | undefined
          app.addHook('onRequest', async (_request, replied) => { reply = replied })
          await app.register(cors, { ...options, rawHeaders, preflightContinue } as CorsPluginOptions)
          app.get('/', async () => handled.push('GET'))
          app.options('/', async () => handled.push('OPTIONS'))
          for (const request of [() => send(app, 'GET', '/', { origin: APP }), () => sendPreflight(app, 'GET', '/')]) {
            const response = request()
            while (answers.length === 0) await setImmediate()
            finish(reply as FastifyReply)
            answers.pop()?.()
            await setImmediate()
            const { body, headers } = await response
            t.equal(body, 'busy', name)
            t.equal(headers['access-control-allow-origin'], undefined)
          }
          t.strictSame(handled, [])
          await app.close()
        }
      }
    })
  }
}

t.test('an answer that comes after a time limit, or when the client has gone, does nothing', async (t) => {
  const answers: Array<() => void> = []
  for (const options of Object.values(asking(answers))) {
    const app = Fastify({ handlerTimeout: 1 } as never) as unknown as FastifyInstance
    let isHandled = false
    await app.register(cors, { ...options, rawHeaders: true } as CorsPluginOptions)
    app.get('/', async () => { isHandled = true })
    const { statusCode } = await send(app, 'GET', '/', { origin: APP })
    t.equal(statusCode, 503)
    answers.pop()?.()
    await setImmediate()
    let raw: FastifyReply['raw'] | undefined
    const other = Fastify()
    other.addHook('onRequest', async (_request, reply) => { raw = reply.raw })
    await other.register(cors, { ...options, rawHeaders: true } as CorsPluginOptions)
    other.get('/', async () => { isHandled = true })
    await other.listen({ host: '127.0.0.1', port: 0 })
    const { port } = other.server.address() as AddressInfo
    const request = http.get({ host: '127.0.0.1', port, headers: { origin: APP }, agent: false }).on('error', () => {})
    while (answers.length === 0) await setImmediate()
    const closed = once(raw as FastifyReply['raw'], 'close')
    request.destroy()
    await closed
    answers.pop()?.()
    await setImmediate()
    t.notOk(isHandled)
    await Promise.all([app.close(), other.close()])
  }
})

t.test('what a response exposes itself is exposed where the origin is allowed', async (t) => {
  const ways: Record<string, (reply: FastifyReply) => unknown> = {
    'reply.header()': (reply) => reply.header('Access-Control-Expose-Headers', 'set-auth-token, x-policy').send('ok'),
    'reply.header() with a list': (reply) => reply.header('access-control-expose-headers', ['set-auth-token', 'X-POLICY']).send('ok'),
    'raw.setHeader()': (reply) => {
      reply.raw.setHeader('Access-Control-Expose-Headers', 'set-auth-token, x-policy')
      return reply.send('ok')
    },
    'raw.writeHead()': (reply) => {
      reply.hijack()
      reply.raw.writeHead(200, { 'ACCESS-CONTROL-EXPOSE-HEADERS': 'set-auth-token,x-policy' }).end('ok')
    },
    'raw.writeHead() with an array, twice': (reply) => {
      reply.hijack()
      reply.raw.writeHead(200, ['Access-Control-Expose-Headers', 'set-auth-token', 'access-control-expose-headers', 'x-policy']).end('ok')
    }
  }
  for (const [way, reply] of Object.entries(ways)) {
    const options: Array<[options: CorsPluginOptions, origin: string | undefined, exposed: string | undefined, vary: string | undefined]> = [
      [LIST, APP, 'set-auth-token, x-policy', 'Origin'],
      [{ ...LIST, exposedHeaders: ['X-Policy'] }, APP, 'X-Policy, set-auth-token', 'Origin'],
      [{ ...LIST, exposedHeaders: ['X-Policy'] }, EVIL, undefined, 'Origin'],
      [{ ...LIST, exposedHeaders: ['X-Policy'] }, undefined, undefined, 'Origin'],
      [{ origin: '*', exposedHeaders: '*' }, EVIL, '*, set-auth-token, x-policy', undefined],
      [{ origin: APP }, EVIL, 'set-auth-token, x-policy', undefined]
    ]
    for (const [policy, origin, exposed, vary] of options) {
      const app = Fastify()
      await app.register(cors, policy)
      app.get('/', (_request, replied) => { reply(replied) })
      const { headers } = await seen(app, 'GET', '/', origin === undefined ? {} : { origin })
      const allowOrigin = policy.origin === '*' ? '*' : policy.origin === APP || origin === APP ? APP : undefined
      const expected = {
        ...allowOrigin !== undefined && { 'access-control-allow-origin': allowOrigin },
        ...exposed !== undefined && { 'access-control-expose-headers': exposed },
        ...vary !== undefined && { vary }
      }
      t.equal(String(headers['access-control-expose-headers']).toLowerCase(), String(exposed).toLowerCase(), way)
      t.strictSame({ ...headers, ...exposed !== undefined && { 'access-control-expose-headers': exposed } }, expected, way)
    }
  }
})

t.test('a preflight exposes nothing', async (t) => {
  const app = Fastify()
  await app.register(cors, { ...LIST, preflightContinue: true, exposedHeaders: ['X-A'] })
  app.get('/', async () => 'ok')
  app.options('/', async (_request, reply) => await reply.header('access-control-expose-headers', 'x-leak').header('access-control-max-age', '9').send('ok'))
  t.strictSame(await seenPreflight(app, 'GET', '/'), {
    status: 200,
    headers: {
      'access-control-allow-origin': APP,
      'access-control-allow-methods': 'GET, HEAD, OPTIONS',
      vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers'
    }
  })
})

t.test('the headers are seen from onRequest on, by whoever looks, over HTTP as with inject', async (t) => {
  for (const protocol of ['inject', ...PROTOCOLS] as const) {
    const views: Array<[place: string, headers: Record<string, unknown>]> = []
    const look = (place: string, reply: FastifyReply): void => {
      const headers = reply.getHeaders()
      views.push([place, Object.fromEntries(Object.entries(headers).filter(([name]) => name === 'vary' || name.startsWith('access-control')))])
      for (const [name, value] of Object.entries(headers)) {
        if (reply.getHeader(name) !== value || !reply.hasHeader(name)) views.push([place, { [name]: 'is not the same' }])
      }
    }
    const lines: Array<{ res?: { headers: object } }> = []
    const logger = {
      stream: { write: (line: string) => lines.push(JSON.parse(line)) },
      serializers: { res: (reply: FastifyReply) => ({ headers: typeof reply.getHeaders === 'function' ? reply.getHeaders() : {} }) }
    }
    const app = Fastify({ logger, ...protocol === 'HTTP/2' && { http2: true } } as never) as unknown as FastifyInstance
    await app.register(cors, { ...LIST, credentials: true, exposedHeaders: 'X-Total' })
    app.addHook('onRequest', async (_request, reply) => { look('onRequest', reply) })
    app.addHook('onSend', async (_request, reply) => { look('onSend', reply) })
    app.addHook('onResponse', async (_request, reply) => { look('onResponse', reply) })
    app.get('/', async (_request, reply) => {
      look('handler', reply)
      reply.removeHeader('access-control-allow-origin').header('vary', 'Accept')
      return 'ok'
    })
    const server = await listen(t, app)
    const request = async (asks: { method: 'GET' | 'OPTIONS', headers: Record<string, string> }): Promise<Record<string, unknown>> => {
      const { headers } = protocol === 'inject' ? await app.inject({ url: '/', ...asks }) : await ask(server, protocol, asks)
      return Object.fromEntries(Object.entries(headers).filter(([name]) => name === 'vary' || name.startsWith('access-control')))
    }
    const shown = {
      'access-control-allow-origin': APP, 'access-control-allow-credentials': 'true', 'access-control-expose-headers': 'X-Total', vary: 'Origin'
    }
    const sent = { ...shown, vary: 'Accept, Origin' }
    const { 'access-control-allow-origin': _, ...spoiled } = { ...shown, vary: 'Accept' }
    t.strictSame(await request({ method: 'GET', headers: { origin: APP } }), sent)
    while (views.length < 4) await setImmediate()
    t.strictSame(views.splice(0), [['onRequest', shown], ['handler', shown], ['onSend', spoiled], ['onResponse', sent]], protocol)
    const granted = {
      'access-control-allow-origin': APP,
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'GET, HEAD',
      vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers'
    }
    t.strictSame(await request({ method: 'OPTIONS', headers: { origin: APP, 'access-control-request-method': 'GET' } }), granted)
    while (views.length < 2) await setImmediate()
    t.strictSame(views.splice(0), [['onSend', granted], ['onResponse', granted]], protocol)
    t.strictSame(await request({ method: 'GET', headers: { origin: EVIL } }), { vary: 'Accept, Origin' })
    while (views.length < 4) await setImmediate()
    t.strictSame(views.splice(0).map(([, headers]) => headers), [{ vary: 'Origin' }, { vary: 'Origin' }, { vary: 'Accept' }, { vary: 'Accept, Origin' }], protocol)
    t.match(lines.filter(({ res }) => res !== undefined).map(({ res }) => res?.headers), [sent, granted, { vary: 'Accept, Origin' }], protocol)
  }
})

t.test('headers of an earlier hook are completed, not lost', async (t) => {
  const app = Fastify()
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('vary', 'Accept').header('access-control-allow-origin', '*').header('access-control-max-age', '5').header('cache-control', 'private')
    reply.header('access-control-allow-credentials', 'true').header('access-control-allow-headers', 'x-a').header('access-control-allow-methods', 'PUT')
  })
  await app.register(cors, { ...LIST, cacheControl: 60 })
  app.get('/', async () => 'ok')
  t.strictSame(corsOf(await send(app, 'GET', '/', { origin: EVIL })), { status: 200, headers: { vary: 'Accept, Origin' } })
  t.strictSame(corsOf(await send(app, 'GET', '/', { origin: APP })), { status: 200, headers: { 'access-control-allow-origin': APP, vary: 'Accept, Origin' } })
  const preflight = await sendPreflight(app, 'GET', '/')
  t.equal(preflight.headers['cache-control'], 'max-age=60')
  t.equal(preflight.headers['content-length'], '0')
})
