import { ALLOWED, DENIED } from './policies.js'

const TWENTY_HEADERS = [
  'authorization', 'content-type', ...Array.from({ length: 18 }, (_, i) => `x-application-header-${i + 1}`)
].join(',')

const get = (headers) => ({ method: 'GET', url: '/items/42', headers })
const preflight = (origin, requested) => ({
  method: 'OPTIONS',
  url: '/items/42',
  headers: { origin, 'access-control-request-method': 'PUT', 'access-control-request-headers': requested }
})

export const requests = {
  'get-allowed': get({ origin: ALLOWED }),
  'get-without-origin': get({}),
  'get-denied': get({ origin: DENIED }),
  'preflight-granted': preflight(ALLOWED, 'authorization,content-type'),
  'preflight-denied': preflight(DENIED, 'authorization,content-type'),
  'preflight-20-headers': preflight(ALLOWED, TWENTY_HEADERS),
  'get-exempt': { method: 'GET', url: '/internal', headers: { origin: ALLOWED } }
}

/** Which requests are measured with which policy. */
export const matrix = {
  any: ['get-allowed', 'get-without-origin', 'preflight-granted'],
  one: ['get-allowed', 'get-without-origin', 'get-denied', 'preflight-granted'],
  list: [
    'get-allowed', 'get-without-origin', 'get-denied',
    'preflight-granted', 'preflight-denied', 'preflight-20-headers'
  ],
  pattern: ['get-allowed', 'get-without-origin', 'get-denied', 'preflight-granted', 'preflight-denied'],
  'large-list': ['get-allowed', 'get-without-origin', 'get-denied', 'preflight-granted', 'preflight-denied'],
  exempt: ['get-allowed', 'get-exempt']
}

/**
 * Makes the headers of a request anew each time, as a server does: an origin
 * that came from the network is text that nobody has looked at before.
 */
export function headersFactory ({ headers }) {
  const entries = Object.entries(headers).map(([name, value]) => [name, Buffer.from(value)])
  return () => {
    const received = { host: 'api.example.com', accept: '*/*' }
    for (const [name, bytes] of entries) received[name] = bytes.latin1Slice(0, bytes.length)
    return received
  }
}
