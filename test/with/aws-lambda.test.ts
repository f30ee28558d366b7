import awsLambda from '@fastify/aws-lambda'
import Fastify from 'fastify'
import t from 'tap'

import cors from '../../lib/index.ts'
import { APP, EVIL } from '../fixtures/requests.ts'
import { closing } from '../fixtures/sockets.ts'

type Answer = { statusCode: number, headers: Record<string, string>, body: string }

t.test('a function behind API Gateway answers requests and preflights with the policy of the route', async (t) => {
  const app = closing(t, Fastify())
  app.register(cors, { origin: [APP, 'https://b.example'], credentials: true })
  app.put('/orders/:id', { config: { cors: { maxAge: 60 } } }, () => 'ok')
  const proxy = awsLambda(app)
  const invoke = async (method: string, headers: Record<string, string>): Promise<unknown> => {
    const event = { version: '2.0', rawPath: '/orders/1', rawQueryString: '', headers, requestContext: { http: { method } } }
    const answer = await proxy(event, {}) as Answer
    const found = Object.entries(answer.headers).filter(([name]) => name === 'vary' || name.startsWith('access-control-'))
    return { status: answer.statusCode, headers: Object.fromEntries(found) }
  }

  t.strictSame(await invoke('PUT', { origin: APP }), {
    status: 200,
    headers: { 'access-control-allow-origin': APP, 'access-control-allow-credentials': 'true', vary: 'Origin' }
  })
  t.strictSame(await invoke('PUT', { origin: EVIL }), { status: 200, headers: { vary: 'Origin' } })
  t.strictSame(await invoke('OPTIONS', { origin: APP, 'access-control-request-method': 'PUT' }), {
    status: 204,
    headers: {
      'access-control-allow-origin': APP,
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'PUT',
      'access-control-max-age': '60',
      vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers'
    }
  })
})
