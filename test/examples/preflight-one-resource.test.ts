import { build } from '../../examples/preflight-one-resource.ts'
import { testExample } from '../fixtures/examples.ts'
import { APP } from '../fixtures/requests.ts'

await testExample(build, {
  'the preflight for DELETE is granted': {
    request: { method: 'OPTIONS', url: '/products/1', origin: APP, asks: 'DELETE' },
    status: 204,
    headers: {
      'access-control-allow-origin': APP,
      'access-control-allow-methods': 'DELETE',
      'access-control-max-age': '600',
      vary: 'Access-Control-Request-Method, Access-Control-Request-Headers'
    }
  },
  'DELETE can be read': {
    request: { method: 'DELETE', url: '/products/1', origin: APP },
    status: 204,
    headers: { 'access-control-allow-origin': APP }
  },
  'the preflight for GET on the same URL is not granted': {
    request: { method: 'OPTIONS', url: '/products/1', origin: APP, asks: 'GET' },
    status: 204,
    headers: { vary: 'Access-Control-Request-Method' }
  },
  'GET on the same URL has no CORS header': {
    request: { method: 'GET', url: '/products/1', origin: APP },
    status: 200,
    headers: {}
  }
})
