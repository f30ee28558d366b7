import type { Outcome } from './outcome.ts'
import * as requests from './requests.ts'

/** A kind of request: one row of the matrix. */
export interface Kind {
  readonly id: string
  readonly label: string
  /** What is requested below a column's prefix. */
  readonly path: string
  /** Whether the browser sends cookies, and demands that the server allows them. */
  readonly credentials?: boolean
  /** A response header that the page wants to read. */
  readonly reads?: string
  readonly run: (url: string, id: string) => Promise<Outcome>
}

function fetchKind (id: string, label: string, init: RequestInit = {}): Kind {
  return { id, label, path: 'data', run: async (url) => await requests.tryFetch(url, init) }
}

function bodyKind (id: string, type: string, body: () => BodyInit): Kind {
  return {
    id,
    label: `fetch POST, ${type}`,
    path: 'data',
    run: async (url) => await requests.tryFetch(url, { method: 'POST', body: body() })
  }
}

function formData (): FormData {
  const data = new FormData()
  data.append('name', 'value')
  return data
}

export const KINDS: readonly Kind[] = [
  fetchKind('get', 'fetch GET'),
  bodyKind('post-text', 'text/plain', () => 'text'),
  bodyKind('post-form', 'urlencoded', () => new URLSearchParams({ name: 'value' })),
  bodyKind('post-multipart', 'multipart', formData),
  bodyKind('post-json', 'application/json', () => new Blob(['{}'], { type: 'application/json' })),
  fetchKind('put', 'fetch PUT', { method: 'PUT' }),
  fetchKind('patch', 'fetch PATCH', { method: 'PATCH' }),
  fetchKind('delete', 'fetch DELETE', { method: 'DELETE' }),
  fetchKind('custom-header', 'Custom header X-Demo', { headers: { 'X-Demo': '1' } }),
  fetchKind('authorization', 'Authorization header', { headers: { Authorization: 'Bearer demo' } }),
  { ...fetchKind('cookie', 'Credentials with a cookie', { credentials: 'include' }), credentials: true },
  { id: 'xhr', label: 'XMLHttpRequest', path: 'data', run: async (url) => await requests.tryXhr(url) },
  {
    id: 'xhr-upload',
    label: 'XMLHttpRequest, upload listener',
    path: 'data',
    run: async (url) => await requests.tryXhr(url, { method: 'POST', uploadListener: true, body: 'text' })
  },
  { id: 'module-script', label: '<script type=module>', path: 'module.js', run: async (url) => await requests.tryModuleScript(url) },
  { id: 'import', label: 'import()', path: 'module.js', run: async (url) => await requests.tryImport(url) },
  { id: 'font', label: '@font-face', path: 'font.woff', run: async (url) => await requests.tryFontFace(url) },
  { id: 'image', label: '<img crossorigin>, pixels read', path: 'image.png', run: async (url) => await requests.tryImagePixels(url) },
  { id: 'texture', label: 'WebGL texture', path: 'image.png', run: async (url) => await requests.tryTexture(url) },
  { id: 'events', label: 'EventSource', path: 'events', run: async (url) => await requests.tryEventSource(url) },
  { id: 'beacon', label: 'sendBeacon with JSON', path: 'data', credentials: true, run: requests.tryBeacon },
  { id: 'redirect', label: 'Redirect', path: 'redirect', run: async (url) => await requests.tryFetch(url) },
  { id: 'sandbox', label: 'Sandboxed iframe (null)', path: 'data', run: async (url) => await requests.trySandboxedFrame(url) },
  {
    id: 'exposed',
    label: 'Exposed header X-Request-Id',
    path: 'data',
    reads: 'X-Request-Id',
    run: async (url) => await requests.tryExposedHeader(url, 'X-Request-Id')
  },
  { id: 'error', label: 'Error 500, read by the page', path: 'error', run: async (url) => await requests.tryFetch(url) }
]
