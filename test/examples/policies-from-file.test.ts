import { build } from '../../examples/policies-from-file.ts'
import { testExample } from '../fixtures/examples.ts'
import { EVIL } from '../fixtures/requests.ts'

await testExample(build, {
  'a page of any origin reads the public route': {
    request: { method: 'GET', url: '/products', origin: EVIL },
    status: 200,
    headers: { 'access-control-allow-origin': '*' }
  },
  'a partner may PUT with credentials': {
    request: { method: 'OPTIONS', url: '/orders/1', origin: 'https://shop.partner.example', asks: 'PUT', asksHeaders: 'x-api-version' },
    status: 204,
    headers: {
      'access-control-allow-origin': 'https://shop.partner.example',
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'PUT',
      'access-control-allow-headers': 'Content-Type, X-Api-Version',
      'access-control-max-age': '600',
      vary: 'Origin, Access-Control-Request-Method'
    }
  },
  'the answer to the PUT can be read': {
    request: { method: 'PUT', url: '/orders/1', origin: 'https://shop.partner.example' },
    status: 200,
    headers: {
      'access-control-allow-origin': 'https://shop.partner.example',
      'access-control-allow-credentials': 'true',
      vary: 'Origin'
    }
  },
  'another origin may not': {
    request: { method: 'OPTIONS', url: '/orders/1', origin: EVIL, asks: 'PUT' },
    status: 204,
    headers: { vary: 'Origin, Access-Control-Request-Method' }
  }
})
