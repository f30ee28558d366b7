import type { FastifyPluginAsync, FastifyRequest, LogLevel } from 'fastify'

import type { LiveOrigins } from './live.ts'

/**
 * How an {@link OriginFunction} may answer: an error goes to Fastify's error
 * handler, `true` allows the origin, anything else does not.
 */
export type OriginCallback = (error: Error | null, allowed?: unknown) => void

/**
 * Decides about one origin. It may return a boolean or a promise of one, or
 * call back; whichever settles first counts, once. It is called only for
 * requests that carry an `Origin`.
 */
export type OriginFunction = (
  origin: string,
  callback: OriginCallback,
  request: FastifyRequest
) => unknown

/** An origin as a browser sends it, or a pattern such as `https://*.example.com`. */
export type OriginText = `${string}://${string}`

/** What a list of origins may hold. */
export type OriginItem = OriginText | RegExp | LiveOrigins

/** What a policy says, at plugin level, in a named policy and on a route alike. */
export interface PolicyOptions {
  /**
   * Which pages may read the responses. `'*'` is every page, always sent as the
   * literal `*`; `true` reflects any origin but `null`; `false` allows none. An
   * origin is written as browsers send it (`https://app.example.com`), a pattern
   * has a leading `*.` (one or more labels, never the apex) and/or a `:*` port, or
   * one `*` inside a label (`https://pr-*.example.com`); `moz-extension://*` is any
   * host of such a scheme. `file://` counts as an insecure origin.
   * A RegExp must be anchored at both ends. `liveOrigins` gives a list that changes while the application runs. A function is asked on each request.
   *
   * Anything but `'*'` and one exact origin adds `Vary: Origin`. `'*'` and `true`
   * are refused together with {@link PolicyOptions.credentials}.
   *
   * @example "https://app.example.com"
   * @example ["https://app.example.com", "https://*.example.com"]
   * @default '*': every page may read, without credentials
   * @see https://fetch.spec.whatwg.org/#http-access-control-allow-origin
   */
  readonly origin?: '*' | boolean | OriginItem | readonly OriginItem[] | OriginFunction | undefined

  /**
   * Narrows the methods that a preflight grants; a list, or one string with
   * commas. A method that no route of the URL serves is never advertised.
   * Browsers upper-case only DELETE, GET, HEAD, OPTIONS, POST and PUT, and never
   * ask a preflight whether GET, HEAD or POST itself is allowed.
   *
   * @example ["GET", "POST"]
   * @default every method that the URL's routes serve
   * @see https://fetch.spec.whatwg.org/#http-access-control-allow-methods
   */
  readonly methods?: string | readonly string[] | undefined

  /**
   * The request headers that a preflight grants: a list, or one string with
   * commas. `true` reflects what was asked, `false` grants none. `'*'` is sent as
   * it is; it does not cover `Authorization`, and browsers ignore it together
   * with credentials, so that it is refused there. `'schema'` grants what
   * `schema.headers` of the route declares, also in a list beside others; a `$ref` there is not followed.
   *
   * @example ["Content-Type", "Authorization"]
   * @default true: every header that the page asks for
   * @see https://fetch.spec.whatwg.org/#http-access-control-allow-headers
   */
  readonly allowedHeaders?: boolean | string | readonly string[] | undefined

  /**
   * The response headers that scripts may read besides the safelisted ones
   * (`Cache-Control`, `Content-Type`, …): a list, or one string with commas.
   * `'*'` exposes all of them, and is refused together with credentials. `'schema'`
   * exposes the `headers` that the route's response schemas declare, also in a list beside others. What a handler, a library or an
   * upstream names in `Access-Control-Expose-Headers` is added to it where the origin is allowed.
   *
   * @example ["X-Request-Id"]
   * @default none: scripts read the safelisted response headers, and what a response names itself
   * @see https://fetch.spec.whatwg.org/#http-access-control-expose-headers
   */
  readonly exposedHeaders?: string | readonly string[] | undefined

