import { setTimeout } from 'node:timers/promises'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { RouteCors } from 'fastify-route-cors'

import type { Origins } from '../../examples/demo/setup.ts'

type Text = `http://${string}`
type Handler = (request: FastifyRequest, reply: FastifyReply) => unknown

const echo: Handler = async (request) => ({ method: request.method, cookie: request.headers.cookie ?? '' })

/** Policies by name, which the cases ask for as `/origin/<name>`. */
export function originPolicies ({ page, other }: Origins): Readonly<Record<string, RouteCors>> {
  const port = new URL(page).port
  return {
    any: { origin: '*' },
    page: { origin: page as Text },
    other: { origin: other as Text },
    both: { origin: [page as Text, other as Text] },
    subdomains: { origin: `http://*.localhost:${port}` },
    ports: { origin: 'http://localhost:*' },
    'subdomains-and-ports': { origin: 'http://*.localhost:*' },
    regexp: { origin: /^http:\/\/127\.0\.0\.1:\d+$/ },
    'function-returns': { origin: (origin: string) => origin === other },
    'function-resolves': { origin: async (origin: string) => await setTimeout(5, origin === other) },
    'function-calls-back': { origin: (origin: string, callback: (error: null, allowed: boolean) => void) => { callback(null, origin === 'null') } },
    reflect: { origin: true },
    nobody: { origin: false }
  }
}

/** Routes whose policies differ by method, found by all that a router knows. */
export function addMethodRoutes (app: FastifyInstance, { page, other }: Origins): void {
  const forPage = { origin: page as Text }
  const forOther = { origin: other as Text }

  function add (method: string | string[], url: string, cors: RouteCors, handler: Handler = echo): void {
    app.route({ method: method as 'GET', url, config: { cors }, handler })
  }

  add('GET', '/split', forPage)
  add('PUT', '/split', forOther)
  add(['PUT', 'PATCH', 'DELETE'], '/many', forPage)
  add('PUT', '/narrowed', { ...forPage, methods: ['GET'] })
  add('GET', '/items/:id', forPage)
  add('PUT', '/items/me', forOther)
  add('GET', '/others/:id', forOther)
  add('PUT', '/others/me', forPage)
  add('PUT', '/wild/*', forPage)
  add('PUT', '/number/:id(^\\d+$)', forPage)
  app.register(async (nested) => {
    nested.put('/', { config: { cors: forPage } }, echo)
  }, { prefix: '/slash' })
  app.all('/all', { config: { cors: forPage } }, echo)
  add('PUT', '/own-options', forPage)
  add('OPTIONS', '/own-options', forPage)
  add('PUT', '/continued', { ...forPage, preflightContinue: true })
  add('OPTIONS', '/continued', { ...forPage, preflightContinue: true }, async (_request, reply) => await reply.code(200).send('continued'))
  add('PUT', '/status', { ...forPage, optionsSuccessStatus: 200 })
  add('PUT', '/strict', { ...forPage, strictPreflight: true })
  add('PUT', '/cached', { ...forPage, maxAge: 60 })
  add('PUT', '/uncached', { ...forPage, maxAge: 0 })
  add(['GET', 'PATCH'], '/cached-split', { ...forPage, maxAge: 60 })
  add('PUT', '/cached-split', { ...forOther, maxAge: 60 })
  for (const [version, cors] of [['1.0.0', forPage], ['2.0.0', forOther]] as const) {
    app.route({ method: 'PUT', url: '/versions', constraints: { version }, config: { cors }, handler: echo })
  }
  app.route({ method: 'PUT', url: '/version', constraints: { version: '1.0.0' }, config: { cors: forPage }, handler: echo })
  for (const [host, cors] of [[/^localhost:/, forPage], [/^127\./, forOther]] as const) {
    app.route({ method: 'PUT', url: '/hosts', constraints: { host }, config: { cors }, handler: echo })
  }
}

export function addHeaderRoutes (app: FastifyInstance, { page }: Origins): void {
  const allowed: Readonly<Record<string, RouteCors>> = {
    reflected: { allowedHeaders: true },
    listed: { allowedHeaders: ['X-A', 'Authorization'] },
    text: { allowedHeaders: 'x-a,X-B' },
    none: { allowedHeaders: false },
    empty: { allowedHeaders: [] },
    any: { allowedHeaders: '*' }
  }
  for (const [name, cors] of Object.entries(allowed)) {
    app.route({ method: ['GET', 'POST', 'PUT'], url: `/allowed/${name}`, config: { cors: { origin: page as Text, ...cors as object } }, handler: echo })
  }

  const exposed: Readonly<Record<string, RouteCors>> = {
    listed: { exposedHeaders: ['X-One', 'x-two'] },
    text: { exposedHeaders: 'X-One, X-Two' },
    none: { origin: page as Text },
    any: { exposedHeaders: '*' },
    credentials: { exposedHeaders: ['X-One'], credentials: true }
  }
  for (const [name, cors] of Object.entries(exposed)) {
    app.get(`/exposed/${name}`, { config: { cors: { origin: page as Text, ...cors as object } } }, async (_request, reply) => {
      return await reply.headers({ 'x-one': '1', 'x-two': '2', 'x-three': '3', 'set-cookie': 'exposed=1; Path=/cases/exposed' }).send({})
    })
  }
}

export function addCredentialRoutes (app: FastifyInstance, { page, other }: Origins): void {
  const policies: Readonly<Record<string, RouteCors>> = {
    yes: { origin: page as Text, credentials: true },
    list: { origin: [page as Text, other as Text], credentials: true },
    no: { origin: page as Text },
    any: { origin: '*' }
  }
  for (const [name, cors] of Object.entries(policies)) {
    const prefix = `/credentials/${name}`
    app.route({ method: ['GET', 'POST', 'PUT'], url: prefix, config: { cors }, handler: echo })
    app.get(`${prefix}/module.js`, { config: { cors } }, async (_request, reply) => await reply.type('text/javascript').send('export {}'))
    app.get(`${prefix}/events`, { config: { cors } }, async (_request, reply) => await reply.type('text/event-stream').send('data: hello\n\n'))
    app.get(`${prefix}/set`, { config: { cors } }, async (_request, reply) => await reply.header('set-cookie', `${name}=set; Path=/cases${prefix}; SameSite=Lax`).send({}))
  }
}
