/** Whose behaviour is modelled: the Fetch Standard's text, or an engine where it differs from it. */
export type ProfileName = 'spec' | 'chromium' | 'firefox' | 'webkit'

/**
 * The text of the Standard, for each matter on which engines differ from one another: what differs, and
 * what the text says. Everything that is not here is the same in all of them.
 */
const spec = {
  /** The message of the TypeError with which `fetch()` rejects. */
  networkErrorMessage: 'network error',
  /** Whether `*` in Access-Control-Allow-Headers also allows Authorization. */
  wildcardCoversAuthorization: false,
  /** Client hints count as safelisted request headers. */
  safelistsClientHints: false,
  /** Bytes from 0x80 in a safelisted header's value are unsafe. */
  nonAsciiIsUnsafe: false,
  /** The unit of a Range header, `bytes`, is matched in any case. */
  rangeUnitInAnyCase: false,
  /** A script's own User-Agent header is dropped. */
  dropsUserAgent: false,
  /** A body that is too long for a request with keepalive is refused before the preflight, not after it. */
  limitsKeepaliveFirst: false,
  /** What becomes of a stream given as body. */
  streamBody: 'preflighted' as 'preflighted' | 'stringified' | 'not-supported',
  /**
   * What decides on a preflight after a redirect: the request as it is now, or still what the page
   * asked for, and then whether Access-Control-Request-Headers stays what it was as well.
   */
  preflightAfterRedirect: 'current' as 'current' | 'as-asked' | 'as-asked-with-headers',
  /**
   * Where a redirect starts from with the headers: as the redirect before left them; or each time from what
   * the script has set, to which a removed Authorization comes back on the same origin, or, where CORS has
   * begun, everything but Authorization.
   */
  headersAfterRedirect: 'as-left' as 'as-left' | 'restored' | 'restored-without-authorization',
  /** In mode no-cors the type that a body brings is sent, whatever it is. */
  noCorsKeepsTypeOfBody: false,
  /** An empty line of a response header counts for nothing beside another, except as Access-Control-Allow-Origin. */
  skipsEmptyLines: false,
  /** XMLHttpRequest sends the type of URLSearchParams with a GET too, which has no body. */
  keepsTypeOfDroppedForm: false,
  /** An XMLHttpRequest that failed for where a redirect leads tells the URL that redirects, on the own origin. */
  tellsWhoRedirects: false,
  /** A redirect away from the own origin is preflighted before it is refused for its user info. */
  preflightsBeforeRefusal: false,
  /** A DELETE is redirected to another origin as a GET. */
  redirectsDeleteAsGet: false,
  /** Client hints that the script has set stay behind on a redirect, except to the page's own origin. */
  redirectDropsClientHints: false,
  /** A preflight after a cross-origin redirect carries the page's origin, not `null`. */
  preflightKeepsOrigin: false,
  /** A preflight of a URL of the page's own origin needs no Access-Control-Allow-Origin. */
  trustsPreflightOfOwnOrigin: false,
  /** A preflight carries the User-Agent that the script has set. */
  preflightSendsUserAgent: false,
  /** A preflight asks for a header once for each time that the script has set it. */
  repeatsHeaderNames: false,
  /** An upload listener forces a preflight even where there is no body. */
  uploadNeedsNoBody: true,
  /** With an upload listener the method is granted where Access-Control-Allow-Methods is absent. */
  uploadGrantsMethod: true,
  /** Header values are sent as UTF-8, not one byte for each character. */
  sendsUtf8: false,
  /** A status that is not ok is reported before a failing CORS check of a preflight. */
  reportsPreflightStatusFirst: false,
  /** A Location that is no URL is an error even where the redirect is not followed. */
  readsEveryLocation: false,
  /** With `redirect: 'error'` a redirect without a Location is an error as well. */
  refusesEveryRedirect: true,
  /** Integrity fails for a redirect that is not followed, whatever it is; else it is that of an empty body. */
  needsIntegrityOfRedirect: true,
  /** A redirect of `fetch` may not carry user info, not even within the page's own origin or in mode no-cors. */
  refusesUserinfoRedirect: false,
  maxAge: {
    /** The longest time in seconds. */
    cap: Infinity as number,
    /** Seconds where the value can't be read. */
    malformed: 5,
    /** Seconds where the value is a negative number. */
    negative: 5,
    /** `+10` is ten. */
    allowsPlusSign: false
  },
  /** One entry for each name, added up over preflights, or one record that the next one replaces. */
  cacheShape: 'entries' as 'entries' | 'record',
  /** An entry serves only requests that are alike in sending credentials or not. */
  cacheSplitsCredentials: false,
  /** `*` in the cache stands for any name. */
  cachedWildcardMatches: true,
  /** Methods that need no entry. */
  methodsWithoutCacheEntry: new Set(['GET', 'HEAD', 'POST']) as ReadonlySet<string>,
  /** A look-up that does not suffice removes what was found. */
  cacheDropsInsufficient: false,
  /** What was granted is kept although it was too little for the request. */
  cacheKeepsRefusals: false,
  /** A failure after the preflight, and a failing new preflight, clear the URL's entries. */
  clearsCacheOnFailure: true,
  /** Cache modes `no-store` and `reload` pass by the preflight cache. */
  cacheModeBypassesPreflightCache: false,
  /** The longest URL, in characters, that the preflight cache keeps anything for. */
  longestCachedUrl: Infinity as number,
  /** Fonts are fetched in mode cors. */
  fontsNeedCors: true,
  /** Elements in mode cors send an Origin to their own origin too. */
  elementsSendOriginToSelf: false,
  /** A module of JSON has the destination `json`, not `script`. */
  jsonModulesHaveDestination: true,
  /** Sec-Fetch-* go along on a redirect to another origin in mode cors. */
  keepsMetadataAcrossOrigins: true,
  /**
   * What Sec-Fetch-Site tells after redirects: the farthest URL since the page's request, or `cross-site`
   * for anything that was not all on one origin.
   */
  siteAfterRedirect: 'farthest' as 'farthest' | 'same-origin-or-cross-site',
  /** The same of a preflight: as of the request, or of its own URL, seen from the page or from its Origin header. */
  siteOfPreflight: 'of-request' as 'of-request' | 'from-page' | 'from-origin-header',
  /** Outside mode cors any redirect to another origin turns the Origin into `null`. */
  noCorsRedirectHidesOrigin: false,
  /** A redirect within one origin keeps the Origin header, also where it turns a POST into a GET. */
  redirectKeepsOriginHeader: false,
  /** In mode no-cors `same-origin` credentials of a request to the own origin go along on a redirect away. */
  noCorsRedirectKeepsCredentials: false,
  /**
   * `same-origin` credentials of a request to the own origin count as `include` once CORS has begun: in the
   * check of redirects without a preflight, and in preflights after the first one.
   */
  homeCredentialsCount: false,
  /** The referrer policy may turn the Origin of requests outside mode cors into `null`. */
  referrerPolicyHidesOrigin: true,
  /** Two ports of one IP address are one site to Cross-Origin-Resource-Policy. */
  ipAddressIsSite: true,
  /** A 401 with WWW-Authenticate to a request with credentials opens a prompt, and the page waits. */
  promptsForPassword: false,
  /** A preload that CORS refused still fires `load`. */
  refusedPreloadFiresLoad: false,
  /** Cookies without SameSite go to other sites. */
  sendsUnmarkedCookiesCrossSite: false,
  /** Cookies without SameSite go to other sites on redirects. */
  redirectSendsUnmarkedCookies: false,
  /** Cookies go along from an opaque origin, such as that of a sandboxed frame. */
  opaqueOriginSendsCookies: false
}