  /**
   * Whether pages that may read a response may see its timings too, in `PerformanceResourceTiming`:
   * `Timing-Allow-Origin` then goes with `Access-Control-Allow-Origin`, and has its value. One that a
   * handler or an upstream sets is replaced; without the option it stays.
   *
   * @example true
   * @default false: browsers show a page of another origin no more than when the request began and ended
   * @see https://w3c.github.io/resource-timing/#sec-timing-allow-origin
   */
  readonly timingAllowOrigin?: boolean | undefined

  /**
   * Whether pages may read responses to requests with cookies, TLS client
   * certificates or HTTP authentication. Needs named origins: with it `'*'` is
   * refused, and so are plain `http:` origins and patterns for public suffixes.
   *
   * @example true
   * @default false: browsers withhold responses to requests with credentials
   * @see https://fetch.spec.whatwg.org/#http-access-control-allow-credentials
   */
  readonly credentials?: boolean | undefined

  /**
   * How long, in seconds, a browser may cache the result of a preflight.
   * An integer from 0 (do not cache) to 86400 (24 hours); browsers cap it
   * (WebKit 600, Chromium 7200, Firefox 86400).
   *
   * @example 600
   * @default omitted: browsers then cache for 5 seconds
   * @see https://fetch.spec.whatwg.org/#http-access-control-max-age
   */
  readonly maxAge?: number | undefined

  /**
   * `Cache-Control` of the responses to preflights, for caches between the
   * browser and the server. An integer N, in seconds, means `max-age=N`.
   *
   * @example 60
   * @example "public, max-age=60"
   * @default omitted: the responses carry no `Cache-Control`
   * @see https://www.rfc-editor.org/rfc/rfc9111#name-cache-control
   */
  readonly cacheControl?: number | string | undefined

  /**
   * The status of the response to a preflight: an integer from 200 to 299.
   *
   * @example 200
   * @default 204: every browser accepts it, without a body
   * @see https://fetch.spec.whatwg.org/#cors-preflight-fetch
   */
  readonly optionsSuccessStatus?: number | undefined

  /**
   * Whether the route's own OPTIONS handler replies to preflights, after the
   * headers are set.
   *
   * @example true
   * @default false: the plugin replies
   */
  readonly preflightContinue?: boolean | undefined

  /**
   * Whether an OPTIONS request that is not a preflight gets 400, as
   * `@fastify/cors` does, where no OPTIONS route serves it.
   *
   * @example true
   * @default false: such a request gets 204 with `Allow`
   */
  readonly strictPreflight?: boolean | undefined

  /**
   * Whether a request of a page that is neither allowed nor the server's own is refused with
   * 403 before the handler, WebSocket upgrades included. CORS alone only keeps the page from
   * reading the response; the handler has run by then.
   *
   * What passes: an allowed `Origin`; `Sec-Fetch-Site: same-origin` or `none`; the `Origin` of
   * the server itself, by `request.protocol` and `request.host`; and without an `Origin` all but
   * unsafe methods from another site. Every response but a preflight's then has `Vary: Origin`.
   *
   * @example true
   * @default false: the handler runs, the browser withholds the response
   * @see https://fetch.spec.whatwg.org/#origin-header
   * @see https://w3c.github.io/webappsec-fetch-metadata/#sec-fetch-site-header
   */
  readonly enforce?: boolean | undefined

  /**
   * Whether the headers are set on the raw response too, as soon as they are known, for code
   * that reads or copies them from `reply.raw`. Responses have them without it: also those
   * of `reply.hijack()`, server-sent events and streams that are written by hand.
   *
   * @example true
   * @default false: `reply.getHeaders()` shows them, `reply.raw.getHeaders()` does not
   */
  readonly rawHeaders?: boolean | undefined

  /**
   * Lets `http:` origins that are not loopback be used with credentials. Whoever
   * sits on the network between can then act as the user.
   *
   * @example true
   * @default false: such origins are refused at boot
   */
  readonly dangerouslyAllowInsecureOrigins?: boolean | undefined

  /**
   * Lets patterns such as `https://*.github.io`, below which anyone can get a
   * name, be used with credentials.
   *
   * @example true
   * @default false: such patterns are refused at boot
   * @see https://publicsuffix.org
   */
  readonly dangerouslyAllowPublicSuffixes?: boolean | undefined
}

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

