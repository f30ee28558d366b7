import type { FastifyRequest } from 'fastify'

import { appendVary } from '../fetch/headers.ts'
import type { OriginFunction } from '../options/types.ts'
import type { OriginRule } from '../policy/origin-rule.ts'
import type { Policy } from '../policy/policy.ts'
import { askOrigin, KEY_FAILED, toError } from '../policy/user-function.ts'
import { but, decision, type Answer, type Decision } from './decision.ts'
import { isForeign } from './foreign.ts'
import { createHeadGuard, type HeadGuard } from './head.ts'

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
  readonly allowsTiming?: boolean
  readonly enforces?: boolean
  readonly details: Partial<Decision>
}

/** The answer to requests that are no preflights. @see https://fetch.spec.whatwg.org/#http-responses */
export function compileResponse (policy: Policy, vary = ''): Answer {
  const { exposeHeaders, enforce, rawHeaders, options: { timingAllowOrigin } } = policy
  return once(policy, `response ${vary}`, () => compile(policy, {
    granted: exposeHeaders === undefined ? {} : { 'access-control-expose-headers': exposeHeaders },
    vary,
    exposes: true,
    allowsTiming: timingAllowOrigin,
    enforces: enforce,
    details: { setsRawHeaders: rawHeaders }
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
  const head = enforces ? createHeadGuard({ headers: {}, vary: 'Origin' }) : undefined
  const denied = decision('ORIGIN_NOT_ALLOWED', head)
  const answer = { decide: () => denied, granted: denied }
  return head === undefined ? answer : enforced(answer, head)
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

function compile ({ origin: rule, credentials }: Policy, { granted, always = {}, vary, exposes = false, allowsTiming = false, enforces = false, details }: Parts): Answer {
  const constant = rule.kind === 'any' ? '*' : rule.kind === 'one' ? rule.origin : undefined
  // With `enforce` the status depends on the origin, even where the headers are the same for all.
  const byOrigin = constant === undefined || enforces ? appendVary('Origin', vary) : vary
  const varied = (rule.kind === 'match' ? appendVary(byOrigin, rule.vary) : byOrigin) || undefined
  const head = createHeadGuard({
    headers: {
      ...always,
      ...(constant !== undefined && { 'access-control-allow-origin': constant }),
      ...(credentials && { 'access-control-allow-credentials': 'true' }),
      ...granted
    },
    vary: varied,
    exposes,
    allowsTiming
  })
  const live = rule.kind === 'match' ? rule.live : []
  const outcomes = {
    granted: decision('ALLOWED', head, { ...details, reflectsOrigin: constant === undefined }),
    // One origin is told to everybody: the browser compares.
    denied: constant !== undefined
      ? decision('ORIGIN_NOT_ALLOWED', head, details)
      : decision('ORIGIN_NOT_ALLOWED', createHeadGuard({ headers: always, vary: varied, allowsTiming }), { ...details, reflectsHeaders: false, live }),
    failed: decision('ORIGIN_FUNCTION_FAILED', createHeadGuard({ headers: {}, vary: varied, allowsTiming }))
  }
  const answer = { decide: compileDecide(rule, outcomes), granted: outcomes.granted }
  return enforces ? enforced(answer, outcomes.denied.head as HeadGuard, { ...details, live }) : answer
}

/** An answer that refuses what comes from a foreign page, and keeps caches from giving the refusal to others. */
function enforced ({ decide, granted }: Answer, denied: HeadGuard, details: Parts['details'] = {}): Answer {
  const head = createHeadGuard({ ...denied, headers: { ...denied.headers, 'cache-control': 'no-store' } })
  const refused = decision('ORIGIN_NOT_ALLOWED', head, { ...details, refuses: true })

  function enforce (decided: Decision, request: FastifyRequest): Decision {
    const { code, error, next } = decided
    if (next !== undefined) return but(decided, { next: next.then((next) => enforce(next, request)) })
    // `'*'` allows every origin, and knows no more than others of a page that names none.
    const isAllowed = code === 'ALLOWED' && request.raw.headers.origin !== undefined
    return isAllowed || error !== undefined || !isForeign(request) ? decided : refused
  }

  return { decide: (request) => enforce(decide(request), request), granted }
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
      const { matches, live } = rule
      if (live.every(({ key }) => key === undefined)) {
        return (request) => {
          const { origin } = request.raw.headers
          return origin !== undefined && matches(origin, request) ? granted : denied
        }
      }
      return (request) => {
        const { origin } = request.raw.headers
        try {
          return origin !== undefined && matches(origin, request) ? granted : denied
        } catch (error) {
          return but(failed, { error: toError(error, KEY_FAILED) })
        }
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
