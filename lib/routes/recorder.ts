import { subscribe } from 'node:diagnostics_channel'

import type { FastifyContextConfig, FastifyInstance } from 'fastify'

import { kRoute, readRoute, type DeclaredRoute, type Route } from './route.ts'

/** Every route of one application, in the order of declaration. */
export interface Recording {
  readonly routes: Route[]
  /** Recording began with the instance: no route is missing. */
  readonly complete: boolean
  /** Called for each route before Fastify's router gets it. */
  onRoute: ((route: Route, declared: DeclaredRoute) => void) | undefined
}

const recordings = new WeakMap<FastifyInstance, Recording>()

/**
 * Records the routes of every application that is created from now on.
 *
 * Fastify hands over each instance as it is created, before any route can be
 * declared on it. A hook added by the plugin itself would come too late for
 * the routes that stand above `register`, or below one that is not awaited.
 *
 * @see https://fastify.dev/docs/latest/Reference/Hooks/#diagnostics-channel-hooks
 */
export function startRecording (): void {
  subscribe('fastify.initialization', (message) => {
    const { fastify } = message as { fastify: FastifyInstance }
    record(fastify, { routes: [], complete: true, onRoute: undefined })
  })
}

/** The recording of the application that an instance belongs to. */
export function recordingOf (instance: FastifyInstance): Recording {
  const scopes = scopesOf(instance)
  const root = scopes.at(-1) as FastifyInstance
  const known = recordings.get(root)
  if (known !== undefined) return known
  // This package was imported after the application was created.
  const recording: Recording = { routes: [], complete: hasNoRoutes(root), onRoute: undefined }
  recordings.set(root, recording)
  for (const scope of scopes) record(scope, recording)
  return recording
}

/** An instance and those that enclose it, from the inside out. */
export function scopesOf (instance: FastifyInstance): FastifyInstance[] {
  const scopes = [instance]
  for (;;) {
    const outer = Object.getPrototypeOf(scopes.at(-1)) as FastifyInstance
    if (outer === Object.prototype as unknown) return scopes
    scopes.push(outer)
  }
}

/** Whether an instance is another one, or a child context of it. */
export function isWithin (outer: FastifyInstance, instance: FastifyInstance): boolean {
  return instance === outer || Object.prototype.isPrototypeOf.call(outer, instance)
}

function record (instance: FastifyInstance, recording: Recording): void {
  recordings.set(instance, recording)
  instance.addHook('onRoute', function (this: FastifyInstance, options) {
    const declared = options as DeclaredRoute
    const route = readRoute(this, declared)
    recording.routes.push(route)
    declared.config = { ...declared.config, [kRoute]: route } as FastifyContextConfig
    recording.onRoute?.(route, declared)
  })
}

function hasNoRoutes (root: FastifyInstance): boolean {
  return root.printRoutes() === '(empty tree)'
}
