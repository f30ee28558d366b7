import { Readable } from 'node:stream'

import { withoutEmptyLines } from './headers.ts'
import type { Profile } from './profiles.ts'
import { networkError, SimulateError } from './reasons.ts'
import { currentUrl, type FetchRequest } from './request.ts'
import type { CookieJar, PreflightCache } from './stores.ts'
import type { Answer, Exchange, Target, TraceEntry } from './types.ts'

/** Everything a fetch uses beside the request itself. */
export interface Network {
  readonly profile: Profile
  readonly cache: PreflightCache
  readonly cookies: CookieJar | undefined
  readonly targetFor: (url: URL) => Target | undefined
  readonly trace: TraceEntry[]
  readonly notes: string[]
  /** Bodies that nobody has asked for yet. */
  readonly unread: Set<Answer>
}

type Outgoing = Pick<TraceEntry, 'method' | 'headers' | 'body' | 'why' | 'preflight' | 'credentials'>

/**
 * Sends one request, and notes it in the trace.
 * @see https://fetch.spec.whatwg.org/#concept-http-network-fetch
 */
export async function sendOverNetwork (
  request: FetchRequest, outgoing: Outgoing, network: Network
): Promise<Answer> {
  const url = currentUrl(request)
  const target = network.targetFor(url)
  if (target === undefined) throw networkError('NO_SERVER', { url: url.href })
  const { method, headers, body } = outgoing
  const exchange: Exchange = { method, url: urlOnTheWire(url), headers: [['host', url.host], ...headers], body }
  const entry: TraceEntry = { ...exchange, ...outgoing, headers: exchange.headers, hop: request.urls.length - 1 }
  const index = network.trace.push(entry) - 1
  const answer = await answerOf(target, exchange, outgoing.preflight)
  network.trace[index] = { ...entry, answer: { status: answer.status, headers: answer.headers } }
  const read = network.profile.skipsEmptyLines ? { ...answer, headers: withoutEmptyLines(answer.headers, 'access-control-allow-origin') } : answer
  network.unread.add(read)
  return read
}

/** Lets the servers know that nobody reads on. */
export function closeUnread ({ unread }: Network): void {
  for (const { body } of unread) if (body instanceof Readable) body.destroy()
}

async function answerOf (target: Target, exchange: Exchange, isPreflight: boolean): Promise<Answer> {
  let answer: Answer
  try {
    answer = await target(exchange)
  } catch (error) {
    throw networkError(isPreflight ? 'PREFLIGHT_NETWORK' : 'NETWORK', {
      url: exchange.url, value: error instanceof Error ? error.message : String(error)
    })
  }
  if (!isAnswer(answer)) {
    throw new SimulateError('ANSWER_INVALID', `the target's answer to ${exchange.method} ${exchange.url} has to be ` +
      '{ status: 200 to 599, headers: [name, value][], body? }')
  }
  return answer
}

function isAnswer (answer: unknown): answer is Answer {
  const { status, headers } = Object(answer) as Partial<Answer>
  return Number.isInteger(status) && (status as number) >= 200 && (status as number) <= 599 &&
    Array.isArray(headers) && headers.every((line) => Array.isArray(line) && line.length === 2 &&
      line.every((part) => typeof part === 'string'))
}

function urlOnTheWire (url: URL): string {
  const sent = new URL(url)
  sent.hash = ''
  sent.username = ''
  sent.password = ''
  return sent.href
}
