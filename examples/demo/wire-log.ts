import { IncomingMessage, ServerResponse, type OutgoingHttpHeaders } from 'node:http'

import type { Exchange } from './setup.ts'

/** What every request of a browser has, or its connection; the rest is of CORS or of the page. */
const USUAL = /^(?:host|connection|content-length|user-agent|referer|accept(?:-encoding|-language)?|cache-control|pragma|priority|dnt|te|sec-.*)$/
const MAX_IDS = 2000

/** What went over the wire, for each `?id=` that the page put into its URLs. */
export class WireLog {
  readonly #exchanges = new Map<string, Exchange[]>()

  /** A response class for `http.createServer` that notes what was really sent. */
  readonly ServerResponse: typeof ServerResponse

  constructor () {
    const note = this.#note.bind(this)
    this.ServerResponse = class <Request extends IncomingMessage> extends ServerResponse<Request> {
      readonly #exchange: Exchange | undefined

      constructor (request: Request, options?: object) {
        // Node passes options that its types do not mention.
        super(...([request, options] as unknown as [Request]))
        this.#exchange = note(request)
      }

      override writeHead (status: number, ...rest: unknown[]): this {
        super.writeHead(...([status, ...rest] as unknown as [number]))
        if (this.#exchange !== undefined) {
          const given = rest.find((item) => typeof item === 'object') as OutgoingHttpHeaders | undefined
          this.#exchange.status = status
          this.#exchange.responseHeaders = corsHeaders({ ...this.getHeaders(), ...given })
        }
        return this
      }
    }
  }

  /** The requests with that id, in the order in which they came. */
  of (id: string): readonly Exchange[] {
    return this.#exchanges.get(id) ?? []
  }

  #note (request: IncomingMessage): Exchange | undefined {
    const id = new URLSearchParams((request.url ?? '').split('?')[1]).get('id')
    if (id === null) return undefined
    const headers = Object.entries(request.headers).flatMap(([name, value]) => USUAL.test(name) ? [] : [[name, String(value)] as const])
    const exchange: Exchange = {
      method: request.method ?? '',
      url: request.url ?? '',
      requestHeaders: Object.fromEntries(headers),
      responseHeaders: {}
    }
    this.#add(id, exchange)
    return exchange
  }

  #add (id: string, exchange: Exchange): void {
    const known = this.#exchanges.get(id)
    if (known !== undefined) {
      known.push(exchange)
      return
    }
    this.#exchanges.set(id, [exchange])
    const [oldest] = this.#exchanges.keys()
    if (this.#exchanges.size > MAX_IDS && oldest !== undefined) this.#exchanges.delete(oldest)
  }
}

/** The headers of an answer that concern CORS, by the name that the standard spells. */
function corsHeaders (headers: OutgoingHttpHeaders): Record<string, string> {
  const shown = Object.entries(headers).filter(([name]) => /^(?:access-control-.*|vary|location)$/i.test(name))
  return Object.fromEntries(shown.map(([name, value]) => [titleCase(name), String(value)]))
}

function titleCase (name: string): string {
  return name.toLowerCase().replace(/(?:^|-)[a-z]/g, (start) => start.toUpperCase())
}
