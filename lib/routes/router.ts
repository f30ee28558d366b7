import { createRequire } from 'node:module'

import type findMyWay from 'find-my-way'

type CreateRouter = typeof findMyWay

export type Router = ReturnType<CreateRouter>

let loaded: CreateRouter | undefined

/** A router of the kind that Fastify finds its routes with. */
export function createRouter (options?: Parameters<CreateRouter>[0]): Router {
  loaded ??= routerOfFastify(import.meta.url)
  return (loaded as CreateRouter)(options)
}

/**
 * Has the router at hand: the copy that Fastify has loaded, which is there already and agrees with it in
 * every detail, or else the one beside this package. In an application that was bundled into one file only the second is found.
 */
export async function loadRouter (from: string | undefined = import.meta.url): Promise<CreateRouter> {
  loaded = routerOfFastify(from) ?? (await import('find-my-way')).default
  return loaded
}

function routerOfFastify (from: string | undefined): CreateRouter | undefined {
  try {
    return createRequire(createRequire(from as string).resolve('fastify'))('find-my-way') as CreateRouter
  } catch {
    return undefined
  }
}
