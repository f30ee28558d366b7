import type { FastifyInstance } from 'fastify'

/**
 * What Fastify keeps of an instance under a symbol that it does not export, for
 * what no public method tells. `undefined` where a version of Fastify has no such thing.
 */
export function internalOf (instance: FastifyInstance, description: string): unknown {
  for (let holder: object = instance; holder !== Object.prototype; holder = Object.getPrototypeOf(holder)) {
    const symbol = Object.getOwnPropertySymbols(holder).find((candidate) => candidate.description === description)
    if (symbol !== undefined) return (holder as Record<symbol, unknown>)[symbol]
  }
  return undefined
}