export type Profile = Readonly<typeof spec>

const chromium: Profile = {
  ...spec,
  networkErrorMessage: 'Failed to fetch',
  limitsKeepaliveFirst: true,
  wildcardCoversAuthorization: true,
  safelistsClientHints: true,
  dropsUserAgent: true,
  redirectDropsClientHints: true,
  uploadNeedsNoBody: false,
  uploadGrantsMethod: false,
  readsEveryLocation: true,
  refusesEveryRedirect: false,
  refusesUserinfoRedirect: true,
  maxAge: { cap: 7200, malformed: 5, negative: 0, allowsPlusSign: false },
  cacheShape: 'record',
  cacheDropsInsufficient: true,
  clearsCacheOnFailure: false,
  cacheModeBypassesPreflightCache: true,
  longestCachedUrl: 1023,
  elementsSendOriginToSelf: true,
  siteOfPreflight: 'from-page',
  noCorsRedirectHidesOrigin: true,
  referrerPolicyHidesOrigin: false,
  ipAddressIsSite: false,
  promptsForPassword: true
}

const firefox: Profile = {
  ...spec,
  networkErrorMessage: 'NetworkError when attempting to fetch resource.',
  limitsKeepaliveFirst: true,
  wildcardCoversAuthorization: true,
  nonAsciiIsUnsafe: true,
  streamBody: 'stringified',
  headersAfterRedirect: 'restored',
  tellsWhoRedirects: true,
  needsIntegrityOfRedirect: false,
  skipsEmptyLines: true,
  preflightAfterRedirect: 'as-asked',
  preflightKeepsOrigin: true,
  repeatsHeaderNames: true,
  uploadGrantsMethod: false,
  maxAge: { cap: 86400, malformed: 0, negative: 0, allowsPlusSign: false },
  cacheSplitsCredentials: true,
  cachedWildcardMatches: false,
  methodsWithoutCacheEntry: new Set(['GET', 'POST']),
  cacheModeBypassesPreflightCache: true,
  siteAfterRedirect: 'same-origin-or-cross-site',
  siteOfPreflight: 'from-page',
  trustsPreflightOfOwnOrigin: true,
  promptsForPassword: true,
  refusedPreloadFiresLoad: true,
  sendsUnmarkedCookiesCrossSite: true
}

