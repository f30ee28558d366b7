import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify'

import type { Policy } from './compile.ts'
import { isObserved } from './decisions/decision.ts'
import { reportRefusal } from './decisions/report-decision.ts'
import { OriginDeniedError } from './errors.ts'
import { appendVary } from './fetch/response-headers.ts'
import { askOrigin } from './origins/ask-origin.ts'
import type { OriginFunction } from './origins/origin-rule.ts'
import { createHeadGuard, guardHead, setRawHeaders, type HeadGuard } from './response-head.ts'

/** Sees to the headers of a response, then lets its request go on. */
export type CorsCheck = (request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction) => void

type Protect = (reply: FastifyReply, guard: HeadGuard, allowOrigin?: string) => void
type Refuse = (request: FastifyRequest, reply: FastifyReply, origin: string | undefined, done: HookHandlerDoneFunction) => void

/** What the kinds of origin rules have in common. */
interface Parts {
  readonly protect: Protect
  readonly refuse: Refuse
  readonly allowed: HeadGuard
  readonly denied: HeadGuard
}

/**
 * Compiles what is done with a request that is no preflight, on a route of
 * this policy: one closure for each kind of origin rule. Responses vary with
 * the origin where the policy says so, and always with what `vary` names.
 *
 * @see https://fetch.spec.whatwg.org/#http-responses
 */
export function compileCorsCheck (policy: Policy, vary?: string): CorsCheck {
  const { origin: rule } = policy
  const parts = {
    protect: policy.rawHeaders ? protectWithRawHeaders : protect,
    refuse: policy.enforce ? refuseForeignOrigin : letPass
  }
  if (rule.kind === 'any') return checkAny(parts.protect, constantGuard(policy, '*', vary))
  if (rule.kind === 'one') return checkOne({ ...parts, ...bothGuards(constantGuard(policy, rule.origin, vary)) }, rule.origin)
  const varyByOrigin = appendVary('Origin', vary ?? '')
  const guards = {
    allowed: createHeadGuard({ headers: grantHeaders(policy), vary: varyByOrigin }),
    denied: createHeadGuard({ headers: {}, vary: varyByOrigin })
  }
  return rule.kind === 'match' ? checkMatch({ ...parts, ...guards }, rule.matches) : checkAsk({ ...parts, ...guards }, rule.ask)
}

function checkAny (protect: Protect, guard: HeadGuard): CorsCheck {
  return (_request, reply, done) => {
    protect(reply, guard)
    done()
  }
}

/** The answer is the same for everybody: the browser compares. */
function checkOne ({ protect, refuse, allowed }: Parts, allowOrigin: string): CorsCheck {
  return (request, reply, done) => {
    protect(reply, allowed)
    const { origin } = request.raw.headers
    if (origin === allowOrigin) done()
    else refuse(request, reply, origin, done)
  }
}

function checkMatch ({ protect, refuse, allowed, denied }: Parts, matches: (origin: string) => boolean): CorsCheck {
  return (request, reply, done) => {
    const { origin } = request.raw.headers
    if (origin !== undefined && matches(origin)) {
      protect(reply, allowed, origin)
      done()
    } else {
      protect(reply, denied)
      refuse(request, reply, origin, done)
    }
  }
}

function checkAsk ({ protect, refuse, allowed, denied }: Parts, ask: OriginFunction): CorsCheck {
  return (request, reply, done) => {
    // Until the function has answered, and if it fails, nothing is allowed.
    protect(reply, denied)
    const { origin } = request.raw.headers
    if (origin === undefined || origin === '') {
      refuse(request, reply, origin, done)
      return
    }
    askOrigin(ask, origin, request, (error, isAllowed) => {
      if (error !== null) {
        done(error)
      } else if (isAllowed) {
        protect(reply, allowed, origin)
        done()
      } else {
        refuse(request, reply, origin, done)
      }
    })
  }
}

function constantGuard (policy: Policy, allowOrigin: string, vary: string | undefined): HeadGuard {
  return createHeadGuard({
    headers: { 'access-control-allow-origin': allowOrigin, ...grantHeaders(policy) },
    vary
  })
}

/** What goes with an `Access-Control-Allow-Origin`. */
function grantHeaders ({ credentials, exposeHeaders }: Policy): Record<string, string> {
  return {
    ...(credentials && { 'access-control-allow-credentials': 'true' }),
    ...(exposeHeaders !== undefined && { 'access-control-expose-headers': exposeHeaders })
  }
}

function bothGuards (guard: HeadGuard): { allowed: HeadGuard, denied: HeadGuard } {
  return { allowed: guard, denied: guard }
}

function protect (reply: FastifyReply, guard: HeadGuard, allowOrigin?: string): void {
  guardHead(reply.raw, guard, allowOrigin)
}

function protectWithRawHeaders (reply: FastifyReply, guard: HeadGuard, allowOrigin?: string): void {
  guardHead(reply.raw, guard, allowOrigin)
  setRawHeaders(reply.raw, guard, allowOrigin)
}

const letPass: Refuse = (request, _reply, origin, done) => {
  if (Boolean(origin) && isObserved(request) && origin !== ownOrigin(request)) reportRefusal(request)
  done()
}

const refuseForeignOrigin: Refuse = (request, reply, origin, done) => {
  if (origin === undefined || origin === ownOrigin(request)) {
    done()
    return
  }
  if (Boolean(origin) && isObserved(request)) reportRefusal(request)
  if (request.raw.headers.upgrade !== undefined) closeAfter(reply, request)
  done(new OriginDeniedError())
}

/** The server has let go of the socket of an upgrade: left open, it stays so for ever. */
function closeAfter (reply: FastifyReply, { raw: { socket } }: FastifyRequest): void {
  reply.raw.once('finish', () => { socket.destroySoon() })
}

/** The origin that a browser names for a page of this very server. */
function ownOrigin ({ protocol, host }: FastifyRequest): string {
  const defaultPort = protocol === 'https' ? ':443' : ':80'
  const hostName = host.toLowerCase()
  return `${protocol}://${hostName.endsWith(defaultPort) ? hostName.slice(0, -defaultPort.length) : hostName}`
}
