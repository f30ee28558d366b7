import { build } from '../../examples/with-and-without-cors.ts'
import { testExample } from '../fixtures/examples.ts'
import { APP, EVIL } from '../fixtures/requests.ts'

await testExample(build, {
  'the route with CORS can be read': {
    request: { method: 'GET', url: '/with-cors', origin: APP },
    status: 200,
    headers: { 'access-control-allow-origin': APP }
  },
  'the answer is the same for another origin, which is not the one it names': {
    request: { method: 'GET', url: '/with-cors', origin: EVIL },
    status: 200,
    headers: { 'access-control-allow-origin': APP }
  },
  'the route without CORS has no CORS header': {
    request: { method: 'GET', url: '/without-cors', origin: APP },
    status: 200,
    headers: {}
  },
  'a preflight for it finds no OPTIONS route': {
    request: { method: 'OPTIONS', url: '/without-cors', origin: APP, asks: 'GET' },
    status: 404,
    headers: {}
  }
})
