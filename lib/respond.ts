import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify'

import type { Decision } from './decision.ts'
import { isForeign, isObserved, observe } from './decisions/observe.ts'
import { OriginDeniedError } from './errors.ts'
import { reflectRequestHeaders } from './fetch/headers.ts'
import { guardHead, setRawHeaders } from './response-head.ts'

/** Carries out what was decided. */
export function carryOut (decision: Decision, request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction): void {
  const { head } = decision
  const allowOrigin = decision.reflectsOrigin ? request.raw.headers.origin : undefined
  const allowHeaders = decision.reflectsHeaders ? reflectRequestHeaders(request.raw.headers['access-control-request-headers']) : undefined
  if (head !== undefined) guardHead(reply.raw, head, allowOrigin, allowHeaders)
  if (isObserved(decision, request)) observe(decision, request, allowHeaders)
  if (decision.isPlain) done()
  else if (decision.isReply) reply.code(decision.status as number).send()
  else finish(decision, request, reply, done)
}

/** All that is out of the ordinary. */
function finish (decision: Decision, request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction): void {
  const { code, head, next, status, allow, body } = decision
  if (next !== undefined) {
    next.then((next) => { carryOut(next, request, reply, done) })
    return
  }
  if (decision.setsRawHeaders && head !== undefined) setRawHeaders(reply.raw, head, decision.reflectsOrigin ? request.raw.headers.origin : undefined)
  if (allow !== undefined) reply.header('allow', allow)
  if (status !== undefined) reply.code(status).type('text/plain').send(body)
  else if (code === 'ORIGIN_NOT_ALLOWED' && decision.enforces && isForeign(request)) refuse(request, reply, done)
  else done(decision.error)
}

function refuse ({ raw: { headers, socket } }: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction): void {
  // The server has let go of the socket of an upgrade: left open, it stays so for ever.
  if (headers.upgrade !== undefined) reply.raw.once('finish', () => { socket.destroySoon() })
  done(new OriginDeniedError())
}
