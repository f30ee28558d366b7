import { build } from '../../examples/preflight-all.ts'
import { testExample } from '../fixtures/examples.ts'
import { APP } from '../fixtures/requests.ts'

await testExample(build, {
  'a preflight for POST is granted': {
    request: { method: 'OPTIONS', url: '/products', origin: APP, asks: 'POST', asksHeaders: 'content-type' },
    status: 204,
    headers: {
      'access-control-allow-origin': APP,
      'access-control-allow-methods': 'GET, HEAD, POST',
      'access-control-allow-headers': 'Content-Type, Authorization',
      'access-control-max-age': '600',
      vary: 'Access-Control-Request-Method'
    }
  },
  'a preflight for PUT is granted for the methods of that URL': {
    request: { method: 'OPTIONS', url: '/products/1', origin: APP, asks: 'PUT' },
    status: 204,
    headers: {
      'access-control-allow-origin': APP,
      'access-control-allow-methods': 'PUT, DELETE',
      'access-control-allow-headers': 'Content-Type, Authorization',
      'access-control-max-age': '600',
      vary: 'Access-Control-Request-Method'
    }
  },
  'a method that the URL does not serve is not among them': {
    request: { method: 'OPTIONS', url: '/products', origin: APP, asks: 'DELETE' },
    status: 204,
    headers: {
      'access-control-allow-origin': APP,
      'access-control-allow-methods': 'GET, HEAD, POST',
      vary: 'Access-Control-Request-Method'
    }
  },
  'PUT itself can be read': {
    request: { method: 'PUT', url: '/products/1', origin: APP },
    status: 200,
    headers: { 'access-control-allow-origin': APP }
  },
  'DELETE itself can be read': {
    request: { method: 'DELETE', url: '/products/1', origin: APP },
    status: 200,
    headers: { 'access-control-allow-origin': APP }
  },
  'POST itself can be read': {
    request: { method: 'POST', url: '/products', origin: APP },
    status: 200,
    headers: { 'access-control-allow-origin': APP }
  },
  'GET itself can be read': {
    request: { method: 'GET', url: '/products', origin: APP },
    status: 200,
    headers: { 'access-control-allow-origin': APP }
  }
})
