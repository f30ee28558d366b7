import type { IncomingHttpHeaders } from 'node:http'

import type { FastifyInstance } from 'fastify'

import { listNames } from '../fetch/headers.ts'
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

const SHARED_FIELDS = ['httpVersion', 'httpVersionMajor', 'httpVersionMinor']

/** No browser shows a preflight's server the certificate of the client. */
const SHARED_SOCKET_FIELDS = ['encrypted', 'localAddress', 'localFamily', 'localPort', 'remoteAddress', 'remoteFamily', 'servername']

export function routingOf (root: FastifyInstance, options: RouterOptions, customConstraints: ReadonlySet<string>): Routing {
  const { rewriteUrl, constraints, routerOptions } = internalOf(root, 'fastify.options') as ServerOptions | undefined ?? {}
  const strategies = new Map(Object.values({ ...constraints, ...routerOptions?.constraints }).map((strategy) => [strategy.name, strategy]))
  const ownHost = customConstraints.has('host') ? strategies.get('host') : undefined
  // One that calls back says nothing at once.
  const hostStrategy = ownHost !== undefined && ownHost.deriveConstraint.length < 3 ? ownHost : undefined
  let hasSaid = false
  function ask<Answer> (whom: string, head: RequestHead, method: string, url: string | undefined, question: (request: object) => Answer): Answer {
    let unknown: Error | undefined
    try {
      const answer = question(imagine(head, method, url, (name) => {
        throw unknown = new Error(name)
      }))
      // It may have caught that.
      if (unknown === undefined) return answer
      throw unknown
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
      : (head, method) => ask("the strategy for the constraint 'host'", head, method, head.url, (request) => hostStrategy.deriveConstraint(request)),
    keepsUrls: rewriteUrl === undefined,
    urlOf: (head, method) => rewriteUrl === undefined || head.originalUrl === undefined
      ? head.url as string
      : ask('rewriteUrl', head, method, head.originalUrl, (request) => rewriteUrl.call(root, request) as string),
    isVisible: (constraint) => constraint === 'host' && (hostStrategy !== undefined || !customConstraints.has('host')),
    mustMatch: (constraint) => {
      if (!customConstraints.has(constraint)) return constraint === 'version'
      const strategy = strategies.get(constraint)
      return strategy === undefined || Boolean(strategy.mustMatchWhenDerived)
    }
  }
}

/** The request that a preflight is about, for as long as nobody asks for what the preflight does not tell. */
function imagine (head: RequestHead, method: string, url: string | undefined, notKnown: NotKnown): object {
  const { headers } = head
  const { socket } = head as { socket?: object }
  const sharedSocket = socket && showing(socket, (name) => SHARED_SOCKET_FIELDS.includes(name), notKnown)
  const known: Record<string, unknown> = {
    method,
    url,
    originalUrl: url,
    headers: showing(headers, (name) => SHARED_HEADER.test(name) && !isRequested(headers, name), notKnown),
    socket: sharedSocket,
    connection: sharedSocket
  }
  for (const name of SHARED_FIELDS) known[name] = (head as unknown as Record<string, unknown>)[name]
  return showing(known, (name) => Object.hasOwn(known, name), notKnown)
}

/** Whether it is the page that is going to set a header, whoever set that of the preflight. */
function isRequested (headers: IncomingHttpHeaders, name: string): boolean {
  return listNames(headers['access-control-request-headers']).some((requested) => requested.toLowerCase() === name)
}

type NotKnown = (name: string) => never

/** An object of which no more can be seen than is shown. */
function showing (target: object, isShown: (name: string) => boolean, notKnown: NotKnown): object {
  const refuse = (_target: object, name: PropertyKey = 'everything there is'): never => notKnown(String(name))
  return new Proxy(target, {
    get: (_, name) => typeof name === 'string' && isShown(name) ? Reflect.get(target, name) as unknown : refuse(target, name),
    has: refuse,
    ownKeys: refuse,
    getOwnPropertyDescriptor: refuse
  })
}
