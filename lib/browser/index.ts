export { simulate } from './simulate.ts'
export { assertBlocked, assertReadable, formatSeen } from './assertions.ts'
export { CookieJar, PreflightCache } from './stores.ts'
export { SimulateError } from './reasons.ts'
export type { Reason, ReasonCode, ReasonDetail, SimulateErrorCode } from './reasons.ts'
export type { Api, ElementKind } from './elements.ts'
export type { ProfileName } from './profiles.ts'
export type { Credentials } from '../fetch/cors.ts'
export type { HeaderLines } from '../fetch/headers.ts'
export type {
  Answer, App, CacheMode, Exchange, Mode, Redirect, ReferrerPolicy, Seen, SimulateOptions, SimulateRequest, Target, TraceEntry, Verdict
} from './types.ts'
