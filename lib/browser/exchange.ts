import type { HeaderLines } from '../fetch/headers.ts'

/** One HTTP request, as it reaches a server. */
export interface Exchange {
  readonly method: string
  /** Absolute, without fragment and user info. */
  readonly url: string
  /** Names in lower case. A browser sends each name once. */
  readonly headers: HeaderLines
  readonly body: Buffer | undefined
}

/** One HTTP response, as it leaves a server. */
export interface Answer {
  /** 200 to 599. */
  readonly status: number
  /** In order, a repeated header once for each line: a browser judges a doubled line differently. */
  readonly headers: HeaderLines
  /** @default empty */
  readonly body?: string | Uint8Array | AsyncIterable<Uint8Array>
}

/**
 * A server of any kind. A throw, or a promise that rejects, is a failure of the network:
 * the browser gets no answer.
 */
export type Target = (exchange: Exchange) => Answer | Promise<Answer>
