import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'

import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify'

import { choiceNoteOf, type ChoiceNote } from '../decisions/choice-notes.ts'
import { markQuestion } from '../decisions/decision.ts'
import { kRoute, type Route } from '../routes/route.ts'

/** A request that is only thought of. */
export interface ImaginedRequest {
  readonly method: string
  /** Path and query. */
  readonly url: string
  readonly host: string
  readonly protocol: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** The route that it reaches; none for the not-found handler. */
  readonly route: Route | undefined
  /** The instance of the route, or of the not-found handler. */
  readonly server: FastifyInstance
}

/** What the plugin does with a request. */
export interface DryRun {
  readonly status: number
  /** What the plugin sets; a handler may add others. */
  readonly headers: Readonly<Record<string, string>>
  /** What the request fails with: an origin function's error, or the refusal of `enforce`. */
  readonly error: Error | undefined
  /** The plugin leaves the answer to a handler. */
  readonly isPassedOn: boolean
  /** What `select` made of it, if it was called. */
  readonly choice: ChoiceNote | undefined
}

const NOT_ANSWERED_BY_THE_PLUGIN = ['content-length', 'content-type']

/** A response whose head is kept and never written. */
class ImaginedResponse extends ServerResponse {
  head: DryRun['headers'] = {}

  override writeHead (status: number, ...rest: unknown[]): this {
    const given = rest.at(-1) as Record<string, string> | undefined
    this.statusCode = status
    const headers = { ...this.getHeaders(), ...given }
    this.head = Object.fromEntries(Object.entries(headers)
      .filter(([name]) => !NOT_ANSWERED_BY_THE_PLUGIN.includes(name))
      .map(([name, value]) => [name, String(value)]))
    return this
  }
}

/**
 * Hands an imagined request to the plugin's hook, and tells what it made of
 * it. Nothing is sent, no other hook and no handler runs; an origin function
 * is asked as it always is.
 */
export async function dryRun (hook: onRequestHookHandler, imagined: ImaginedRequest): Promise<DryRun> {
  const request = imagineRequest(imagined)
  markQuestion(request)
  return await new Promise((resolve) => {
    const { raw, reply, headers } = imagineReply(request, (response) => { resolve(outcome(response, undefined, request, false)) })
    hook.call(imagined.server, request, reply, (error) => {
      raw.writeHead(error === undefined ? passedOnStatus(request) : errorStatus(error), headers)
      resolve(outcome(raw, error, request, error === undefined))
    })
  })
}

function outcome ({ statusCode, head }: ImaginedResponse, error: Error | undefined, request: FastifyRequest, isPassedOn: boolean): DryRun {
  return { status: statusCode, headers: head, error, isPassedOn, choice: choiceNoteOf(request) }
}

/** As Fastify has it. */
function errorStatus ({ statusCode = 500 }: Error & { statusCode?: number }): number {
  return statusCode >= 400 ? statusCode : 500
}

function passedOnStatus ({ is404, routeOptions: { config } }: FastifyRequest): number {
  if (is404) return 404
  return (config as { [kRoute]?: Route })[kRoute]?.generated === true ? 204 : 200
}

/** What an origin function may look at, as far as it is known. */
function imagineRequest ({ method, url, host, protocol, headers, route, server }: ImaginedRequest): FastifyRequest {
  const raw = Object.assign(new IncomingMessage(new Socket()), { method, url, headers: { host, ...headers } })
  const { hostname, port } = new URL(`${protocol}://${host}`)
  return {
    id: 'imagined',
    raw,
    method,
    url,
    originalUrl: url,
    headers: raw.headers,
    host,
    hostname,
    port: port === '' ? null : Number(port),
    protocol,
    ip: '127.0.0.1',
    socket: raw.socket,
    server,
    log: SILENT,
    params: {},
    query: Object.fromEntries(new URL(`http://localhost${url}`).searchParams),
    body: undefined,
    is404: route === undefined,
    routeOptions: {
      method: route?.methods,
      url: route?.url,
      config: route === undefined ? {} : { cors: route.cors, [kRoute]: route }
    }
  } as unknown as FastifyRequest
}

interface Imagined {
  readonly raw: ImaginedResponse
  readonly reply: FastifyReply
  readonly headers: Readonly<Record<string, string>>
}

function imagineReply (request: FastifyRequest, sent: (response: ImaginedResponse) => void): Imagined {
  const raw = new ImaginedResponse(request.raw)
  const headers: Record<string, string> = {}
  const reply = {
    raw,
    request,
    server: request.server,
    log: SILENT,
    sent: false,
    header: (name: string, value: string) => {
      headers[name] = value
      return reply
    },
    type: () => reply,
    code: (status: number) => {
      raw.statusCode = status
      return reply
    },
    send: () => {
      raw.writeHead(raw.statusCode, headers)
      sent(raw)
      return reply
    }
  }
  return { raw, reply: reply as unknown as FastifyReply, headers }
}

function noop (): void {}

const SILENT = { fatal: noop, error: noop, warn: noop, info: noop, debug: noop, trace: noop, child: () => SILENT, level: 'silent' } as
  unknown as FastifyRequest['log']