/** Stands beside the type of each option of a route, so that TypeScript names the option whose value it refuses. No value has it. */
export interface Refused<Option extends string> {
  readonly 'not a value of the option': Option
}

/** The same for what is no option, with what to write in its place. */
export interface NoOption<Write extends string> {
  readonly 'no option of a route, write': Write
}

type Elsewhere = NoOption<'it in the options of the plugin'>

/**
 * What a block of a route is often given and does not have: TypeScript does not look for keys that are too many there.
 * `defineRouteCors` refuses any other.
 */
interface NoOptions {
  readonly origins?: NoOption<'origin'>
  readonly orgin?: NoOption<'origin'>
  readonly orign?: NoOption<'origin'>
  readonly allowOrigin?: NoOption<'origin'>
  readonly allowedOrigin?: NoOption<'origin'>
  readonly allowOrigins?: NoOption<'origin'>
  readonly allowedOrigins?: NoOption<'origin'>
  readonly method?: NoOption<'methods'>
  readonly allowMethods?: NoOption<'methods'>
  readonly allowedMethods?: NoOption<'methods'>
  readonly headers?: NoOption<'allowedHeaders'>
  readonly allowHeaders?: NoOption<'allowedHeaders'>
  readonly allowedHeader?: NoOption<'allowedHeaders'>
  readonly exposeHeaders?: NoOption<'exposedHeaders'>
  readonly exposedHeader?: NoOption<'exposedHeaders'>
  readonly credential?: NoOption<'credentials'>
  readonly allowCredentials?: NoOption<'credentials'>
  readonly supportsCredentials?: NoOption<'credentials'>
  readonly withCredentials?: NoOption<'credentials'>
  readonly maxage?: NoOption<'maxAge'>
  readonly maxAgeSeconds?: NoOption<'maxAge'>
  readonly optionSuccessStatus?: NoOption<'optionsSuccessStatus'>
  readonly global?: Elsewhere
  readonly policies?: Elsewhere
  readonly select?: Elsewhere
  readonly vary?: Elsewhere
  readonly hideOptionsRoute?: Elsewhere
  readonly logLevel?: Elsewhere
  /** A list is no block. */
  readonly length?: never
}

/** A block, and nothing but an object; of each option that it has, TypeScript says for itself what is wrong. */
type Block<Options> = object & { readonly [Key in keyof Options]: Options[Key] | Refused<Key & string> }

/** Keeps TypeScript from taking a block for a name or a boolean with other keys. */
type NoBlock = { readonly [Key in Exclude<keyof (PolicyOptions & PolicyReference & NoOptions), 'length'>]?: undefined } & { valueOf (): unknown }

/** What an origin without a scheme is compared with: no value has that key. */
type SchemeLess = object & Omit<NoBlock, 'origin' | 'policy'> & { readonly 'an origin with its scheme, such as https://app.example.com': never }

/**
 * A route's `config.cors`: `true` for the plugin's policy (also where `global` is
 * false), `false` for no CORS, the name of a policy, or a block of options.
 */
export type RouteCors =
  | (boolean & NoBlock)
  | (CorsPolicyName & NoBlock)
  | SchemeLess
  | Block<NamedOrigins & PolicyReference & NoOptions>
  | Block<AnyOrigin & PolicyReference & NoOptions>

type KnownKey = keyof PolicyOptions | keyof PolicyReference | '$schema'

/** Turns each key of a block that is not an option into an error. */
export type OnlyKnownKeys<Cors> = Cors extends object
  ? { readonly [Key in Exclude<keyof Cors, KnownKey>]: never }
  : unknown

declare const kPlugin: unique symbol

/** The plugin, which `app.register()` knows by its type, so that options may come from variables. */
export interface CorsPlugin extends FastifyPluginAsync<CorsPluginOptions> {
  readonly [kPlugin]: true
}

type WideOrigin = PolicyOptions['origin'] | string | ReadonlyArray<string | RegExp | LiveOrigins>

