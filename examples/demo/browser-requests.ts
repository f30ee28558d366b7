import type { Row } from './terminal-table.ts'
import type { Origins } from './setup.ts'

type Sent = readonly [method: string, url: string, from: 'page' | 'other', verdict: string, asks?: string, asksHeaders?: string]

/** What a browser would send, and what it makes of the answer. */
const SENT: readonly Sent[] = [
  ['GET', '/any/data', 'other', 'allowed: any page may read'],
  ['GET', '/page/data', 'page', 'allowed: the answer names this origin'],
  ['GET', '/page/data', 'other', 'blocked by the browser: the answer names another origin'],
  ['GET', '/list/data', 'page', 'allowed: on the list'],
  ['GET', '/list/data', 'other', 'blocked by the browser: not on the list'],
  ['GET', '/opted-out/data', 'page', 'blocked by the browser: no CORS on this route'],
  ['GET', '/credentials/data', 'page', 'allowed, with cookies'],
  ['OPTIONS', '/page/data', 'page', 'preflight passes: PUT may follow', 'PUT', 'content-type'],
  ['OPTIONS', '/list/data', 'other', 'preflight fails: PUT is never sent', 'PUT'],
  ['OPTIONS', '/split/data', 'page', 'preflight fails: only another origin may PUT', 'PUT'],
  ['OPTIONS', '/split/data', 'page', 'preflight passes: the same URL, but GET', 'GET', 'x-demo']
]

/** Sends the requests of a browser to the API, preflights included. */
export async function sendBrowserRequests ({ page, other, api }: Origins): Promise<Row[]> {
  const rows: Row[] = []
  for (const [method, url, from, verdict, asks, asksHeaders] of SENT) {
    const origin = from === 'page' ? page : other
    const response = await fetch(api + url, {
      method,
      headers: {
        origin,
        ...(asks !== undefined && { 'access-control-request-method': asks }),
        ...(asksHeaders !== undefined && { 'access-control-request-headers': asksHeaders })
      }
    })
    await response.arrayBuffer()
    const headers = [...response.headers].filter(([name]) => name.startsWith('access-control-') || name === 'vary')
    rows.push({ method, url: asks === undefined ? url : `${url} (may I ${asks}?)`, origin, status: response.status, headers, verdict })
  }
  return rows
}
