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
  /** A preflight after a cross-origin redirect carries the page's origin, not `null`. */
  readonly preflightKeepsOrigin: boolean
  /** A status that is not ok is reported before a failing CORS check of a preflight. */
  readonly reportsPreflightStatusFirst: boolean
  /** A redirect within the page's own origin may not carry user info. */
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
  /** Sec-Fetch-* go along on a redirect to another origin. */
  readonly keepsMetadataAcrossOrigins: boolean
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
  /** Cookies go along from an opaque origin, such as that of a sandboxed frame. */
  readonly opaqueOriginSendsCookies: boolean
}
