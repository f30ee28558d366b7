import type { OriginFunction } from './origin-function.ts'

/** An origin as a browser sends it, or a pattern such as `https://*.example.com`. */
export type OriginText = `${string}://${string}`

/** What a list of origins may hold. */
export type OriginItem = OriginText | RegExp

/** What a policy says, at plugin level, in a named policy and on a route alike. */
export interface PolicyOptions {
  /**
   * Which pages may read the responses. `'*'` is every page, always sent as the
   * literal `*`; `true` reflects any origin but `null`; `false` allows none. An
   * origin is written as browsers send it (`https://app.example.com`), a pattern
   * has a leading `*.` (one or more labels, never the apex) and/or a `:*` port.
   * A RegExp must be anchored at both ends. A function is asked on each request.
   *
   * Anything but `'*'` and one exact origin adds `Vary: Origin`. `'*'` and `true`
   * are refused together with {@link PolicyOptions.credentials}.
   *
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
   * @default every method that the URL's routes serve
   * @see https://fetch.spec.whatwg.org/#http-access-control-allow-methods
   */
  readonly methods?: string | readonly string[] | undefined

  /**
   * The request headers that a preflight grants: a list, or one string with
   * commas. `true` reflects what was asked, `false` grants none. `'*'` is sent as
   * it is; it does not cover `Authorization`, and browsers ignore it together
   * with credentials, so that it is refused there. `'schema'` grants what
   * `schema.headers` of the route declares; a `$ref` there is not followed.
   *
   * @default true: every header that the page asks for
   * @see https://fetch.spec.whatwg.org/#http-access-control-allow-headers
   */
  readonly allowedHeaders?: boolean | string | readonly string[] | undefined

  /**
   * The response headers that scripts may read besides the safelisted ones
   * (`Cache-Control`, `Content-Type`, …): a list, or one string with commas.
   * `'*'` exposes all of them, and is refused together with credentials. `'schema'`
   * exposes the `headers` that the route's response schemas declare.
   *
   * @default none: scripts read the safelisted response headers only
   * @see https://fetch.spec.whatwg.org/#http-access-control-expose-headers
   */
  readonly exposedHeaders?: string | readonly string[] | undefined

  /**
   * Whether pages may read responses to requests with cookies, TLS client
   * certificates or HTTP authentication. Needs named origins: with it `'*'` is
   * refused, and so are plain `http:` origins and patterns for public suffixes.
   *
   * @default false: browsers withhold responses to requests with credentials
   * @see https://fetch.spec.whatwg.org/#http-access-control-allow-credentials
   */
  readonly credentials?: boolean | undefined

  /**
   * How long, in seconds, a browser may cache the result of a preflight.
   * An integer from 0 (do not cache) to 86400 (24 hours); browsers cap it
   * (WebKit 600, Chromium 7200, Firefox 86400).
   *
   * @default omitted: browsers then cache for 5 seconds
   * @see https://fetch.spec.whatwg.org/#http-access-control-max-age
   */
  readonly maxAge?: number | undefined

  /**
   * `Cache-Control` of the responses to preflights, for caches between the
   * browser and the server. An integer N, in seconds, means `max-age=N`.
   *
   * @default omitted: the responses carry no `Cache-Control`
   * @see https://www.rfc-editor.org/rfc/rfc9111#name-cache-control
   */
  readonly cacheControl?: number | string | undefined

  /**
   * The status of the response to a preflight: an integer from 200 to 299.
   *
   * @default 204: every browser accepts it, without a body
   * @see https://fetch.spec.whatwg.org/#cors-preflight-fetch
   */
  readonly optionsSuccessStatus?: number | undefined

  /**
   * Whether the route's own OPTIONS handler replies to preflights, after the
   * headers are set.
   *
   * @default false: the plugin replies
   */
  readonly preflightContinue?: boolean | undefined

  /**
   * Whether an OPTIONS request that is not a preflight gets 400, as
   * `@fastify/cors` does, where no OPTIONS route serves it.
   *
   * @default false: such a request gets 204 with `Allow`
   */
  readonly strictPreflight?: boolean | undefined

  /**
   * Whether a request from an origin that is neither allowed nor the server's own
   * is refused with 403 before the handler. CORS alone only keeps the page from
   * reading the response; the handler has run by then.
   *
   * @default false: the handler runs, the browser withholds the response
   * @see https://fetch.spec.whatwg.org/#origin-header
   */
  readonly enforce?: boolean | undefined

  /**
   * Whether the headers are written on the raw response too, so that
   * `reply.hijack()`, server-sent events and streams written by hand keep them.
   *
   * @default false: the headers go through Fastify's reply only
   */
  readonly rawHeaders?: boolean | undefined

  /**
   * Lets `http:` origins that are not loopback be used with credentials. Whoever
   * sits on the network between can then act as the user.
   *
   * @default false: such origins are refused at boot
   */
  readonly dangerouslyAllowInsecureOrigins?: boolean | undefined

  /**
   * Lets patterns such as `https://*.github.io`, below which anyone can get a
   * name, be used with credentials.
   *
   * @default false: such patterns are refused at boot
   * @see https://publicsuffix.org
   */
  readonly dangerouslyAllowPublicSuffixes?: boolean | undefined
}
