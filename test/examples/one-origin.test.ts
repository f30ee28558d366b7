import { build } from '../../examples/one-origin.ts'
import { testExample } from '../fixtures/examples.ts'
import { APP, EVIL } from '../fixtures/requests.ts'

await testExample(build, {
  'the origin can read': {
    request: { method: 'GET', url: '/products/1', origin: APP },
    status: 200,
    headers: { 'access-control-allow-origin': APP }
  },
  'another origin gets the same answer, which does not name it': {
    request: { method: 'GET', url: '/products/1', origin: EVIL },
    status: 200,
    headers: { 'access-control-allow-origin': APP }
  },
  'a request without an origin gets the same answer': {
    request: { method: 'GET', url: '/products/1' },
    status: 200,
    headers: { 'access-control-allow-origin': APP }
  }
})
