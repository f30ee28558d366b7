import type { Policy } from './compile.ts'
import { appendVary } from './fetch/response-headers.ts'
import { compileDecide } from './decide.ts'
import { decision, type Answer, type Decision } from './decision.ts'
import { createHeadGuard } from './response-head.ts'

interface Parts {
  readonly granted: Record<string, string>
  /** On every response, whatever is decided. */
  readonly always?: Record<string, string>
  /** What a response varies by besides the origin, joined with `', '`. */
  readonly vary?: string | undefined
  readonly details: Partial<Decision>
}

/** The answer to requests that are no preflights. @see https://fetch.spec.whatwg.org/#http-responses */
export function compileResponse (policy: Policy, vary?: string): Answer {
  const { exposeHeaders, enforce, rawHeaders } = policy
  return compile(policy, {
    granted: exposeHeaders === undefined ? {} : { 'access-control-expose-headers': exposeHeaders },
    vary,
    details: { enforces: enforce, setsRawHeaders: rawHeaders }
  })
}

/** The answer to preflights for the route that the actual request would reach. */
export function compileGrant (policy: Policy, methods: readonly string[], vary?: string): Answer {
  const { allowHeaders, maxAge, allowedHeaders } = policy
  return compilePreflight(policy, {
    ...allowMethods(methods),
    ...(allowHeaders !== undefined && { 'access-control-allow-headers': allowHeaders }),
    ...(maxAge !== undefined && { 'access-control-max-age': String(maxAge) })
  }, allowedHeaders === true, vary)
}

/** Lets the browser see that the method is what is missing, and cache nothing. */
export function compileNoSuchMethod (policy: Policy, methods: readonly string[], vary?: string): Answer {
  return compilePreflight(policy, allowMethods(methods), false, vary)
}

/** For a method whose route has no CORS, on a URL where another one has. */
export function compileNoCors (vary?: string): Answer {
  const head = createHeadGuard({ headers: { 'content-length': '0' }, vary: appendVary('Access-Control-Request-Method', vary ?? '') })
  const denied = decision('NO_CORS', head, { status: 204 })
  return { decide: () => denied, granted: denied, denied, failed: denied }
}

/** For a route whose options turn out to be wrong when it is too late to refuse to boot. */
export function compileDenial (enforces: boolean): Answer {
  const denied = decision('ORIGIN_NOT_ALLOWED', enforces ? createHeadGuard({ headers: {}, vary: 'Origin' }) : undefined, { enforces })
  return { decide: () => denied, granted: denied, denied, failed: denied }
}

function compilePreflight (policy: Policy, grants: Record<string, string>, reflectsHeaders: boolean, vary = ''): Answer {
  const { cacheControl, preflightContinue, optionsSuccessStatus, rawHeaders } = policy
  return compile(policy, {
    granted: { ...grants, ...(cacheControl !== undefined && { 'cache-control': cacheControl }) },
    always: preflightContinue ? {} : { 'content-length': '0' },
    vary: appendVary(`Access-Control-Request-Method${reflectsHeaders ? ', Access-Control-Request-Headers' : ''}`, vary),
    details: {
      reflectsHeaders,
      status: preflightContinue ? undefined : optionsSuccessStatus,
      setsRawHeaders: rawHeaders && preflightContinue
    }
  })
}

function compile ({ origin: rule, credentials }: Policy, { granted, always = {}, vary = '', details }: Parts): Answer {
  const constant = rule.kind === 'any' ? '*' : rule.kind === 'one' ? rule.origin : undefined
  const varied = constant === undefined ? appendVary('Origin', vary) : vary === '' ? undefined : vary
  const head = createHeadGuard({
    headers: {
      ...always,
      ...(constant !== undefined && { 'access-control-allow-origin': constant }),
      ...(credentials && { 'access-control-allow-credentials': 'true' }),
      ...granted
    },
    vary: varied
  })
  const outcomes = {
    granted: decision('ALLOWED', head, { ...details, reflectsOrigin: constant === undefined }),
    // One origin is told to everybody: the browser compares.
    denied: constant !== undefined
      ? decision('ORIGIN_NOT_ALLOWED', head, details)
      : decision('ORIGIN_NOT_ALLOWED', createHeadGuard({ headers: always, vary: varied }), { ...details, reflectsHeaders: false }),
    failed: decision('ORIGIN_FUNCTION_FAILED', createHeadGuard({ headers: {}, vary: varied }))
  }
  return { ...outcomes, decide: compileDecide(rule, outcomes) }
}

function allowMethods (methods: readonly string[]): Record<string, string> {
  return methods.length === 0 ? {} : { 'access-control-allow-methods': methods.join(', ') }
}
