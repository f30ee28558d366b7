import { build } from '../../examples/origin-list.ts'
import { testExample } from '../fixtures/examples.ts'
import { APP, EVIL } from '../fixtures/requests.ts'

await testExample(build, {
  'an origin of the list can read': {
    request: { method: 'GET', url: '/products/1', origin: APP },
    status: 200,
    headers: { 'access-control-allow-origin': APP, vary: 'Origin' }
  },
  'so can the other': {
    request: { method: 'GET', url: '/products/1', origin: 'https://admin.example.com' },
    status: 200,
    headers: {
      'access-control-allow-origin': 'https://admin.example.com',
      vary: 'Origin'
    }
  },
  'so can a subdomain of the pattern': {
    request: { method: 'GET', url: '/products/1', origin: 'https://eu.shop.partner.example' },
    status: 200,
    headers: {
      'access-control-allow-origin': 'https://eu.shop.partner.example',
      vary: 'Origin'
    }
  },
  'the apex of the pattern cannot': {
    request: { method: 'GET', url: '/products/1', origin: 'https://partner.example' },
    status: 200,
    headers: { vary: 'Origin' }
  },
  'another origin cannot': {
    request: { method: 'GET', url: '/products/1', origin: EVIL },
    status: 200,
    headers: { vary: 'Origin' }
  },
  'a request without an origin learns what the answer depends on': {
    request: { method: 'GET', url: '/products/1' },
    status: 200,
    headers: { vary: 'Origin' }
  }
})
