import { METHODS } from 'node:http'
import type { Seen } from 'fastify-route-cors/testing'

import type { Line, PageRequest } from '../../fixtures/page-request.ts'
import type { Observed, PageCase } from '../page/observed.ts'
import type { Arrival } from './wire.ts'

/** What browsers add that is no matter of CORS; compared where a script sets it. */
const ADDED_BY_BROWSER = new Set([
  'accept-encoding', 'accept-language', 'cache-control', 'connection', 'content-length', 'pragma', 'priority', 'referer', 'user-agent'
])
const BROWSERS_OWN = /^sec-ch-ua|^sec-fetch-storage-access$/

/** What a page and its servers saw, a fact a line. */
export function linesOfBrowser (observed: Observed, wire: readonly Arrival[], { id, request }: PageCase): string[] {
  return [
    ...linesOfPage(observed, observed.headers, observed.text),
    ...wire.flatMap(({ method, url, headers, body }) => linesOfRequest(id, method, url, headers.filter((line) => !isAdded(line, request)), body))
  ]
}

/** The same facts, as the model tells them. */
export async function linesOfModel (seen: Seen, { id, request }: PageCase): Promise<string[]> {
  const text = seen.verdict === 'readable' ? await seen.text() : ''
  const page = request.api === 'xhr' ? { verdict: seen.verdict, status: seen.status, url: seen.url } : seen
  return [
    ...linesOfPage(page, Object.entries(seen.headers), text),
    ...seen.trace.flatMap(({ method, url, headers, body }) => linesOfRequest(id, method, url, headers, body?.toString() ?? ''))
  ]
}

function linesOfPage (
  { verdict, status, url, type, redirected }: Pick<Observed, 'verdict' | 'status' | 'url' | 'type' | 'redirected'>,
  headers: ReadonlyArray<readonly [string, string]>, text: string
): string[] {
  return [
    [verdict, status, type, url, redirected === true ? 'redirected' : ''].filter((part) => part !== undefined && part !== '').join(' '),
    ...headers.map(([name, value]) => `  ${name}: ${value}`),
    ...(text === '' ? [] : [`  ${JSON.stringify(text)}`])
  ]
}

function linesOfRequest (id: string, method: string, url: string, headers: ReadonlyArray<readonly [string, string]>, body: string): string[] {
  return [
    `${method} ${url}`,
    ...headers.map(([name, value]) => `  ${name}: ${value}`).sort(),
    // A policy's handler says in its answer which body it got, and no body reaches a server that does not know the method.
    ...(body === '' || id.startsWith('policy-') || !METHODS.includes(method) ? [] : [`  ${JSON.stringify(body)}`])
  ]
}

function isAdded ([name, value]: Line, { headers }: PageRequest): boolean {
  if (BROWSERS_OWN.test(name)) return true
  return ADDED_BY_BROWSER.has(name) && !headers.some(([set, part]) => set.toLowerCase() === name && value.includes(part.trim()))
}
