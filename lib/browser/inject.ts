import { METHODS } from 'node:http'
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify'
import type { Answer, Target } from './exchange.ts'

/** A Fastify instance; two of its methods are used. */
export interface App {
  ready (): PromiseLike<unknown>
  inject (options: InjectOptions): PromiseLike<LightMyRequestResponse>
}

/**
 * A target that hands every exchange to `app.inject`. The response is taken when its head is
 * written, so that a stream without an end (EventSource) has an answer; closing its body closes the
 * request, as a browser does that goes away.
 *
 * An https URL stands behind a proxy that ends TLS and says so, which apps with `trustProxy` read.
 *
 * Node's HTTP parser, which `inject` goes around, knows methods by their exact name: anything else
 * gets the 400 of Fastify's default `clientErrorHandler`, without any header of the app.
 */
export function injectTarget (app: App): Target {
  return async ({ method, url, headers, body }) => {
    if (!METHODS.includes(method)) return badRequest()
    const response = await app.inject({
      method: method as NonNullable<InjectOptions['method']>,
      url,
      headers: { ...Object.fromEntries(headers), ...(url.startsWith('https:') ? { 'x-forwarded-proto': 'https' } : {}) },
      payloadAsStream: true,
      ...(body === undefined ? {} : { payload: body })
    })
    const stream = response.stream()
    stream.once('close', () => response.raw.res.req.destroy())
    return { status: response.statusCode, headers: headerLines(response.headers), body: stream }
  }
}

export function isApp (value: unknown): value is App {
  const { inject, ready } = Object(value) as Partial<FastifyInstance>
  return typeof inject === 'function' && typeof ready === 'function'
}

/** One line for each value, as Node writes them. */
function headerLines (headers: LightMyRequestResponse['headers']): Array<[name: string, value: string]> {
  return Object.entries(headers).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((item): [string, string] => [name, String(item)]))
}

function badRequest (): Answer {
  const body = '{"error":"Bad Request","message":"Client Error","statusCode":400}'
  return {
    status: 400,
    headers: [['Content-Length', String(body.length)], ['Content-Type', 'application/json']],
    body
  }
}
