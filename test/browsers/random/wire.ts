import type { IncomingMessage } from 'node:http'

import type { Line } from '../../fixtures/page-request.ts'

/** A request, as it arrived. */
export interface Arrival {
  readonly method: string
  readonly url: string
  /** Names in lower case. */
  readonly headers: readonly Line[]
  body: string
}

/** What reached the servers, for each case in the order of arrival: the first part of a path is the case's id. */
export class Wire {
  readonly #arrivals = new Map<string, Arrival[]>()

  of (id: string): readonly Arrival[] {
    return this.#arrivals.get(id) ?? []
  }

  note (origin: string, { method = '', url = '', rawHeaders }: Pick<IncomingMessage, 'method' | 'url' | 'rawHeaders'>): Arrival {
    const headers = rawHeaders.flatMap((name, index): Line[] =>
      index % 2 === 0 ? [[name.toLowerCase(), rawHeaders[index + 1] as string]] : [])
    const arrival = { method, url: origin + url, headers, body: '' }
    const id = idOf(url)
    this.#arrivals.set(id, [...this.of(id), arrival])
    return arrival
  }
}

export function idOf (path: string): string {
  return path.split(/[/?#]/)[1] ?? ''
}

/** The head that Node.js's parser gave up on, for a method that it does not know. */
export function parseHead (packet: Buffer): Pick<IncomingMessage, 'method' | 'url' | 'rawHeaders'> {
  const [requestLine = '', ...lines] = packet.toString('latin1').split('\r\n\r\n')[0]?.split('\r\n') ?? []
  const [method = '', url = ''] = requestLine.split(' ')
  return { method, url, rawHeaders: lines.flatMap((line) => line.split(/: (.*)/s).slice(0, 2)) }
}
