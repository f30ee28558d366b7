import type { Setup } from '../setup.ts'
import { element, find } from './element.ts'
import { tryFetch } from './requests.ts'
import { tryRequest, type Trial } from './trial.ts'

/** `patch` is no slip: browsers send it as it is written, and it is not PATCH. */
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'patch', 'DELETE', 'OPTIONS']
const START = { method: 'PUT', path: '/split/data' }

/** A form for one request to the API, and to nothing else. */
export function setUpOwnRequest (setup: Setup, onSent: (trial: Trial, sender: HTMLElement) => void): void {
  const form = find<HTMLFormElement>('own')
  const problem = find('own-problem')
  const method = find<HTMLSelectElement>('own-method')
  const path = find<HTMLSelectElement>('own-path')
  method.append(...METHODS.map(option))
  path.append(...setup.columns.map(({ label, routes }) => {
    return element('optgroup', { label }, ...[...new Set(routes.map(({ url }) => url))].map(option))
  }), element('optgroup', { label: 'No such route' }, option('/nothing')))
  method.value = START.method
  path.value = START.path

  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    problem.textContent = ''
    try {
      onSent(await sendOwn(setup, new FormData(form)), find('own-send'))
    } catch (error) {
      problem.textContent = error instanceof Error ? error.message : String(error)
    }
  })
}

function option (value: string): HTMLElement {
  return element('option', { value }, value)
}

async function sendOwn (setup: Setup, fields: FormData): Promise<Trial> {
  const method = String(fields.get('method'))
  const path = String(fields.get('path'))
  const headers = headersOf(String(fields.get('headers')))
  const credentials = fields.has('credentials') ? { credentials: 'include' } as const : {}
  const url = setup.api + path
  const init: RequestInit = { method, headers, ...credentials }
  const column = setup.columns.find(({ id }) => path.startsWith(`/${id}/`))
  // What no page can send is refused here, by the browser's own words, and is left out of what it sends.
  const checked = new Request(url, init)
  const request = { method: checked.method, headers: Object.fromEntries(checked.headers), ...credentials }
  const asked = { title: `${checked.method} ${path}`, from: location.origin, url, request }
  return await tryRequest(setup, asked, column, [path], async (id) => await tryFetch(`${url}?id=${id}`, init))
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
