import { build } from '../../examples/policy-by-request.ts'
import { testExample } from '../fixtures/examples.ts'
import { EVIL } from '../fixtures/requests.ts'

const ACME = 'https://acme.example'
const HOOLI = 'https://www.hooli.example'

await testExample(build, {
  "a tenant's page can read from the tenant's host": {
    request: { method: 'GET', url: '/products/1', host: 'acme.api.example.com', origin: ACME },
    status: 200,
    headers: { 'access-control-allow-origin': ACME, 'access-control-allow-credentials': 'true' }
  },
  "and not from another tenant's": {
    request: { method: 'GET', url: '/products/1', host: 'hooli.api.example.com', origin: ACME },
    status: 200,
    headers: { vary: 'Origin' }
  },
  'a preflight has the policy of its host': {
    request: { method: 'OPTIONS', url: '/products/1', host: 'hooli.api.example.com', origin: HOOLI, asks: 'GET', asksHeaders: 'x-a' },
    status: 204,
    headers: {
      'access-control-allow-origin': HOOLI,
      'access-control-allow-methods': 'GET, HEAD',
      'access-control-allow-headers': 'x-a',
      vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers'
    }
  },
  'another host allows nobody': {
    request: { method: 'GET', url: '/products/1', host: 'api.example.com', origin: EVIL },
    status: 200,
    headers: { vary: 'Origin' }
  }
})
