/** What a page asks for, in the words of `simulate` of `fastify-route-cors/testing`. */
export interface PageRequest {
  readonly api?: 'fetch' | 'xhr' | 'module-script' | 'font' | 'image' | 'eventsource' | 'beacon'
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly credentials?: 'include'
  /** A listener on `xhr.upload`. */
  readonly upload?: boolean
  readonly crossorigin?: 'anonymous'
  /** A function, whose text is the body as code. */
  readonly body?: () => NonNullable<RequestInit['body']>
}

/** A kind of request: one row of the matrix. */
export interface Kind {
  readonly id: string
  readonly label: string
  /** What is requested below a column's prefix. */
  readonly path: string
  /** Where the API redirects to from there. */
  readonly leadsTo?: string
  readonly request: PageRequest
  /** A response header that the page wants to read. */
  readonly reads?: string
  /** Where the request comes from, unless from the page itself. */
  readonly from?: 'null'
  /** What the route does, as code, where a browser can tell. */
  readonly handler?: string
}

export const KINDS: readonly Kind[] = [
  ofData('get', 'fetch GET'),
  ofData('post-text', 'POST text/plain', { method: 'POST', body: () => 'text' }),
  ofData('post-form', 'POST urlencoded', { method: 'POST', body: () => new URLSearchParams({ name: 'value' }) }),
  ofData('post-multipart', 'POST multipart', { method: 'POST', body: () => new FormData() }),
  ofData('post-json', 'POST application/json', { method: 'POST', body: () => new Blob(['{}'], { type: 'application/json' }) }),
  ofData('put', 'fetch PUT', { method: 'PUT' }),
  ofData('patch', 'fetch PATCH', { method: 'PATCH' }),
  ofData('delete', 'fetch DELETE', { method: 'DELETE' }),
  ofData('custom-header', 'Header X-Demo', { headers: { 'X-Demo': '1' } }),
  ofData('authorization', 'Header Authorization', { headers: { Authorization: 'Bearer demo' } }),
  ofData('cookie', 'With a cookie', { credentials: 'include' }),
  ofData('xhr', 'XMLHttpRequest', { api: 'xhr' }),
  ofData('xhr-upload', 'XHR, upload listener', { api: 'xhr', method: 'POST', upload: true, body: () => 'text' }),
  { id: 'module-script', label: '<script type=module>', path: 'module.js', request: { api: 'module-script' } },
  { id: 'import', label: 'import()', path: 'module.js', request: { api: 'module-script' } },
  { id: 'font', label: '@font-face', path: 'font.woff', request: { api: 'font' } },
  { id: 'image', label: '<img>, pixels read', path: 'image.png', request: { api: 'image', crossorigin: 'anonymous' } },
  { id: 'texture', label: 'WebGL texture', path: 'image.png', request: { api: 'image', crossorigin: 'anonymous' } },
  { id: 'events', label: 'EventSource', path: 'events', request: { api: 'eventsource' }, handler: "async (request, reply) => reply.type('text/event-stream').send('data: hello\\n\\n')" },
  ofData('beacon', 'sendBeacon, JSON', { api: 'beacon', body: () => new Blob(['{}'], { type: 'application/json' }) }),
  { id: 'redirect', label: 'Redirect', path: 'redirect', leadsTo: 'data', request: {}, handler: "async (request, reply) => request.url.endsWith('/redirect') ? reply.redirect('./data') : 'done'" },
  { ...ofData('sandbox', 'Sandboxed iframe (null)'), from: 'null' },
  { ...ofData('exposed', 'Reads X-Request-Id'), reads: 'X-Request-Id', handler: "async (request, reply) => reply.header('x-request-id', request.id).send('done')" },
  { id: 'error', label: 'Reads an error 500', path: 'error', request: {}, handler: "async () => { throw new Error('This route always fails') }" }
]

function ofData (id: string, label: string, request: PageRequest = {}): Kind {
  return { id, label, path: 'data', request }
}

/** Whether the browser sends cookies, and demands that the server allows them. */
export function sendsCredentials ({ api, credentials }: PageRequest): boolean {
  return credentials === 'include' || api === 'beacon'
}

export function methodOf ({ api, method = api === 'beacon' ? 'POST' : 'GET' }: PageRequest): string {
  return method
}
