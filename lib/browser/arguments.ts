import { parseUrl } from '../fetch/origins.ts'
import { SimulateError } from './errors.ts'
import { injectTarget, isApp } from './inject.ts'
import { CookieJar } from './cookies.ts'
import { PreflightCache } from './preflight-cache.ts'
import { isProfileName, profiles } from './profiles.ts'
import { requestProblem } from './request-problems.ts'
import type { App } from './inject.ts'
import type { Target } from './exchange.ts'
import type { Profile } from './profile.ts'
import type { SimulateOptions, SimulateRequest } from './types.ts'

/** The arguments of `simulate`, checked and ready to use. */
export interface Settings {
  readonly url: URL
  readonly profile: Profile
  readonly cache: PreflightCache
  readonly cookies: CookieJar | undefined
  readonly targetFor: (url: URL) => Target | undefined
  readonly apps: readonly App[]
}

const optionNames = new Set(['profile', 'base', 'servers', 'cache', 'cookies'])

/** @throws SimulateError where no browser could have made the call. */
export function checkArguments (target: App | Target, request: SimulateRequest, options: SimulateOptions): Settings {
  const problem = requestProblem(request)
  if (problem !== undefined) throw problem
  checkOptions(options)
  const { profile = 'spec', base, cache = new PreflightCache(), cookies, servers = {} } = options
  const url = requestUrl(request.url, base)
  const others = new Map(Object.entries(servers).map(([origin, server]) => [originOf(origin), checkTarget(server)]))
  const main = checkTarget(target)
  const home = base === undefined ? url.origin : new URL(base).origin
  const mainServesAll = !isApp(target)
  return {
    url,
    profile: profiles[profile],
    cache,
    cookies,
    targetFor: ({ origin }) => others.get(origin) ?? (mainServesAll || origin === home ? main : undefined),
    apps: [target, ...Object.values(servers)].filter(isApp)
  }
}

function checkTarget (target: unknown): Target {
  if (isApp(target)) return injectTarget(target)
  if (typeof target === 'function') return target as Target
  throw new SimulateError('TARGET_INVALID', 'simulate needs a Fastify instance, or a function of (exchange)')
}

function checkOptions (options: SimulateOptions): void {
  if (typeof options !== 'object' || options === null) throw optionError('options have to be an object')
  for (const name of Object.keys(options)) {
    if (!optionNames.has(name)) throw optionError(`there is no option '${name}', only ${[...optionNames].join(', ')}`)
  }
  const { profile, cache, cookies, base, servers } = options
  if (profile !== undefined && !isProfileName(profile)) {
    throw optionError(`there is no profile '${String(profile)}', only ${Object.keys(profiles).join(', ')}`)
  }
  if (cache !== undefined && !(cache instanceof PreflightCache)) throw optionError('cache has to be a PreflightCache')
  if (cookies !== undefined && !(cookies instanceof CookieJar)) throw optionError('cookies has to be a CookieJar')
  if (servers !== undefined && (typeof servers !== 'object' || servers === null)) {
    throw optionError('servers has to be a record of origins and apps')
  }
  if (base !== undefined) originOf(base)
}

function originOf (text: string): string {
  const url = typeof text === 'string' && /^https?:/.test(text) ? parseUrl(text) : undefined
  if (url === undefined) throw optionError(`'${text}' is no http or https URL`)
  return url.origin
}

function requestUrl (text: string, base = 'http://localhost'): URL {
  const url = parseUrl(text, base)
  if (url === undefined) throw new SimulateError('URL_INVALID', `'${text}' is no URL; write one such as '/orders/1'`)
  if (/^(?:data|blob|about):$/.test(url.protocol)) {
    throw new SimulateError('URL_INVALID', `'${text}' has no server, so there is no CORS to look at`)
  }
  return url
}

function optionError (message: string): SimulateError {
  return new SimulateError('OPTION_INVALID', message)
}
