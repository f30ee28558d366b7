import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

import type { FastifyInstance, FastifyPluginAsync, FastifyServerOptions } from 'fastify'

type Fastify = (options: object) => FastifyInstance

interface AppModule {
  readonly default?: unknown
  readonly options?: FastifyServerOptions
}

/**
 * Loads an application as fastify-cli does: a module exports an instance, or a
 * plugin that is registered on a new one, made by the Fastify that the
 * module itself would import.
 */
export async function loadApp (file: string): Promise<FastifyInstance> {
  const path = resolve(file)
  const module = await import(pathToFileURL(path).href) as AppModule
  const inner = Object(module.default) as AppModule
  // CommonJS that was compiled from ESM has its default export below that of the module.
  const exported = inner.default ?? module.default
  if (isInstance(exported)) {
    // What is printed is the answer; its own log goes to the same place.
    exported.log.level = 'silent'
    return exported
  }
  if (typeof exported !== 'function') throw new Error(`${file} exports neither a plugin nor an instance of Fastify as its default`)
  const fastify = createRequire(path)('fastify') as Fastify
  const { loggerInstance: _, ...options } = module.options ?? inner.options ?? {}
  const app = fastify({ ...options, logger: { level: 'warn', stream: process.stderr } })
  app.register(exported as FastifyPluginAsync)
  return app
}

function isInstance (value: unknown): value is FastifyInstance {
  const { ready, inject } = Object(value) as Partial<FastifyInstance>
  return typeof ready === 'function' && typeof inject === 'function'
}
