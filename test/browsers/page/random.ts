import { within } from '../../../examples/demo/page/outcome.ts'
import { bodyOf, type Line, type PageRequest } from '../../fixtures/page-request.ts'
import type { Observed, PageCase } from './observed.ts'

const CASE_MS = 45_000
/** How many requests run at a time. */
const LANES = 4

type Seen = Omit<Observed, 'id'>

const nothing = { status: 0, url: '', headers: [], text: '' }
const cases = await (await fetch('/cases/random.json')).json() as PageCase[]
const observed: Observed[] = []

await Promise.all(Array.from({ length: LANES }, async () => {
  for (let each = cases.shift(); each !== undefined; each = cases.shift()) {
    const { id, url, request } = each
    report('/cases/started', id)
    const seen = await within(request.api === 'xhr' ? byXhr(url, request) : byFetch(url, request), CASE_MS)
      .catch((error: unknown) => ({ verdict: String(error), ...nothing }))
    observed.push({ id, ...seen })
  }
}))
await report('/cases/results', observed)

async function byFetch (url: string, { api, headers, body, ...init }: PageRequest): Promise<Seen> {
  const all = (): RequestInit => ({ ...init, headers: headers as Line[], ...(body !== undefined && { body: bodyOf(body) }) })
  let asked
  try {
    // Which of its two ways to fail it is: the arguments, or the network.
    asked = new Request(url, all())
  } catch {
    return { verdict: 'throws', ...nothing, type: 'error', redirected: false }
  }
  let response
  try {
    response = await fetch(asked.url, all())
  } catch {
    return { verdict: 'blocked', ...nothing, type: 'error', redirected: false }
  }
  const { type, status, redirected } = response
  return {
    verdict: type === 'opaque' ? 'opaque' : type === 'opaqueredirect' ? 'opaque-redirect' : 'readable',
    status,
    url: response.url,
    headers: [...response.headers],
    text: type.startsWith('opaque') ? '' : await response.text(),
    type,
    redirected
  }
}

async function byXhr (url: string, { method, headers, credentials, upload, body }: PageRequest): Promise<Seen> {
  const xhr = new XMLHttpRequest()
  try {
    xhr.open(method, url)
    for (const [name, value] of headers) xhr.setRequestHeader(name, value)
  } catch {
    return { verdict: 'throws', ...nothing }
  }
  xhr.withCredentials = credentials === 'include'
  if (upload === true) xhr.upload.addEventListener('progress', () => {})
  const end = new Promise<string>((resolve) => {
    xhr.addEventListener('load', () => { resolve('readable') })
    xhr.addEventListener('error', () => { resolve('blocked') })
  })
  xhr.send(body === undefined ? null : bodyOf(body))
  const verdict = await end
  const lines = xhr.getAllResponseHeaders().split('\r\n').filter((line) => line !== '')
  return {
    verdict,
    status: xhr.status,
    url: xhr.responseURL,
    headers: lines.map((line) => line.split(/: (.*)/s).slice(0, 2) as Line),
    text: verdict === 'readable' ? xhr.responseText : ''
  }
}

async function report (path: string, body: unknown): Promise<void> {
  await fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
}
