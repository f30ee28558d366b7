import type { Setup } from '../setup.ts'
import { element, find } from './element.ts'
import { KINDS } from './kinds.ts'
import { tryFetch } from './requests.ts'
import { tryRequest, type Trial } from './trial.ts'

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/** A form for one request to the API, and to nothing else. */
export function setUpOwnRequest (setup: Setup, onSent: (trial: Trial) => void): void {
  const form = find<HTMLFormElement>('own')
  const problem = find('own-problem')
  const paths = new Set(KINDS.map(({ path }) => path))
  find('methods').append(...METHODS.map((value) => element('option', { value })))
  find('routes').append(...setup.columns.flatMap(({ id }) => [...paths].map((path) => element('option', { value: `/${id}/${path}` }))))

  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    problem.textContent = ''
    try {
      onSent(await sendOwn(setup, new FormData(form)))
    } catch (error) {
      problem.textContent = error instanceof Error ? error.message : String(error)
    }
  })
}

async function sendOwn (setup: Setup, fields: FormData): Promise<Trial> {
  const method = String(fields.get('method')).trim()
  const url = urlOfApi(setup.api, String(fields.get('path')).trim())
  const headers = headersOf(String(fields.get('headers')))
  const credentials = fields.has('credentials')
  // What no browser can send is refused here, by the browser's own words.
  const init: RequestInit = { method, headers, credentials: credentials ? 'include' : 'same-origin' }
  const checked = new Request(url, init)
  const column = setup.columns.find(({ id }) => url.pathname.startsWith(`/${id}/`))
  return await tryRequest(`${checked.method} ${url.pathname}`, column, { credentials }, async (id) => {
    url.searchParams.set('id', id)
    return await tryFetch(url.href, init)
  })
}

/** @throws where the text leads anywhere else. */
function urlOfApi (api: string, path: string): URL {
  const url = path.startsWith('/') && URL.canParse(path, api) ? new URL(path, api) : undefined
  if (url?.origin !== api) throw new Error(`A route of the API starts with one slash, such as /this/data: '${path}' does not lead there.`)
  return url
}

/** @throws where a line is no header. */
function headersOf (text: string): Headers {
  const headers = new Headers()
  for (const line of text.split('\n').filter((each) => each.trim() !== '')) {
    const [, name, value] = /^([^:]+):(.*)$/.exec(line) ?? []
    if (name === undefined || value === undefined) throw new Error(`A header is written 'Name: value': '${line}' has no colon.`)
    headers.append(name.trim(), value.trim())
  }
  return headers
}
