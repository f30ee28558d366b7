import type { FastifyRequest, LogLevel } from 'fastify'
import type { OriginFunction } from './origin-function.ts'
import type { OriginItem, PolicyOptions } from './policy-options.ts'

/**
 * Names of policies, for type checking. Augment it with the names of `policies`
 * and a route's `cors: 'name'` accepts no other; left empty, any string passes.
 *
 * @example
 * declare module 'fastify-route-cors' {
 *   interface CorsPolicyNames { public: true, partners: true }
 * }
 */

export interface CorsPolicyNames {}

/** The names that `Names` declares, or any string where it declares none. */
export type NameIn<Names> = keyof Names extends never ? string : keyof Names & string

/** The name of a policy. */
export type CorsPolicyName = NameIn<CorsPolicyNames>

/** Options that are safe with credentials, whether `credentials` is set or not. */
interface NamedOrigins extends PolicyOptions {
  readonly origin?: false | OriginItem | readonly OriginItem[] | OriginFunction | undefined
}

/** Options that may name any origin, for they have no credentials. */
interface AnyOrigin extends PolicyOptions {
  readonly credentials?: false | undefined
}

/**
 * `Options` with at least one of its keys. TypeScript checks a union for excess
 * keys more strictly than one type whose keys are all optional.
 */
export type AtLeastOne<Options> = {
  [Key in keyof Options]-?: { readonly [K in Key]-?: Options[Key] } & Omit<Options, Key>
}[keyof Options]

/** Names the policy of a request, or says `undefined` for the one that holds without it. */
export type SelectFunction = (request: FastifyRequest) => CorsPolicyName | undefined | Promise<CorsPolicyName | undefined>

/** Options of the plugin that a policy does not have. */
export interface PluginOnlyOptions {
  /**
   * Whether every route of the scope gets CORS. With `false` only the routes with
   * a `config.cors` other than `false` do.
   *
   * @default true: every route gets the plugin's policy unless it says otherwise
   */
  readonly global?: boolean | undefined

  /**
   * Policies by name. Each refines the plugin's options; a route uses one with
   * `cors: 'name'` or `cors: { policy: 'name' }`.
   *
   * @default none
   */
  readonly policies?: { readonly [name: string]: CorsPolicy } | undefined

  /**
   * Picks one of `policies` for a request, and for its preflight: called once
   * for each, before any later hook, with or without an `Origin`. A route that
   * names its policy, or has none, is not asked about; the block of a route
   * refines the policy that is picked. What a preflight does not carry, such as
   * cookies, must not decide. A name that no policy has is an error.
   *
   * @default none: routes that name no policy have the plugin's
   */
  readonly select?: SelectFunction | undefined

  /**
   * The request headers that `select` depends on, for the `Vary` of every
   * response that it was called for. The URL and its host need no mention.
   *
   * @default none
   * @see https://www.rfc-editor.org/rfc/rfc9110#field.vary
   */
  readonly vary?: string | readonly string[] | undefined

  /**
   * Whether the generated OPTIONS routes carry `schema: { hide: true }`, which
   * keeps them out of API documentation.
   *
   * @default true: they are hidden
   */
  readonly hideOptionsRoute?: boolean | undefined

  /**
   * The log level of the generated OPTIONS routes.
   *
   * @default the instance's
   */
  readonly logLevel?: LogLevel
}

/** A policy: at least one option, and `'*'` never with credentials. */
export type CorsPolicy = AtLeastOne<NamedOrigins> | AtLeastOne<AnyOrigin>

/** What `app.register(cors, …)` takes. */
export type CorsPluginOptions = (NamedOrigins | AnyOrigin) & PluginOnlyOptions

/** The one key of a route's block that is no option of a policy. */
export interface PolicyReference {
  /**
   * The named policy that the block refines.
   *
   * @default none: the block refines the plugin's options
   */
  readonly policy?: CorsPolicyName | undefined
}

/**
 * A route's `config.cors`: `true` for the plugin's policy (also where `global` is
 * false), `false` for no CORS, the name of a policy, or a block of options.
 */
export type RouteCors =
  | boolean
  | CorsPolicyName
  | AtLeastOne<NamedOrigins & PolicyReference>
  | AtLeastOne<AnyOrigin & PolicyReference>