const webkit: Profile = {
  ...spec,
  networkErrorMessage: 'Load failed',
  limitsKeepaliveFirst: true,
  wildcardCoversAuthorization: true,
  rangeUnitInAnyCase: true,
  streamBody: 'not-supported',
  headersAfterRedirect: 'restored-without-authorization',
  noCorsKeepsTypeOfBody: true,
  refusesEveryRedirect: false,
  needsIntegrityOfRedirect: false,
  keepsTypeOfDroppedForm: true,
  preflightAfterRedirect: 'as-asked-with-headers',
  preflightsBeforeRefusal: true,
  redirectsDeleteAsGet: true,
  preflightSendsUserAgent: true,
  uploadGrantsMethod: false,
  sendsUtf8: true,
  reportsPreflightStatusFirst: true,
  maxAge: { cap: 600, malformed: 5, negative: 0, allowsPlusSign: true },
  cacheShape: 'record',
  cacheKeepsRefusals: true,
  clearsCacheOnFailure: false,
  fontsNeedCors: false,
  elementsSendOriginToSelf: true,
  jsonModulesHaveDestination: false,
  keepsMetadataAcrossOrigins: false,
  siteOfPreflight: 'from-origin-header',
  redirectKeepsOriginHeader: true,
  noCorsRedirectKeepsCredentials: true,
  homeCredentialsCount: true,
  redirectSendsUnmarkedCookies: true,
  opaqueOriginSendsCookies: true
}

/** Chromium 156, Firefox ESR 153 and WebKitGTK 2.50, as measured; each states what it adds to the text. */
export const profiles: Readonly<Record<ProfileName, Profile>> = { spec, chromium, firefox, webkit }

export function isProfileName (name: unknown): name is ProfileName {
  return typeof name === 'string' && Object.hasOwn(profiles, name)
}
