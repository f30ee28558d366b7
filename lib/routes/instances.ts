import type { FastifyInstance, HTTPMethods } from 'fastify'

import { normalizePattern, type RouterOptions } from './pattern.ts'

/** An instance and those that enclose it, from the inside out. */
export function scopesOf (instance: FastifyInstance): FastifyInstance[] {
  const scopes = [instance]
  for (;;) {
    const outer = Object.getPrototypeOf(scopes.at(-1)) as FastifyInstance
    if (outer === Object.prototype as unknown) return scopes
    scopes.push(outer)
  }
}

/** What is kept of an instance, or else of the one around it that is nearest. */
export function innermost<Value> (kept: ReadonlyMap<FastifyInstance, Value>, instance: FastifyInstance): Value | undefined {
  for (let scope = instance; scope !== Object.prototype as unknown; scope = Object.getPrototypeOf(scope)) {
    const value = kept.get(scope)
    if (value !== undefined) return value
  }
  return undefined
}

/** Whether an instance is another one, or a child context of it. */
export function isWithin (outer: FastifyInstance, instance: FastifyInstance): boolean {
  return instance === outer || Object.prototype.isPrototypeOf.call(outer, instance)
}

/** An instance and the child contexts that it has by now. */
export function instancesWithin (instance: FastifyInstance): FastifyInstance[] {
  const children = internalOf(instance, 'fastify.children') as FastifyInstance[] | undefined ?? []
  return [instance, ...children.flatMap(instancesWithin)]
}

/**
 * What Fastify keeps of an instance under a symbol that it does not export, for
 * what no public method tells. `undefined` where a version of Fastify has no such thing.
 */
export function internalOf (instance: FastifyInstance, description: string): unknown {
  const known = internals.get(description)
  // Another copy of Fastify has other symbols.
  if (known !== undefined && known in instance) return (instance as unknown as Record<symbol, unknown>)[known]
  for (let holder: object = instance; holder !== Object.prototype; holder = Object.getPrototypeOf(holder)) {
    const symbol = Object.getOwnPropertySymbols(holder).find((candidate) => candidate.description === description)
    if (symbol === undefined) continue
    internals.set(description, symbol)
    return (holder as Record<symbol, unknown>)[symbol]
  }
  return undefined
}

/** The symbols by their descriptions, as they were found last. */
const internals = new Map<string, symbol>()

/** The hooks of an instance by their name. */
export interface Hooks {
  readonly [name: string]: readonly unknown[] | undefined
}

/** All hooks of an instance, those of the instances around it too; `undefined` where a version of Fastify does not tell. */
export function hooksOf (instance: FastifyInstance): Hooks | undefined {
  return internalOf(instance, 'fastify.hooks') as Hooks | undefined
}

/** Whether the router of an application has a route. Some versions want to be asked as they keep it, others as it was declared. */
export function hasRoute (
  instance: FastifyInstance,
  { method, pattern, constraints }: { method: string, pattern: string, constraints: Readonly<Record<string, unknown>> },
  options: RouterOptions
): boolean {
  try {
    if (instance.hasRoute({ method: method as HTTPMethods, url: pattern, constraints })) return true
    const normalized = normalizePattern(pattern, options)
    return normalized !== pattern && instance.hasRoute({ method: method as HTTPMethods, url: normalized, constraints })
  } catch {
    // The router cannot have such a pattern.
    return false
  }
}