/** A policy whose origins come from variables, or were inferred as strings: TypeScript cannot read them. */
interface WidePolicy extends Omit<PolicyOptions, 'origin'> {
  readonly origin?: WideOrigin
}

/** The same for the options of the plugin. */
export interface WidePluginOptions extends WidePolicy, Omit<PluginOnlyOptions, 'policies'> {
  readonly prefix?: string
  readonly logLevel?: LogLevel
  readonly policies?: { readonly [name: string]: WidePolicy } | undefined
}

/** Refuses what TypeScript can read: that is for the exact types. What it cannot is checked at boot. */
export type Unread<Options> = OnlyKeysOf<Options, WidePluginOptions> & SafeOrigin<Options> & NoUndefinedOrigin<Options> & (Options extends { readonly policies: infer Policies }
  ? { readonly policies: { readonly [Name in keyof Policies]: Policies[Name] extends CorsPolicy ? unknown : OnlyKeysOf<Policies[Name], WidePolicy> & SafeOrigin<Policies[Name]> } }
  : unknown)

/** What can be read is right with the credentials beside it. */
type SafeOrigin<Options> = Pick<Options, keyof Options & ('origin' | 'credentials')> extends NamedOrigins | AnyOrigin ? unknown : OnlyWideOrigin<Options>

/** A variable that is not set would open the application. */
type NoUndefinedOrigin<Options> = Options extends { readonly origin: infer Origin } ? undefined extends Origin ? { readonly origin: string } : unknown : unknown

type OnlyKeysOf<Options, Known> = { readonly [Key in Exclude<keyof Options, keyof Known>]: never }

/** A policy as TypeScript sees an imported JSON file: its strings are wide. */
export interface JsonPolicy extends Omit<PolicyOptions, 'origin'> {
  /** Where an editor finds `fastify-route-cors/policy.schema.json`. */
  readonly $schema?: string
  readonly origin?: boolean | string | readonly string[]
  readonly policy?: CorsPolicyName
}

/** Refuses an origin that TypeScript can read: that one is no value out of a JSON file. */
export type OnlyWideOrigin<Cors> = Cors extends { origin: infer Origin }
  ? string extends (Origin extends readonly unknown[] ? Origin[number] : Origin)
    ? unknown
    : { readonly origin: never }
  : unknown

/**
 * Returns its argument, and has TypeScript check it exactly: a key that is not an
 * option is an error even beside one that is, which a route's `config` cannot tell.
 * An imported JSON file is taken too; its values are checked when the route is added. So are options of the plugin that have `policies`.
 *
 * @example
 * const cors = defineRouteCors({ origin: 'https://app.example.com', maxAge: 600 })
 * app.get('/me', { config: { cors } }, handler)
 */
export function defineRouteCors<const Options extends WidePluginOptions & { readonly policies: object }> (
  options: Options & (Options extends CorsPluginOptions ? OnlyKeysOf<Options, WidePluginOptions> : Unread<Options>)
): CorsPluginOptions
export function defineRouteCors<const Cors extends RouteCors> (cors: Cors & OnlyKnownKeys<Cors>): Cors
export function defineRouteCors<const Cors extends JsonPolicy & object> (
  cors: Cors & OnlyKnownKeys<Cors> & OnlyWideOrigin<Cors>
): CorsPolicy
export function defineRouteCors (cors: unknown): unknown {
  return cors
}

/** Where an option of a policy was set. */
export type PolicySource = 'default' | 'outer' | 'plugin' | 'route' | { readonly policy: string }

type DefaultedKey =
  | 'origin' | 'allowedHeaders' | 'timingAllowOrigin' | 'credentials' | 'optionsSuccessStatus' | 'preflightContinue'
  | 'strictPreflight' | 'enforce' | 'rawHeaders'
  | 'dangerouslyAllowInsecureOrigins' | 'dangerouslyAllowPublicSuffixes'

type Defined<Options> = { readonly [Key in keyof Options]-?: Exclude<Options[Key], undefined> }

/** Options after the merge: set by someone, or the default where there is one. */
export type MergedPolicyOptions =
  Defined<Pick<PolicyOptions, DefaultedKey>> & Omit<PolicyOptions, DefaultedKey>
