import { liveOrigins } from 'fastify-route-cors'

import { ALLOWED, origins, tenants } from '../live/lists.js'

export { ALLOWED }

/** What each compared app is set up with, and the origins that it is asked about. */
const METHODS = ['GET', 'HEAD', 'PUT', 'DELETE']
const GRANTS = { credentials: true, maxAge: 600 }
const LIST = ['https://app.example.com', 'https://admin.example.com']

const MANY = 100_000
export const DENIED = 'https://elsewhere.example.org'

export const policies = {
  any: { origin: '*', maxAge: 600 },
  one: { origin: ALLOWED, ...GRANTS },
  list: { origin: LIST, ...GRANTS },
  'large-list': {
    origin: LIST,
    ...GRANTS,
    policies: {
      fixed: { origin: [...origins(MANY)] },
      lives: { origin: liveOrigins({ load: () => origins(MANY) }) },
      keyed: { origin: liveOrigins({ load: () => tenants(MANY), key: (request) => request.host }) }
    }
  },
  pattern: { origin: ['https://*.example.com', 'http://localhost:*'], ...GRANTS },
  // The same list where one route has `cors: false`, so that routes must be told apart.
  exempt: { origin: LIST, ...GRANTS }
}

/** What the patterns mean, for apps that take regular expressions only. */
export const PATTERN = /^(?:https:\/\/(?:[a-z0-9_-]+\.)+example\.com|http:\/\/localhost(?::[1-9][0-9]{0,4})?)$/

/** The options of @fastify/cors that come nearest. */
export function fastifyCorsOptions (name) {
  const { origin, ...others } = policies[name]
  return { ...others, origin: name === 'pattern' ? PATTERN : origin, methods: METHODS }
}

export function methodsOf (url) {
  return url === '/items/:id' ? METHODS : ['GET', 'HEAD', 'POST']
}
