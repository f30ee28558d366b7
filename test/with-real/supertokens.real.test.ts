import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import supertokens from 'supertokens-node'
import { errorHandler, plugin } from 'supertokens-node/framework/fastify/index.js'
import Session from 'supertokens-node/recipe/session/index.js'
import t, { type Test } from 'tap'

import cors, { type CorsPluginOptions } from '../../lib/index.ts'
import { APP, EVIL } from '../fixtures/requests.ts'
import { closing, listen, sendOverSocket } from '../fixtures/sockets.ts'
import { fetchFrom } from './page.ts'

const POLICY: CorsPluginOptions = { origin: [APP, 'https://other.example'], credentials: true, exposedHeaders: ['X-Total'] }

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** The service that the library asks about sessions, as far as it goes to begin one. Nothing here looks at signatures. */
async function startCore (t: Test): Promise<string> {
  const now = Date.now()
  const expiry = now + 3600_000
  const seconds = (time: number): number => Math.floor(time / 1000)
  const payload = {
    sub: 'ada', rsub: 'ada', tId: 'public', iat: seconds(now), exp: seconds(expiry), sessionHandle: 'handle', refreshTokenHash1: 'hash', parentRefreshTokenHash1: null, antiCsrfToken: null
  }
  const accessToken = `${encode({ alg: 'RS256', typ: 'JWT', version: '5', kid: 'd-1' })}.${encode(payload)}.${encode({})}`
  const answers: Record<string, object> = {
    '/apiversion': { versions: ['5.4'] },
    '/user/id': { status: 'UNKNOWN_USER_ID_ERROR' },
    '/public/recipe/session': {
      status: 'OK',
      session: { handle: 'handle', userId: 'ada', recipeUserId: 'ada', userDataInJWT: {}, tenantId: 'public' },
      accessToken: { token: accessToken, expiry, createdTime: now },
      refreshToken: { token: 'refresh', expiry, createdTime: now }
    }
  }
  const core = createServer((request, response) => {
    const answer = answers[new URL(request.url as string, 'http://core').pathname]
    request.resume().on('end', () => { response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' }).end(JSON.stringify(answer ?? {})) })
  })
  await new Promise<void>((resolve) => { core.listen(0, '127.0.0.1', resolve) })
  closing(t, { close: () => { core.close().closeAllConnections() } })
  return `http://127.0.0.1:${(core.address() as AddressInfo).port}`
}

/** Whoever asks logs in. */
async function logIn (request: FastifyRequest, reply: FastifyReply): Promise<object> {
  await Session.createNewSession(request, reply, 'public', supertokens.convertToRecipeUserId('ada'))
  return { ok: true }
}

let core: string

t.before(async () => {
  core = await startCore(t)
  supertokens.init({
    framework: 'fastify',
    supertokens: { connectionURI: core },
    appInfo: { appName: 'test', apiDomain: 'https://api.example.com', websiteDomain: APP },
    telemetry: false,
    recipeList: [Session.init({ getTokenTransferMethod: () => 'header', antiCsrf: 'NONE' })]
  })
})

async function serve (t: Test, policy: CorsPluginOptions, order: 'before' | 'after' = 'before'): Promise<string> {
  const app = Fastify() as FastifyInstance
  app.setErrorHandler(errorHandler() as never)
  if (order === 'before') app.register(cors, policy)
  app.register(plugin as never)
  if (order === 'after') app.register(cors, policy)
  app.post('/login', logIn)
  return await listen(t, app)
}

for (const order of ['before', 'after'] as const) {
  t.test(`a page of an allowed origin reads the tokens that SuperTokens exposes, registered ${order} it`, async (t) => {
    const server = await serve(t, POLICY, order)
    const { verdict, status, headers, cors: seen } = await fetchFrom(APP, server, { path: '/login', method: 'POST', headers: { 'st-auth-mode': 'header' }, credentials: 'include' })
    t.strictSame([verdict, status], ['readable', 200])
    t.strictSame(seen, {
      'access-control-allow-origin': APP,
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': 'X-Total, front-token, st-access-token, st-refresh-token',
      vary: 'Origin'
    })
    for (const name of ['front-token', 'st-access-token', 'st-refresh-token']) t.ok(headers[name], name)
  })
}

t.test('a page of another origin is told nothing', async (t) => {
  const server = await serve(t, POLICY)
  const { verdict } = await fetchFrom(EVIL, server, { path: '/login', method: 'POST', headers: { 'st-auth-mode': 'header' }, credentials: 'include' })
  t.equal(verdict, 'blocked')
  const { status, headers, message } = await sendOverSocket(`${server}/login`, { method: 'POST', headers: { origin: EVIL } })
  t.strictSame({ status, headers }, { status: 200, headers: { vary: 'Origin' } })
  t.ok(message.headers['st-access-token'], 'the library has answered')
})

t.test('without a list of the policy it is the one of SuperTokens', async (t) => {
  const { cors: seen } = await fetchFrom(APP, await serve(t, { origin: APP, credentials: true }), { path: '/login', method: 'POST', credentials: 'include' })
  t.strictSame(seen, {
    'access-control-allow-origin': APP,
    'access-control-allow-credentials': 'true',
    'access-control-expose-headers': 'front-token, st-access-token, st-refresh-token'
  })
})
