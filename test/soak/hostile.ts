import { APP } from '../fixtures/requests.ts'

export interface HostileRequest {
  readonly method: string
  readonly path: string
  readonly lines: readonly string[]
}

const METHOD = 'Access-Control-Request-Method'
const HEADERS = 'Access-Control-Request-Headers'
const LONG = 8 * 1024

const origins = [
  '', ' ', ',', '*', 'null', 'constructor', '__proto__', `${APP}, ${APP}`, `${APP}.evil.example`, 'https://é.pages.example', 'https://..pages.example', '://', 'https://[::1',
  `https://${'a'.repeat(LONG)}.pages.example`, `https://${'a.'.repeat(LONG / 2)}pages.example`, ','.repeat(LONG), '%00', '\u0001'
]
const methods = ['', '*', 'get', 'GET,PUT', 'G T', '__proto__', 'é', 'x'.repeat(LONG), 'TRACE']
const headers = ['', ',', ','.repeat(LONG), 'x-a,x-b', 'x a', '"x"', 'é', '__proto__', 'x'.repeat(LONG), 'x-a,'.repeat(LONG / 4), 'constructor,toString']
const paths = ['/list', '/pattern/1', '/pattern/%', '/pattern//', '/function', '/select', '/live', '/tenants', '/enforced', '/open', '/replaced', '/nothing', '/%2e%2e/list', '//list', '*']

/** Requests that no browser sends. */
export const HOSTILE: readonly HostileRequest[] = paths.flatMap((path) => [
  ...origins.map((origin) => ({ method: 'GET', path, lines: [`Origin: ${origin}`] })),
  ...origins.map((origin) => ({ method: 'OPTIONS', path, lines: [`Origin: ${origin}`, `${METHOD}: PUT`] })),
  ...methods.map((method) => ({ method: 'OPTIONS', path, lines: [`Origin: ${APP}`, `${METHOD}: ${method}`] })),
  ...headers.map((value) => ({ method: 'OPTIONS', path, lines: [`Origin: ${APP}`, `${METHOD}: GET`, `${HEADERS}: ${value}`] })),
  { method: 'OPTIONS', path, lines: [`Origin: ${APP}`, `Origin: ${APP}`, `${METHOD}: GET`, `${METHOD}: PUT`] },
  { method: 'OPTIONS', path, lines: [] },
  { method: 'POST', path, lines: ['Sec-Fetch-Site: cross-site', 'Content-Length: 0', 'Host: b'] }
])
