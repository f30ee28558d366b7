// One server in a process of its own: `node servers.js <kind>`.
import { createServer } from 'node:http'

const ORIGINS = ['https://app.example.com', 'https://admin.example.com']
const METHODS = ['GET', 'PUT']
const ITEM = { id: 42, name: 'an item' }

const servers = {
  alone: () => fastify(addOptionsRoute),
  plugin: async () => {
    const { default: cors } = await import('fastify-route-cors')
    return fastify((app) => { app.register(cors, { origin: ORIGINS, credentials: true, maxAge: 600 }) })
  },
  '@fastify/cors': async () => {
    const { default: cors } = await import('@fastify/cors')
    return fastify((app) => { app.register(cors, { origin: ORIGINS, methods: METHODS, credentials: true, maxAge: 600 }) })
  },
  express: async () => {
    const { default: express } = await import('express')
    const { default: cors } = await import('cors')
    const app = express()
    app.use(cors({ origin: ORIGINS, methods: METHODS, credentials: true, maxAge: 600 }))
    app.get('/items/:id', (_request, response) => { response.json(ITEM) })
    app.put('/items/:id', (_request, response) => { response.json(ITEM) })
    return listen(createServer(app))
  },
  hono: async () => {
    const { Hono } = await import('hono')
    const { cors } = await import('hono/cors')
    const { serve } = await import('@hono/node-server')
    const app = new Hono()
    app.use(cors({ origin: ORIGINS, allowMethods: METHODS, credentials: true, maxAge: 600 }))
    app.get('/items/:id', (context) => context.json(ITEM))
    app.put('/items/:id', (context) => context.json(ITEM))
    return new Promise((resolve) => {
      serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => { resolve(port) })
    })
  },
  koa: async () => {
    const { default: Koa } = await import('koa')
    const { default: cors } = await import('@koa/cors')
    const app = new Koa()
    const allowed = new Set(ORIGINS)
    app.use(cors({
      origin: (context) => allowed.has(context.get('origin')) ? context.get('origin') : '',
      allowMethods: METHODS,
      credentials: true,
      maxAge: 600
    }))
    app.use((context) => { if (context.path === '/items/42') context.body = ITEM })
    return listen(createServer(app.callback()))
  }
}

async function fastify (addCors) {
  const { default: Fastify } = await import('fastify')
  const app = Fastify()
  addCors(app)
  app.get('/items/:id', async () => ITEM)
  app.put('/items/:id', async () => ITEM)
  await app.listen({ host: '127.0.0.1', port: 0 })
  return app.server.address().port
}

function addOptionsRoute (app) {
  app.options('/items/:id', (_request, reply) => { reply.code(204).send() })
}

function listen (server) {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => { resolve(server.address().port) })
  })
}

process.send(await servers[process.argv[2]]())
