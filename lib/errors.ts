import createError from '@fastify/error'
import type { FastifyError } from 'fastify'

import { escapeText } from './text.ts'

/** Why a value of an option is refused. */
export type CorsProblemCode =
  | 'unknown-option'
  | 'invalid-type'
  | 'missing-scheme'
  | 'not-an-origin'
  | 'null-origin'
  | 'file-origin'
  | 'invalid-pattern'
  | 'unanchored-regexp'
  | 'broad-regexp'
  | 'wildcard-with-credentials'
  | 'insecure-origin'
  | 'public-suffix'
  | 'invalid-method'
  | 'forbidden-method'
  | 'method-case'
  | 'invalid-header-name'
  | 'forbidden-request-header'
  | 'forbidden-response-header'
  | 'max-age-range'
  | 'status-range'
  | 'unknown-policy'
  | 'credentials-without-origin'
  | 'undefined-origin'
  | 'select-without-policies'
  | 'vary-without-select'
  | 'vary-without-key'
  | 'fixed-option'
  | 'misplaced-config'

/** One reason why options are refused. */
export interface CorsProblem {
  /** A JSON pointer into the block that was refused; empty for the block itself. */
  readonly path: string
  /** What kind of mistake it is, for programs. */
  readonly code: CorsProblemCode
  /** What is wrong, and what to write instead. */
  readonly message: string
  /** The value that was refused. */
  readonly value: unknown
}

/** The route whose `config.cors` was refused. */
export interface CorsConfigErrorRoute {
  readonly method: string | string[]
  readonly url: string
}

type ErrorClass<Code extends string, Status extends number, Arguments extends unknown[]> =
  new (...args: Arguments) => FastifyError & { code: Code, statusCode: Status }

const ConfigError: ErrorClass<'FST_ERR_CORS_INVALID_CONFIG', 500, [string]> =
  createError<'FST_ERR_CORS_INVALID_CONFIG', 500, [string]>('FST_ERR_CORS_INVALID_CONFIG', '%s', 500)

/** CORS options that are refused at boot, with every problem of the block. */
export class CorsConfigError extends ConfigError {
  readonly problems: readonly CorsProblem[]
  declare readonly route?: CorsConfigErrorRoute

  /** `of` is what the options are for, if not for CORS as a whole. */
  constructor (problems: readonly CorsProblem[], route?: CorsConfigErrorRoute, of = 'CORS') {
    super(describe(problems, route, of))
    this.problems = problems
    if (route !== undefined) this.route = route
  }
}

/** The plugin was registered twice in one context. */
export const AlreadyRegisteredError: ErrorClass<'FST_ERR_CORS_ALREADY_REGISTERED', 500, []> =
  createError<'FST_ERR_CORS_ALREADY_REGISTERED', 500, []>(
    'FST_ERR_CORS_ALREADY_REGISTERED',
    'fastify-route-cors is already registered in this context; register it once, and give routes that ' +
      'differ a config.cors, or again in a child context',
    500
  )

/** Two versions of the package are loaded that cannot work together. */
export const VersionsError: ErrorClass<'FST_ERR_CORS_VERSIONS', 500, [own: string, other: string]> =
  createError<'FST_ERR_CORS_VERSIONS', 500, [own: string, other: string]>(
    'FST_ERR_CORS_VERSIONS',
    'fastify-route-cors %s cannot be registered beside %s, which was loaded before; let all that depends on it depend on one major version',
    500
  )

/** The plugin is asked about an application that it is not registered in, or that is not ready. */
export const NotRegisteredError: ErrorClass<'FST_ERR_CORS_NOT_REGISTERED', 500, []> =
  createError<'FST_ERR_CORS_NOT_REGISTERED', 500, []>(
    'FST_ERR_CORS_NOT_REGISTERED',
    'fastify-route-cors is not registered in this application, or it is not ready; await app.ready() first',
    500
  )

