import { build } from '../../examples/opt-in.ts'
import { testExample } from '../fixtures/examples.ts'
import { APP, EVIL } from '../fixtures/requests.ts'

await testExample(build, {
  'a route that says nothing has no CORS': {
    request: { method: 'GET', url: '/internal', origin: APP },
    status: 200,
    headers: {}
  },
  'a route that opts in has the policy of the plugin': {
    request: { method: 'GET', url: '/shared', origin: APP },
    status: 200,
    headers: { 'access-control-allow-origin': APP }
  },
  'a route may opt in with options of its own': {
    request: { method: 'GET', url: '/public', origin: EVIL },
    status: 200,
    headers: { 'access-control-allow-origin': '*' }
  },
  'an unknown URL has no CORS': {
    request: { method: 'GET', url: '/nothing', origin: APP },
    status: 404,
    headers: {}
  }
})
