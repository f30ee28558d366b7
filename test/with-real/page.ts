import { request } from 'node:http'

import { simulate, type SimulateRequest } from '../../lib/browser/index.ts'
import type { Answer, Exchange } from '../../lib/browser/types.ts'
import { corsOfRaw } from '../fixtures/sockets.ts'

/** What a page asks for, below the address of a server. */
export type Asks = Omit<SimulateRequest, 'from' | 'url'> & { readonly path: string }

/** What became of it, and what a script can read. */
export interface Got {
  readonly verdict: string
  readonly status: number
  /** Every header that the script can see, by lower-case name. */
  readonly headers: Readonly<Record<string, string>>
  /** Every `access-control-*` header and `vary` of the response itself, whatever the script sees of it. */
  readonly cors: Readonly<Record<string, string | string[]>>
  readonly text: string
}

/** Does over a socket what a browser does for a page of this origin, preflights included. */
export async function fetchFrom (origin: string, server: string, { path, ...asks }: Asks): Promise<Got> {
  let cors: Got['cors'] = {}
  let status = 0
  const seen = await simulate(async (exchange) => {
    const { rawHeaders, ...answer } = await send(exchange)
    status = answer.status
    cors = corsOfRaw(rawHeaders)
    return answer
  }, { from: origin, url: `${server}${path}`, ...asks })
  const text = seen.verdict === 'readable' ? await seen.text() : ''
  return { verdict: seen.verdict, status, headers: seen.headers, cors, text }
}

/** The `Access-Control-Expose-Headers` of a response as a set, for libraries have many and may get more. */
export function exposed ({ cors }: Got): string[] {
  return String(cors['access-control-expose-headers'] ?? '').split(', ').filter((name) => name !== '')
}

async function send ({ method, url, headers, body }: Exchange): Promise<Answer & { rawHeaders: string[] }> {
  return await new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers: Object.fromEntries(headers), agent: false }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk) => { chunks.push(chunk) }).on('error', reject).on('end', () => {
        const { rawHeaders } = response
        const lines: Array<[string, string]> = []
        for (let i = 0; i < rawHeaders.length; i += 2) lines.push([rawHeaders[i] as string, rawHeaders[i + 1] as string])
        resolve({ status: response.statusCode as number, headers: lines, body: Buffer.concat(chunks), rawHeaders })
      })
    })
    outgoing.on('error', reject).end(body)
  })
}
