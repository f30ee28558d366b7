import type { FastifyRequest } from 'fastify'

import { appendVary } from '../fetch/headers.ts'
import type { OriginFunction } from '../options/types.ts'
import type { OriginRule } from '../policy/origin-rule.ts'
import type { Policy } from '../policy/policy.ts'
import { askOrigin } from '../policy/user-function.ts'
import { but, decision, type Answer, type Decision } from './decision.ts'
import { createHeadGuard } from './head.ts'

/** All that requests of one kind can get under a policy. */
interface Outcomes {
  readonly granted: Decision
  readonly denied: Decision
  readonly failed: Decision
}

interface Parts {
  readonly granted: Record<string, string>
  /** On every response, whatever is decided. */
  readonly always?: Record<string, string>
  /** What a response varies by besides the origin, joined with `', '`. */
  readonly vary: string
  readonly exposes?: boolean
  readonly details: Partial<Decision>
}

/** The answer to requests that are no preflights. @see https://fetch.spec.whatwg.org/#http-responses */
export function compileResponse (policy: Policy, vary = ''): Answer {
  const { exposeHeaders, enforce, rawHeaders } = policy
  return once(policy, `response ${vary}`, () => compile(policy, {
    granted: exposeHeaders === undefined ? {} : { 'access-control-expose-headers': exposeHeaders },
    // The status depends on the origin, too.
    vary: enforce ? appendVary('Origin', vary) : vary,
    exposes: true,
    details: { enforces: enforce, setsRawHeaders: rawHeaders }
  }))
}

/** The answer to preflights for the route that the actual request would reach. */
export function compileGrant (policy: Policy, methods: readonly string[], vary = ''): Answer {
  const { allowHeaders, maxAge, allowedHeaders } = policy
  const allowMethods = methods.join(', ')
  return once(policy, `grant ${allowMethods} ${vary}`, () => compilePreflight(policy, {
    ...withMethods(allowMethods),
    ...(allowHeaders !== undefined && { 'access-control-allow-headers': allowHeaders }),
    ...(maxAge !== undefined && { 'access-control-max-age': String(maxAge) })
  }, allowedHeaders === true, vary))
}

/** Lets the browser see that the method is what is missing, and cache nothing. */
export function compileNoSuchMethod (policy: Policy, methods: readonly string[], vary = ''): Answer {
  const allowMethods = methods.join(', ')
  return once(policy, `no such method ${allowMethods} ${vary}`, () => compilePreflight(policy, withMethods(allowMethods), false, vary))
}

/** For a method whose route has no CORS, on a URL where another one has. */
export function compileNoCors (vary = ''): Answer {
  const head = createHeadGuard({ headers: { 'content-length': '0' }, vary: appendVary('Access-Control-Request-Method', vary) })
  const denied = decision('NO_CORS', head, { status: 204 })
  return { decide: () => denied, granted: denied }
}

/** For a route whose options turn out to be wrong when it is too late to refuse to boot. */
export function compileDenial (enforces: boolean): Answer {
  const denied = decision('ORIGIN_NOT_ALLOWED', enforces ? createHeadGuard({ headers: {}, vary: 'Origin' }) : undefined, { enforces })
  return { decide: () => denied, granted: denied }
}

function withMethods (allowMethods: string): Record<string, string> {
  return allowMethods === '' ? {} : { 'access-control-allow-methods': allowMethods }
}

function compilePreflight (policy: Policy, grants: Record<string, string>, reflectsHeaders: boolean, vary: string): Answer {
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

function compile ({ origin: rule, credentials }: Policy, { granted, always = {}, vary, exposes = false, details }: Parts): Answer {
  const constant = rule.kind === 'any' ? '*' : rule.kind === 'one' ? rule.origin : undefined
  const varied = constant === undefined ? appendVary('Origin', vary) : vary === '' ? undefined : vary
  const head = createHeadGuard({
    headers: {
      ...always,
      ...(constant !== undefined && { 'access-control-allow-origin': constant }),
      ...(credentials && { 'access-control-allow-credentials': 'true' }),
      ...granted
    },
    vary: varied,
    exposes
  })
  const outcomes = {
    granted: decision('ALLOWED', head, { ...details, reflectsOrigin: constant === undefined }),
    // One origin is told to everybody: the browser compares.
    denied: constant !== undefined
      ? decision('ORIGIN_NOT_ALLOWED', head, details)
      : decision('ORIGIN_NOT_ALLOWED', createHeadGuard({ headers: always, vary: varied }), { ...details, reflectsHeaders: false }),
    failed: decision('ORIGIN_FUNCTION_FAILED', createHeadGuard({ headers: {}, vary: varied }))
  }
  return { decide: compileDecide(rule, outcomes), granted: outcomes.granted }
}

/** One closure for each kind of rule, so that nothing is found out again for each request. */
function compileDecide (rule: OriginRule, { granted, denied, failed }: Outcomes): Answer['decide'] {
  switch (rule.kind) {
    case 'any':
      return () => granted
    case 'one': {
      const allowed = rule.origin
      return (request) => request.raw.headers.origin === allowed ? granted : denied
    }
    case 'match': {
      const { matches } = rule
      return (request) => {
        const { origin } = request.raw.headers
        return origin !== undefined && matches(origin) ? granted : denied
      }
    }
    case 'ask':
      return (request) => request.raw.headers.origin ? ask(rule.ask, request, { granted, denied, failed }) : denied
  }
}

function ask (ask: OriginFunction, request: FastifyRequest, { granted, denied, failed }: Outcomes): Decision {
  let decision: Decision | undefined
  let settle = (settled: Decision): void => { decision = settled }
  askOrigin(ask, request.raw.headers.origin as string, request, (error, isAllowed) => {
    settle(error !== null ? but(failed, { error }) : isAllowed ? granted : denied)
  })
  return decision ?? but(denied, { next: new Promise((resolve) => { settle = resolve }) })
}

const answers = new WeakMap<Policy, Map<string, Answer>>()

/** An answer stays with its policy: however many routes and URLs there are, few differ. */
function once (policy: Policy, key: string, compile: () => Answer): Answer {
  let known = answers.get(policy)
  if (known === undefined) answers.set(policy, known = new Map())
  let answer = known.get(key)
  if (answer === undefined) known.set(key, answer = compile())
  return answer
}
