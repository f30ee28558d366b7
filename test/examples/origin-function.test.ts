import { build } from '../../examples/origin-function.ts'
import { testExample } from '../fixtures/examples.ts'
import { APP, EVIL } from '../fixtures/requests.ts'

await testExample(build, {
  'an allowed origin can read': {
    request: { method: 'GET', url: '/products/1', origin: APP },
    status: 200,
    headers: { 'access-control-allow-origin': APP, vary: 'Origin' }
  },
  'the error for another origin goes to the error handler': {
    request: { method: 'GET', url: '/products/1', origin: EVIL },
    status: 500,
    headers: { vary: 'Origin' }
  },
  'a request without an origin is not asked about': {
    request: { method: 'GET', url: '/products/1' },
    status: 200,
    headers: { vary: 'Origin' }
  }
})
