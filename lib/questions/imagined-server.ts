import type { FastifyInstance, onRequestHookHandler } from 'fastify'

import type { Application } from '../application.ts'
import { createRequestHook } from '../request-hook.ts'
import type { Route } from '../routes/route.ts'
import type { Exchange } from '../testing/exchange.ts'
import { dryRun, type DryRun } from './dry-run.ts'
import type { RouteSearch } from './route-search.ts'

const BAD_URL: DryRun = { status: 400, headers: {}, error: undefined, isPassedOn: true, choice: undefined }
const NOT_COVERED: DryRun = { status: 404, headers: {}, error: undefined, isPassedOn: true, choice: undefined }

/** Stands for the application, as far as the plugin answers. */
export class ImaginedServer {
  readonly #application: Application
  readonly #hook: onRequestHookHandler
  readonly #search: RouteSearch
  /** The route that the request itself reaches. */
  readonly #route: Route | undefined
  preflight: DryRun | undefined
  response: DryRun | undefined

  constructor (application: Application, search: RouteSearch, route: Route | undefined) {
    this.#application = application
    this.#hook = createRequestHook(application, { sharedCheck: undefined }, [])
    this.#search = search
    this.#route = route
  }

  /** Answers what a browser sends. */
  async answer ({ method, url, headers }: Exchange): Promise<DryRun> {
    const fields = Object.fromEntries(headers)
    const isPreflight = method === 'OPTIONS' && fields['access-control-request-method'] !== undefined
    const { host, pathname, search, protocol } = new URL(url)
    const path = pathname + search
    const route = isPreflight ? this.#search.preflightRoute(path, host) : this.#route
    const server: FastifyInstance = route?.instance ?? this.#search.notFoundInstance(path)
    const imagined = { method, url: path, host, protocol: protocol.slice(0, -1), headers: fields, route, server }
    let run = route === undefined ? NOT_COVERED : { ...NOT_COVERED, status: 200 }
    if (isBadUrl(pathname)) run = BAD_URL
    else if (this.#application.registrationOf(server) !== undefined) run = await dryRun(this.#hook, imagined)
    this[isPreflight ? 'preflight' : 'response'] = run
    return run
  }
}

/** Fastify's router refuses what it cannot decode. */
export function isBadUrl (path: string): boolean {
  try {
    decodeURI(path)
    return false
  } catch {
    return true
  }
}
