import { build } from '../../examples/credentials.ts'
import { testExample } from '../fixtures/examples.ts'
import { APP, EVIL } from '../fixtures/requests.ts'

await testExample(build, {
  'the answer may be read with credentials': {
    request: { method: 'GET', url: '/me', origin: APP },
    status: 200,
    headers: {
      'access-control-allow-origin': APP,
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': 'X-Request-Id'
    }
  },
  'another origin gets the same answer, which does not name it': {
    request: { method: 'GET', url: '/me', origin: EVIL },
    status: 200,
    headers: {
      'access-control-allow-origin': APP,
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': 'X-Request-Id'
    }
  },
  'a preflight is granted with credentials': {
    request: { method: 'OPTIONS', url: '/me', origin: APP, asks: 'GET', asksHeaders: 'x-api-version' },
    status: 204,
    headers: {
      'access-control-allow-origin': APP,
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'GET, HEAD',
      'access-control-allow-headers': 'x-api-version',
      vary: 'Access-Control-Request-Method, Access-Control-Request-Headers'
    }
  }
})
