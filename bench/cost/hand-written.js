import { ALLOWED, PATTERN, methodsOf, policies } from './policies.js'

// What one would write for one policy and one kind of URL, and no more than that.

const METHODS = new Set(methodsOf('/items/:id'))
const ALLOW_METHODS = [...METHODS].join(', ')
const REQUESTED_HEADERS = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+(?:,[!#$%&'*+.^_`|~0-9A-Za-z-]+)*$/

/** Registers the pair of hooks that does what the plugin does with a policy. */
export function addHandWrittenHooks (app, name) {
  if (name === 'any' || name === 'one') addConstantHooks(app, name)
  else if (name === 'pattern') addPatternHooks(app)
  else addListHooks(app, new Set(policies[name].origin), name === 'exempt')
}

/** `Access-Control-Allow-Origin` is the same for everybody. */
function addConstantHooks (app, name) {
  const isAny = name === 'any'
  const allowOrigin = isAny ? '*' : ALLOWED

  app.addHook('onRequest', (request, reply, done) => {
    const { method, headers } = request
    const requested = headers['access-control-request-method']
    reply.header('access-control-allow-origin', allowOrigin)
    if (!isAny) reply.header('access-control-allow-credentials', 'true')
    if (method === 'OPTIONS' && headers.origin && requested) {
      grant(reply, headers, requested)
      reply.header('vary', 'Access-Control-Request-Method, Access-Control-Request-Headers')
      reply.header('content-length', '0').code(204).send()
      return
    }
    done()
  })

  app.addHook('onSend', (request, reply, payload, done) => {
    if (reply.getHeader('access-control-allow-origin') !== allowOrigin) {
      reply.header('access-control-allow-origin', allowOrigin)
    }
    if (request.method === 'OPTIONS') {
      guardVary(reply, 'Access-Control-Request-Method, Access-Control-Request-Headers')
    }
    done(null, payload)
  })
}

function addListHooks (app, origins, hasExempt) {
  app.addHook('onRequest', (request, reply, done) => {
    if (hasExempt && request.routeOptions.config.cors === false) {
      done()
      return
    }
    const { origin } = request.headers
    setOrAnswer(request, reply, done, origin !== undefined && origins.has(origin))
  })

  app.addHook('onSend', (request, reply, payload, done) => {
    if (hasExempt && request.routeOptions.config.cors === false) {
      done(null, payload)
      return
    }
    const { origin } = request.headers
    guardOrigin(reply, origin !== undefined && origins.has(origin) ? origin : undefined)
    guardVary(reply, request.method === 'OPTIONS' ? PREFLIGHT_VARY : 'Origin')
    done(null, payload)
  })
}

/** As for a list; but a regular expression is better not asked twice. */
function addPatternHooks (app) {
  app.decorateRequest('allowOrigin', undefined)

  app.addHook('onRequest', (request, reply, done) => {
    const { origin } = request.headers
    const isAllowed = origin !== undefined && PATTERN.test(origin)
    if (isAllowed) request.allowOrigin = origin
    setOrAnswer(request, reply, done, isAllowed)
  })

  app.addHook('onSend', (request, reply, payload, done) => {
    guardOrigin(reply, request.allowOrigin)
    guardVary(reply, request.method === 'OPTIONS' ? PREFLIGHT_VARY : 'Origin')
    done(null, payload)
  })
}

function setOrAnswer ({ method, headers }, reply, done, isAllowed) {
  const { origin } = headers
  const requested = headers['access-control-request-method']
  if (isAllowed) {
    reply.header('access-control-allow-origin', origin)
    reply.header('access-control-allow-credentials', 'true')
  }
  if (method === 'OPTIONS' && origin && requested) {
    answerPreflight(reply, headers, requested, isAllowed)
    return
  }
  reply.header('vary', 'Origin')
  done()
}

const PREFLIGHT_VARY = 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers'

function answerPreflight (reply, headers, requested, isAllowed) {
  if (isAllowed) grant(reply, headers, requested)
  reply.header('vary', PREFLIGHT_VARY)
  reply.header('content-length', '0').code(204).send()
}

function grant (reply, headers, requested) {
  reply.header('access-control-allow-methods', ALLOW_METHODS)
  if (!METHODS.has(requested)) return
  const names = headers['access-control-request-headers']
  if (names !== undefined && names.length <= 8192 && REQUESTED_HEADERS.test(names)) {
    reply.header('access-control-allow-headers', names.replaceAll(',', ', '))
  }
  reply.header('access-control-max-age', '600')
}

function guardOrigin (reply, allowOrigin) {
  if (reply.getHeader('access-control-allow-origin') === allowOrigin) return
  if (allowOrigin === undefined) reply.removeHeader('access-control-allow-origin')
  else reply.header('access-control-allow-origin', allowOrigin)
}

function guardVary (reply, names) {
  const given = reply.getHeader('vary')
  if (given === names) return
  const members = given === undefined ? [] : String(given).split(',').map((name) => name.trim())
  reply.header('vary', [...new Set([...members, ...names.split(', ')])].join(', '))
}
