import type { IncomingHttpHeaders } from 'node:http'

import type { FastifyInstance } from 'fastify'

import { internalOf } from './instances.ts'
import type { RouterOptions } from './pattern.ts'

/** A constraint strategy, as applications hand it to Fastify. */
export interface Strategy {
  readonly name: string
  readonly mustMatchWhenDerived?: boolean
  storage (): { get (value: unknown): unknown, set (value: unknown, handlers: unknown): void }
  deriveConstraint (request: unknown, context?: unknown, done?: unknown): unknown
}

/** The head of a request, as far as routing asks. */
export interface RequestHead {
  readonly url?: string | undefined
  /** Before `rewriteUrl`, where the application has that. */
  readonly originalUrl?: string | undefined
  readonly headers: IncomingHttpHeaders
}

/** What decides, beside the routes, where an application's router sends a request. */
export interface Routing {
  readonly root: FastifyInstance
  readonly options: RouterOptions
  /** The host that its routes are told apart by. @throws where it follows from what a preflight does not carry */
  readonly hostOf: (head: RequestHead, method: string) => unknown
  /** The URL that its routes are found by. @throws likewise */
  readonly urlOf: (head: RequestHead, method: string) => string
  /** Nothing but the URL of a preflight decides where it and the actual request go. */
  readonly keepsUrls: boolean
  /** The strategy for hosts, where that is the application's own and may be asked. */
  readonly hostStrategy: Strategy | undefined
  /** Whether the value of a constraint shows from a preflight. */
  readonly isVisible: (constraint: string) => boolean
  /** Whether a request that has a value for the constraint reaches only routes which ask for one. */
  readonly mustMatch: (constraint: string) => boolean
}

interface ServerOptions {
  readonly rewriteUrl?: (this: FastifyInstance, request: unknown) => unknown
  readonly constraints?: Readonly<Record<string, Strategy>>
  readonly routerOptions?: { readonly constraints?: Readonly<Record<string, Strategy>> }
}

/** What a preflight and the actual request have in common: where they go, and by what way. */
const SHARED_HEADER = /^(?::authority|host|origin|forwarded|x-forwarded-.+)$/

const SHARED_FIELDS = ['socket', 'connection', 'httpVersion', 'httpVersionMajor', 'httpVersionMinor']

export function routingOf (root: FastifyInstance, options: RouterOptions, customConstraints: ReadonlySet<string>): Routing {
  const { rewriteUrl, constraints, routerOptions } = internalOf(root, 'fastify.options') as ServerOptions | undefined ?? {}
  const strategies = new Map(Object.values({ ...constraints, ...routerOptions?.constraints }).map((strategy) => [strategy.name, strategy]))
  const ownHost = customConstraints.has('host') ? strategies.get('host') : undefined
  // One that calls back says nothing at once.
  const hostStrategy = ownHost !== undefined && ownHost.deriveConstraint.length < 3 ? ownHost : undefined
  let hasSaid = false
  function ask<Answer> (whom: string, question: () => Answer): Answer {
    try {
      return question()
    } catch (error) {
      if (!hasSaid) root.log.warn(`A preflight does not tell what ${whom} wants to know, and is granted nothing: ${(error as Error).message}`)
      hasSaid = true
      throw error
    }
  }
  return {
    root,
    options,
    hostStrategy,
    hostOf: hostStrategy === undefined
      ? ({ headers }) => headers.host || headers[':authority']
      : (head, method) => ask("the strategy for the constraint 'host'", () => hostStrategy.deriveConstraint(imagine(head, method, head.url))),
    keepsUrls: rewriteUrl === undefined,
    urlOf: (head, method) => rewriteUrl === undefined || head.originalUrl === undefined
      ? head.url as string
      : ask('rewriteUrl', () => rewriteUrl.call(root, imagine(head, method, head.originalUrl)) as string),
    isVisible: (constraint) => constraint === 'host' && (hostStrategy !== undefined || !customConstraints.has('host')),
    mustMatch: (constraint) => {
      if (!customConstraints.has(constraint)) return constraint === 'version'
      const strategy = strategies.get(constraint)
      return strategy === undefined || strategy.mustMatchWhenDerived === true
    }
  }
}

/** The request that a preflight is about, for as long as nobody asks for what the preflight does not tell. */
function imagine (head: RequestHead, method: string, url: string | undefined): object {
  const headers = new Proxy(head.headers, {
    get: (target: IncomingHttpHeaders, name) => typeof name === 'string' && SHARED_HEADER.test(name) ? target[name] : notKnown(target, name),
    has: notKnown,
    ownKeys: notKnown,
    getOwnPropertyDescriptor: notKnown
  })
  const known: Record<PropertyKey, unknown> = { method, url, originalUrl: url, headers }
  return new Proxy(head, {
    get: (target, name) => Object.hasOwn(known, name)
      ? known[name]
      : SHARED_FIELDS.includes(name as string) ? (target as unknown as Record<PropertyKey, unknown>)[name] : notKnown(target, name),
    has: notKnown,
    ownKeys: notKnown,
    getOwnPropertyDescriptor: notKnown
  })
}

function notKnown (_target: object, name?: PropertyKey): never {
  throw new Error(name === undefined ? 'everything there is' : String(name))
}
