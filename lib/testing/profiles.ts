import type { Profile, ProfileName } from './profile.ts'

const safelistedMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST'])

const spec: Profile = {
  name: 'spec',
  networkErrorMessage: 'network error',
  wildcardCoversAuthorization: false,
  safelistsClientHints: false,
  nonAsciiIsUnsafe: false,
  rangeUnitInAnyCase: false,
  dropsUserAgent: false,
  streamBody: 'preflighted',
  preflightAfterRedirect: 'current',
  preflightKeepsOrigin: false,
  reportsPreflightStatusFirst: false,
  refusesUserinfoRedirect: false,
  maxAge: { cap: Infinity, malformed: 5, negative: 5, allowsPlusSign: false },
  cacheShape: 'entries',
  cacheSplitsCredentials: false,
  cachedWildcardMatches: true,
  methodsWithoutCacheEntry: safelistedMethods,
  cacheDropsInsufficient: false,
  cacheKeepsRefusals: false,
  clearsCacheOnFailure: true,
  cacheModeBypassesPreflightCache: false,
  longestCachedUrl: Infinity,
  fontsNeedCors: true,
  elementsSendOriginToSelf: false,
  jsonModulesHaveDestination: true,
  keepsMetadataAcrossOrigins: true,
  referrerPolicyHidesOrigin: true,
  ipAddressIsSite: true,
  promptsForPassword: false,
  refusedPreloadFiresLoad: false,
  sendsUnmarkedCookiesCrossSite: false,
  opaqueOriginSendsCookies: false
}

const chromium: Profile = {
  ...spec,
  name: 'chromium',
  networkErrorMessage: 'Failed to fetch',
  wildcardCoversAuthorization: true,
  safelistsClientHints: true,
  dropsUserAgent: true,
  refusesUserinfoRedirect: true,
  maxAge: { cap: 7200, malformed: 5, negative: 0, allowsPlusSign: false },
  cacheShape: 'record',
  cacheDropsInsufficient: true,
  clearsCacheOnFailure: false,
  cacheModeBypassesPreflightCache: true,
  longestCachedUrl: 1023,
  elementsSendOriginToSelf: true,
  referrerPolicyHidesOrigin: false,
  ipAddressIsSite: false,
  promptsForPassword: true
}

const firefox: Profile = {
  ...spec,
  name: 'firefox',
  networkErrorMessage: 'NetworkError when attempting to fetch resource.',
  wildcardCoversAuthorization: true,
  nonAsciiIsUnsafe: true,
  streamBody: 'stringified',
  preflightAfterRedirect: 'as-asked',
  preflightKeepsOrigin: true,
  maxAge: { cap: 86400, malformed: 0, negative: 0, allowsPlusSign: false },
  cacheSplitsCredentials: true,
  cachedWildcardMatches: false,
  methodsWithoutCacheEntry: new Set(['GET', 'POST']),
  cacheModeBypassesPreflightCache: true,
  promptsForPassword: true,
  refusedPreloadFiresLoad: true,
  sendsUnmarkedCookiesCrossSite: true
}

const webkit: Profile = {
  ...spec,
  name: 'webkit',
  networkErrorMessage: 'Load failed',
  wildcardCoversAuthorization: true,
  rangeUnitInAnyCase: true,
  streamBody: 'not-supported',
  preflightAfterRedirect: 'as-asked-with-headers',
  reportsPreflightStatusFirst: true,
  maxAge: { cap: 600, malformed: 5, negative: 0, allowsPlusSign: true },
  cacheShape: 'record',
  cacheKeepsRefusals: true,
  clearsCacheOnFailure: false,
  fontsNeedCors: false,
  elementsSendOriginToSelf: true,
  jsonModulesHaveDestination: false,
  keepsMetadataAcrossOrigins: false,
  opaqueOriginSendsCookies: true
}

/** Chromium 156, Firefox ESR 153 and WebKitGTK 2.50, as measured; each states what it adds to the text. */
export const profiles: Readonly<Record<ProfileName, Profile>> = { spec, chromium, firefox, webkit }

export function isProfileName (name: unknown): name is ProfileName {
  return typeof name === 'string' && Object.hasOwn(profiles, name)
}
