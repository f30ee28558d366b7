import type { FastifyInstance } from 'fastify'

import { simulate, type Answer, type Exchange, type Seen, type SimulateRequest } from '../../lib/browser/index.ts'
import { build } from './application.ts'
import { PAGES } from './pages.ts'

/** A request as a browser sends it, and what may be answered: what the application says in either state, with nothing else going on. */
export interface Expected {
  readonly exchange: Exchange
  readonly answers: ReadonlySet<string>
}

type Send = (exchange: Exchange) => Promise<Answer>

export class Reference {
  readonly exchanges: readonly Expected[]
  readonly #verdicts: ReadonlyMap<SimulateRequest, ReadonlySet<string>>

  private constructor (exchanges: readonly Expected[], verdicts: ReadonlyMap<SimulateRequest, ReadonlySet<string>>) {
    this.exchanges = exchanges
    this.#verdicts = verdicts
  }

  static async build (): Promise<Reference> {
    const soaked = [await build(0), await build(1)]
    const sends = soaked.map(({ app }) => sendTo(app))
    const verdicts = new Map<SimulateRequest, ReadonlySet<string>>()
    const exchanges = new Map<string, Exchange>()
    for (const page of PAGES) {
      const seen = new Set<string>()
      // The state may change between a preflight and its request.
      for (const preflight of [0, 1] as const) {
        for (const actual of [0, 1] as const) {
          const found = await simulate(async (exchange) => await (sends[isPreflight(exchange) ? preflight : actual] as Send)(exchange), page)
          seen.add(verdictOf(found))
          for (const { method, url, headers, body } of found.trace) exchanges.set(JSON.stringify([method, url, headers]), { method, url, headers, body })
        }
      }
      verdicts.set(page, seen)
    }
    const expected: Expected[] = []
    for (const exchange of exchanges.values()) {
      expected.push({ exchange, answers: new Set(await Promise.all(sends.map(async (send) => answerOf(await send(exchange))))) })
    }
    for (const { app } of soaked) await app.close()
    return new Reference(expected, verdicts)
  }

  /** What a page sees that has asked over the network, where the model of the browser says that it sees something else. */
  async wrongVerdict (page: SimulateRequest, send: Send): Promise<string | undefined> {
    const verdict = verdictOf(await simulate(send, page))
    return (this.#verdicts.get(page) as ReadonlySet<string>).has(verdict) ? undefined : `${JSON.stringify(page)} sees ${verdict}`
  }
}

function sendTo (app: FastifyInstance): Send {
  return async ({ method, url, headers, body }) => {
    const { statusCode, headers: answered, body: text } = await app.inject({ method: method as 'GET', url, headers: Object.fromEntries(headers), ...(body !== undefined && { payload: body }) })
    return { status: statusCode, headers: Object.entries(answered).flatMap(([name, value]) => [value].flat().map((each) => [name, String(each)] as const)), body: text }
  }
}

function isPreflight ({ method, headers }: Exchange): boolean {
  return method === 'OPTIONS' && headers.some(([name]) => name === 'access-control-request-method')
}

function verdictOf ({ verdict, reason, status, headers, trace }: Seen): string {
  const { date, 'content-length': length, connection, 'keep-alive': keepAlive, ...stable } = headers
  return JSON.stringify({ verdict, reason: reason?.code, status, headers: stable, sent: trace.map(({ method }) => method) })
}

/** The status, and all that concerns CORS. */
export function answerOf ({ status, headers }: Pick<Answer, 'status' | 'headers'>): string {
  const found = headers.map(([name, value]) => [name.toLowerCase(), value] as const).filter(([name]) => /^(?:access-control-|vary$|timing-allow-origin$)/.test(name))
  return JSON.stringify([status, ...found.sort(([a], [b]) => a < b ? -1 : 1)])
}
