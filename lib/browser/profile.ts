/** Whose behaviour is modelled: the Fetch Standard's text, or an engine where it differs from it. */
export type ProfileName = 'spec' | 'chromium' | 'firefox' | 'webkit'

/** Where engines differ from one another. Everything that is not here is the same in all of them. */
export interface Profile {
  readonly name: ProfileName
  /** The message of the TypeError with which `fetch()` rejects. */
  readonly networkErrorMessage: string
  /** Whether `*` in Access-Control-Allow-Headers also allows Authorization. */
  readonly wildcardCoversAuthorization: boolean
  /** Client hints count as safelisted request headers. */
  readonly safelistsClientHints: boolean
  /** Bytes from 0x80 in a safelisted header's value are unsafe. */
  readonly nonAsciiIsUnsafe: boolean
  /** The unit of a Range header, `bytes`, is matched in any case. */
  readonly rangeUnitInAnyCase: boolean
  /** A script's own User-Agent header is dropped. */
  readonly dropsUserAgent: boolean
  /** What becomes of a stream given as body. */
  readonly streamBody: 'preflighted' | 'stringified' | 'not-supported'
  /**
   * What decides on a preflight after a redirect: the request as it is now, or still what the page
   * asked for, and then whether Access-Control-Request-Headers stays what it was as well.
   */
  readonly preflightAfterRedirect: 'current' | 'as-asked' | 'as-asked-with-headers'
  /**
   * Where a redirect starts from with the headers: as the redirect before left them; or each time from what
   * the script has set, to which a removed Authorization comes back on the same origin, or, where CORS has
   * begun, everything but Authorization.
   */
  readonly headersAfterRedirect: 'as-left' | 'restored' | 'restored-without-authorization'
  /** In mode no-cors the type that a body brings is sent, whatever it is. */
  readonly noCorsKeepsTypeOfBody: boolean
  /** An empty line of a response header counts for nothing beside another, except as Access-Control-Allow-Origin. */
  readonly skipsEmptyLines: boolean
  /** XMLHttpRequest sends the type of URLSearchParams with a GET too, which has no body. */
  readonly keepsTypeOfDroppedForm: boolean
  /** An XMLHttpRequest that failed for where a redirect leads tells the URL that redirects, on the own origin. */
  readonly tellsWhoRedirects: boolean
  /** A redirect away from the own origin is preflighted before it is refused for its user info. */
  readonly preflightsBeforeRefusal: boolean
  /** A DELETE is redirected to another origin as a GET. */
  readonly redirectsDeleteAsGet: boolean
  /** Client hints that the script has set stay behind on a redirect, except to the page's own origin. */
  readonly redirectDropsClientHints: boolean
  /** A preflight after a cross-origin redirect carries the page's origin, not `null`. */
  readonly preflightKeepsOrigin: boolean
  /** A preflight of a URL of the page's own origin needs no Access-Control-Allow-Origin. */
  readonly trustsPreflightOfOwnOrigin: boolean
  /** A preflight carries the User-Agent that the script has set. */
  readonly preflightSendsUserAgent: boolean
  /** A preflight asks for a header once for each time that the script has set it. */
  readonly repeatsHeaderNames: boolean
  /** An upload listener forces a preflight even where there is no body. */
  readonly uploadNeedsNoBody: boolean
  /** With an upload listener the method is granted where Access-Control-Allow-Methods is absent. */
  readonly uploadGrantsMethod: boolean
  /** Header values are sent as UTF-8, not one byte for each character. */
  readonly sendsUtf8: boolean
  /** A status that is not ok is reported before a failing CORS check of a preflight. */
  readonly reportsPreflightStatusFirst: boolean
  /** A Location that is no URL is an error even where the redirect is not followed. */
  readonly readsEveryLocation: boolean
  /** With `redirect: 'error'` a redirect without a Location is an error as well. */
  readonly refusesEveryRedirect: boolean
  /** Integrity fails for a redirect that is not followed. */
  readonly needsIntegrityOfRedirect: boolean
  /** A redirect of `fetch` may not carry user info, not even within the page's own origin or in mode no-cors. */
  readonly refusesUserinfoRedirect: boolean
  readonly maxAge: {
    /** The longest time in seconds. */
    readonly cap: number
    /** Seconds where the value can't be read. */
    readonly malformed: number
    /** Seconds where the value is a negative number. */
    readonly negative: number
    /** `+10` is ten. */
    readonly allowsPlusSign: boolean
  }
  /** One entry for each name, added up over preflights, or one record that the next one replaces. */
  readonly cacheShape: 'entries' | 'record'
  /** An entry serves only requests that are alike in sending credentials or not. */
  readonly cacheSplitsCredentials: boolean
  /** `*` in the cache stands for any name. */
  readonly cachedWildcardMatches: boolean
  /** Methods that need no entry. */
  readonly methodsWithoutCacheEntry: ReadonlySet<string>
  /** A look-up that does not suffice removes what was found. */
  readonly cacheDropsInsufficient: boolean
  /** What was granted is kept although it was too little for the request. */
  readonly cacheKeepsRefusals: boolean
  /** A failure after the preflight, and a failing new preflight, clear the URL's entries. */
  readonly clearsCacheOnFailure: boolean
  /** Cache modes `no-store` and `reload` pass by the preflight cache. */
  readonly cacheModeBypassesPreflightCache: boolean
  /** The longest URL, in characters, that the preflight cache keeps anything for. */
  readonly longestCachedUrl: number
  /** Fonts are fetched in mode cors. */
  readonly fontsNeedCors: boolean
  /** Elements in mode cors send an Origin to their own origin too. */
  readonly elementsSendOriginToSelf: boolean
  /** A module of JSON has the destination `json`, not `script`. */
  readonly jsonModulesHaveDestination: boolean
  /** Sec-Fetch-* go along on a redirect to another origin in mode cors. */
  readonly keepsMetadataAcrossOrigins: boolean
  /**
   * What Sec-Fetch-Site tells after redirects: the farthest URL since the page's request, or `cross-site`
   * for anything that was not all on one origin.
   */
  readonly siteAfterRedirect: 'farthest' | 'same-origin-or-cross-site'
  /** The same of a preflight: as of the request, or of its own URL, seen from the page or from its Origin header. */
  readonly siteOfPreflight: 'of-request' | 'from-page' | 'from-origin-header'
  /** Outside mode cors any redirect to another origin turns the Origin into `null`. */
  readonly noCorsRedirectHidesOrigin: boolean
  /** A redirect within one origin keeps the Origin header, also where it turns a POST into a GET. */
  readonly redirectKeepsOriginHeader: boolean
  /** In mode no-cors `same-origin` credentials of a request to the own origin go along on a redirect away. */
  readonly noCorsRedirectKeepsCredentials: boolean
  /**
   * `same-origin` credentials of a request to the own origin count as `include` once CORS has begun: in the
   * check of redirects without a preflight, and in preflights after the first one.
   */
  readonly homeCredentialsCount: boolean
  /** The referrer policy may turn the Origin of requests outside mode cors into `null`. */
  readonly referrerPolicyHidesOrigin: boolean
  /** Two ports of one IP address are one site to Cross-Origin-Resource-Policy. */
  readonly ipAddressIsSite: boolean
  /** A 401 with WWW-Authenticate to a request with credentials opens a prompt, and the page waits. */
  readonly promptsForPassword: boolean
  /** A preload that CORS refused still fires `load`. */
  readonly refusedPreloadFiresLoad: boolean
  /** Cookies without SameSite go to other sites. */
  readonly sendsUnmarkedCookiesCrossSite: boolean
  /** Cookies without SameSite go to other sites on redirects. */
  readonly redirectSendsUnmarkedCookies: boolean
  /** Cookies go along from an opaque origin, such as that of a sandboxed frame. */
  readonly opaqueOriginSendsCookies: boolean
}
