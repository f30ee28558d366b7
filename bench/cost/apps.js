import fastifyCors from '@fastify/cors'
import Fastify from 'fastify'
import cors from 'fastify-route-cors'

import { addHandWrittenHooks } from './hand-written.js'
import { fastifyCorsOptions, policies } from './policies.js'

/** The compared apps: the same routes, with CORS added in different ways. */
const setUps = {
  alone: (app) => { addOptionsRoutes(app) },
  'hand-written': (app, name) => {
    addHandWrittenHooks(app, name)
    addOptionsRoutes(app)
  },
  plugin: (app, name) => { app.register(cors, policies[name]) },
  'fastify-cors': (app, name) => { app.register(fastifyCors, fastifyCorsOptions(name)) }
}

export async function createApp (kind, policy) {
  const app = Fastify()
  setUps[kind](app, policy)
  app.get('/items', sendItem)
  app.post('/items', sendItem)
  app.get('/items/:id', sendItem)
  app.put('/items/:id', sendItem)
  app.delete('/items/:id', sendItem)
  if (policy === 'exempt') app.get('/internal', { config: { cors: false } }, sendItem)
  if (policy === 'large-list') addLargeRoutes(app)
  await app.ready()
  return app
}

/** The same routes once more for each of the policies that allow many origins. */
function addLargeRoutes (app) {
  for (const name of Object.keys(policies['large-list'].policies)) {
    const config = { cors: name }
    app.get(`/${name}/:id`, { config }, sendItem)
    app.put(`/${name}/:id`, { config }, sendItem)
    app.delete(`/${name}/:id`, { config }, sendItem)
  }
}

function addOptionsRoutes (app) {
  for (const url of ['/items', '/items/:id']) app.options(url, sendNoContent)
}

function sendItem (_request, reply) {
  reply.send({ id: 42, name: 'an item' })
}

function sendNoContent (_request, reply) {
  reply.header('content-length', '0').code(204).send()
}
