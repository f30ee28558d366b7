import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'

import type { FastifyInstance, FastifyRequest } from 'fastify'

import type { Exchange } from '../browser/types.ts'
import { errorOf } from '../decision/carry-out.ts'
import { render, type Decision } from '../decision/decision.ts'
import { reflectRequestHeaders } from '../fetch/headers.ts'
import { decideRequest } from '../on-request.ts'
import { kRoute, type Route } from '../routes/route.ts'
import type { Snapshot } from '../snapshot.ts'
import type { RouteSearch } from './route-search.ts'
import type { CorsAnswer, CorsExplanationCode } from './types.ts'

/** What the plugin does with a request that is only thought of. */
export interface Imagined extends CorsAnswer {
  readonly code: CorsExplanationCode
  /** What the request fails with: an origin function's error, or the refusal of `enforce`. */
  readonly error?: Error | undefined
  readonly selected?: string | undefined
  /** None where the plugin has no part in it. */
  readonly request?: FastifyRequest
}

/** Stands for the application, as far as the plugin answers. */
export class ImaginedServer {
  readonly #snapshot: Snapshot
  readonly #search: RouteSearch
  /** The route that the request itself reaches. */
  readonly #route: Route | undefined
  preflight: Imagined | undefined
  response: Imagined | undefined

  constructor (snapshot: Snapshot, search: RouteSearch, route: Route | undefined) {
    this.#snapshot = snapshot
    this.#search = search
    this.#route = route
  }

  /** Answers what a browser sends. */
  async answer ({ method, url, headers }: Exchange): Promise<Imagined> {
    const fields = Object.fromEntries(headers)
    const isPreflight = method === 'OPTIONS' && fields['access-control-request-method'] !== undefined
    const target = new URL(url)
    const path = target.pathname + target.search
    const route = isPreflight ? this.#search.preflightRoute(path, target.host) : this.#route
    const server = route?.instance ?? this.#search.notFoundInstance(path)
    const status = route === undefined ? 404 : route.generated ? 204 : 200
    let imagined: Imagined = { code: 'NO_CORS', status, headers: {} }
    if (isBadUrl(target.pathname)) imagined = { code: 'BAD_URL', status: 400, headers: {} }
    else if (this.#snapshot.scopeAround(server) !== undefined) {
      const request = imagineRequest(method, target, fields, route, server)
      const decision = await settle(decideRequest(this.#snapshot, request, server))
      if (decision !== undefined) imagined = outcome(decision, request, status)
    }
    this[isPreflight ? 'preflight' : 'response'] = imagined
    return imagined
  }
}

async function settle (decision: Decision | undefined): Promise<Decision | undefined> {
  return decision?.next === undefined ? decision : await settle(await decision.next)
}

function outcome (decision: Decision, request: FastifyRequest, otherwise: number): Imagined {
  const { code, status, selected } = decision
  const { origin, 'access-control-request-headers': requested } = request.raw.headers
  const error = errorOf(decision)
  return {
    code,
    status: status ?? (error === undefined ? otherwise : errorStatus(error)),
    headers: render(decision, origin, reflectRequestHeaders(requested)),
    error,
    selected,
    request
  }
}

/** As Fastify has it. */
function errorStatus ({ statusCode = 500 }: Error & { statusCode?: number }): number {
  return statusCode >= 400 ? statusCode : 500
}

/** Fastify's router refuses what it cannot decode. */
function isBadUrl (path: string): boolean {
  try {
    decodeURI(path)
    return false
  } catch {
    return true
  }
}

/** What an origin function may look at, as far as it is known. */
function imagineRequest (
  method: string, { host, hostname, port, protocol, pathname, search, searchParams }: URL,
  fields: Readonly<Record<string, string>>, route: Route | undefined, server: FastifyInstance
): FastifyRequest {
  const url = pathname + search
  const raw = Object.assign(new IncomingMessage(new Socket()), { method, url, headers: { host, ...fields } })
  return {
    id: 'imagined',
    raw,
    method,
    url,
    originalUrl: url,
    headers: raw.headers,
    host,
    hostname,
    port: port === '' ? null : Number(port),
    protocol: protocol.slice(0, -1),
    ip: '127.0.0.1',
    socket: raw.socket,
    server,
    log: SILENT,
    params: {},
    query: Object.fromEntries(searchParams),
    body: undefined,
    is404: route === undefined,
    routeOptions: {
      method: route?.methods,
      url: route?.url,
      config: route === undefined ? {} : { cors: route.cors, [kRoute]: () => route }
    }
  } as unknown as FastifyRequest
}

function noop (): void {}

const SILENT = { fatal: noop, error: noop, warn: noop, info: noop, debug: noop, trace: noop, child: () => SILENT, level: 'silent' } as
  unknown as FastifyRequest['log']
