import createRouter from 'find-my-way'
import type { FastifyInstance } from 'fastify'

import { scopesOf } from '../routes/instances.ts'
import { UNCALLED } from '../routes/finder.ts'
import { internalOf } from '../routes/instances.ts'

/** Fastify's record of a not-found handler. */
interface NotFoundContext {
  readonly server: FastifyInstance
}

/**
 * Finds the instance whose not-found handler gets a URL that no route serves:
 * a child context with a prefix may have one of its own.
 */
export class NotFoundFinder {
  readonly #router: ReturnType<typeof createRouter> = createRouter()
  readonly #root: FastifyInstance

  constructor (root: FastifyInstance, instances: Iterable<FastifyInstance>) {
    this.#root = root
    const all = [root, ...instances].flatMap(scopesOf)
    const contexts = new Set(all.map((instance) => internalOf(instance, 'fastify.404ContextKey') as NotFoundContext | undefined))
    for (const context of contexts) {
      if (context !== undefined) this.#add(context.server)
    }
  }

  find (url: string): FastifyInstance {
    const match = this.#router.find('GET', url)
    return match === null ? this.#root : match.store as FastifyInstance
  }

  #add (instance: FastifyInstance): void {
    const prefix = instance.prefix === '' ? '/' : instance.prefix
    const below = prefix.endsWith('/') ? `${prefix}*` : `${prefix}/*`
    for (const url of [prefix, below]) this.#router.on('GET', url, UNCALLED, instance)
  }
}