/** Options are to be replaced, and it is not clear which. */
export const RegistrationNotFoundError: ErrorClass<'FST_ERR_CORS_NOT_REGISTERED', 500, []> =
  createError<'FST_ERR_CORS_NOT_REGISTERED', 500, []>(
    'FST_ERR_CORS_NOT_REGISTERED',
    'Options are replaced on the instance that fastify-route-cors was registered on; name it with { instance }',
    500
  )

/** A request whose origin a policy with `enforce` does not allow. */
export const OriginDeniedError: ErrorClass<'FST_ERR_CORS_ORIGIN_DENIED', 403, []> =
  createError<'FST_ERR_CORS_ORIGIN_DENIED', 403, []>(
    'FST_ERR_CORS_ORIGIN_DENIED',
    'Requests from this origin are not allowed',
    403
  )

/** A text that holds no origins, and nothing was said about that. */
export const NoOriginsError: ErrorClass<'FST_ERR_CORS_NO_ORIGINS', 500, []> =
  createError<'FST_ERR_CORS_NO_ORIGINS', 500, []>(
    'FST_ERR_CORS_NO_ORIGINS',
    'there are no origins in the text that parseOrigins was given; set the variable, or say what holds without it: ' +
      'parseOrigins(text, { fallback: \'https://app.example.com\' })',
    500
  )

/** What `parseOrigins` was given cannot be read. */
export const OriginsTextError: ErrorClass<'FST_ERR_CORS_ORIGINS_TEXT', 500, [string]> =
  createError<'FST_ERR_CORS_ORIGINS_TEXT', 500, [string]>('FST_ERR_CORS_ORIGINS_TEXT', '%s', 500)

/** A live list could not be loaded, and there is none from before. */
export const LiveOriginsError: ErrorClass<'FST_ERR_CORS_LIVE_ORIGINS', 500, [message: string, options?: { cause: unknown }]> =
  createError<'FST_ERR_CORS_LIVE_ORIGINS', 500, [message: string, options?: { cause: unknown }]>('FST_ERR_CORS_LIVE_ORIGINS', '%s', 500)

/** A policy was selected for a request that there is none of. Clients see this message; which name it was is the cause, for the log. */
export const UnknownPolicyError: ErrorClass<'FST_ERR_CORS_UNKNOWN_POLICY', 500, [{ cause: Error }]> =
  createError<'FST_ERR_CORS_UNKNOWN_POLICY', 500, [{ cause: Error }]>('FST_ERR_CORS_UNKNOWN_POLICY', 'select named no policy', 500)

// What logs show as the type of an error.
for (const [value, errorClass] of Object.entries({
  AlreadyRegisteredError,
  VersionsError,
  NotRegisteredError,
  RegistrationNotFoundError,
  OriginDeniedError,
  NoOriginsError,
  OriginsTextError,
  LiveOriginsError,
  UnknownPolicyError
})) Object.defineProperty(errorClass, 'name', { value })

const MAX_SHOWN = 100

function describe (problems: readonly CorsProblem[], route: CorsConfigErrorRoute | undefined, of: string): string {
  const whole = route === undefined ? 'options' : 'config.cors'
  const rows = problems.slice(0, MAX_SHOWN)
    .map(({ path, message }) => [path === '' ? whole : escapeText(path), message] as const)
  const width = Math.max(...rows.map(([path]) => path.length))
  const lines = rows.map(([path, message]) => `  ${path.padEnd(width)}    ${message}`)
  if (problems.length > MAX_SHOWN) lines.push(`  … and ${problems.length - MAX_SHOWN} more`)
  return [route === undefined ? `invalid ${of} options` : headline(route), ...lines].join('\n')
}

function headline (route: CorsConfigErrorRoute): string {
  return `invalid CORS policy for ${routeTitle(route)}`
}

/** `PUT /orders/:id`, as messages name a route. */
export function routeTitle ({ method, url }: CorsConfigErrorRoute): string {
  return `${escapeText(typeof method === 'string' ? method : method.join(', '))} ${escapeText(url)}`
}
