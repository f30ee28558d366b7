import { SENT, type Asked, type Decision } from './browser.ts'

// What the documentation of jub0bs/cors says of its configuration (the comment of `Config` in config.go, read in
// November 2026), as a table. Nothing here asks the package that is compared with it.

export interface Config {
  readonly origins: readonly string[]
  readonly credentialed: boolean
  readonly methods: readonly string[]
  readonly requestHeaders: readonly string[]
  readonly maxAgeInSeconds: number
  readonly responseHeaders: readonly string[]
  readonly dangerouslyTolerateInsecureOrigins: boolean
  readonly dangerouslyTolerateSubdomainsOfPublicSuffixes: boolean
}

type Verdict = 'permitted' | 'prohibited' | 'insecure' | 'public suffix' | 'insecure public suffix'

/** Origin patterns, with what the section "Origins" says of each or of its like. */
export const PATTERNS: Readonly<Record<string, Verdict>> = {
  '*': 'permitted',
  'https://example.com': 'permitted',
  'http://example.com': 'insecure',
  'connector://localhost': 'permitted',
  'connector://application': 'insecure',
  'file:///somepath': 'prohibited',
  'https://www.xn--xample-9ua.com': 'permitted',
  'https://www.résumé.com': 'prohibited',
  null: 'prohibited',
  'http://255.0.0.0': 'insecure',
  'http://127.0.0.1:8080': 'permitted',
  'http://0xFF000000': 'prohibited',
  'http://[::1]:9090': 'permitted',
  'http://[0:0:0:0:0:0:0:0001]:9090': 'prohibited',
  'http://[0000:0000:0000:0000:0000:0000:0000:0001]:9090': 'prohibited',
  'https://example.com:1': 'permitted',
  'https://example.com:65535': 'permitted',
  'https://example.com:0': 'prohibited',
  'https://example.com:65536': 'prohibited',
  'http://example.com:80': 'prohibited',
  'https://example.com:443': 'prohibited',
  'https://example.com/': 'prohibited',
  'https://Example.com': 'prohibited',
  'example.com': 'prohibited',
  'https://*.example.com': 'permitted',
  'https://*.example.com:*': 'permitted',
  'http://*.example.com': 'insecure',
  'http://localhost:*': 'permitted',
  'http://*.localhost:*': 'permitted',
  'https://example.com:*': 'permitted',
  'https://*.com': 'public suffix',
  'https://*.github.io': 'public suffix',
  'http://*.github.io': 'insecure public suffix',
  'https://*': 'prohibited',
  'https://*example.com': 'prohibited',
  'https://api.*.example.com': 'prohibited',
  'https://pr-*.example.com': 'prohibited',
  'https://*.*.example.com': 'prohibited',
  'https://*.127.0.0.1': 'prohibited',
  'moz-extension://*': 'prohibited'
}

export const METHODS = ['*', 'GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'PURGE', 'PROPFIND', 'OPTIONS', 'patch', 'CONNECT', 'TRACE', 'track', 'b@d', '']
export const REQUEST_HEADERS = ['*', 'Authorization', 'Content-Type', 'X-A', 'x-b', 'Cookie', 'Host', 'Sec-Fetch-Site', 'Proxy-Authorization', 'Access-Control-Allow-Origin', 'Access-Control-Max-Age', 'x a', '']
export const RESPONSE_HEADERS = ['*', 'X-Response-Time', 'ETag', 'x-a', 'Cache-Control', 'Set-Cookie', 'set-cookie2', 'Origin', 'Access-Control-Request-Method', 'x a', '']
export const MAX_AGES = [-2, -1, 0, 5, 600, 86400, 86401]

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const FORBIDDEN_REQUEST_HEADERS = ['cookie', 'host']
const OUT_OF_PLACE_IN_REQUESTS = ['access-control-allow-origin', 'access-control-max-age']
const FORBIDDEN_RESPONSE_HEADERS = ['set-cookie', 'set-cookie2']
const OUT_OF_PLACE_IN_RESPONSES = ['origin', 'access-control-request-method']

const isAny = (list: readonly string[], names: readonly string[]): boolean => list.some((name) => names.includes(name.toLowerCase()))
const isIn = (config: Config, ...verdicts: readonly Verdict[]): boolean => config.origins.some((pattern) => verdicts.includes(PATTERNS[pattern] as Verdict))

/** What is prohibited, by the section of the documentation that says so. */
export const PROHIBITED: ReadonlyArray<readonly [rule: string, isBroken: (config: Config) => boolean]> = [
  ['Origins: at least one pattern', ({ origins }) => origins.length === 0],
  ['Origins: no pattern that is invalid or prohibited', (config) => isIn(config, 'prohibited')],
  ['Origins: no asterisk with credentials', ({ origins, credentialed }) => credentialed && origins.includes('*')],
  ['Origins: none that is insecure with credentials', (config) => config.credentialed && !config.dangerouslyTolerateInsecureOrigins && isIn(config, 'insecure', 'insecure public suffix')],
  ['Origins: no subdomains of public suffixes with credentials', (config) => config.credentialed && !config.dangerouslyTolerateSubdomainsOfPublicSuffixes && isIn(config, 'public suffix', 'insecure public suffix')],
  ['Methods: names only', ({ methods }) => methods.some((method) => !TOKEN.test(method))],
  ['Methods: none that is forbidden', ({ methods }) => isAny(methods, ['connect', 'trace', 'track'])],
  ['RequestHeaders: names only', ({ requestHeaders }) => requestHeaders.some((name) => !TOKEN.test(name))],
  ['RequestHeaders: none that is forbidden', ({ requestHeaders }) => isAny(requestHeaders, FORBIDDEN_REQUEST_HEADERS) || requestHeaders.some((name) => /^(?:sec|proxy)-/i.test(name))],
  ['RequestHeaders: none that has no place in a request', ({ requestHeaders }) => isAny(requestHeaders, OUT_OF_PLACE_IN_REQUESTS)],
  ['MaxAgeInSeconds: −1 to 86400', ({ maxAgeInSeconds }) => maxAgeInSeconds < -1 || maxAgeInSeconds > 86400],
  ['ResponseHeaders: names only', ({ responseHeaders }) => responseHeaders.some((name) => !TOKEN.test(name))],
  ['ResponseHeaders: no asterisk with credentials', ({ responseHeaders, credentialed }) => credentialed && responseHeaders.includes('*')],
  ['ResponseHeaders: none that is forbidden', ({ responseHeaders }) => isAny(responseHeaders, FORBIDDEN_RESPONSE_HEADERS)],
  ['ResponseHeaders: none that has no place in a response', ({ responseHeaders }) => isAny(responseHeaders, OUT_OF_PLACE_IN_RESPONSES)]
]

/** What a browser decides where the middleware does what its documentation says. */
export function decisionOf (config: Config, asked: Asked): Decision {
  const isAllowed = (!asked.includesCredentials || config.credentialed) && config.origins.some((pattern) => encompasses(pattern, asked.origin))
  const isGranted = isAllowed && isMethodAllowed(config, asked.method) && asked.headerNames.every((name) => isHeaderAllowed(config, name))
  const { maxAgeInSeconds } = config
  return {
    preflight: isGranted ? 'granted' : 'refused',
    maxAge: !isGranted ? undefined : maxAgeInSeconds === -1 ? 0 : maxAgeInSeconds === 0 ? 5 : maxAgeInSeconds,
    response: isAllowed ? 'read' : 'blocked',
    exposed: !isAllowed ? [] : Object.keys(SENT).filter((name) => isAny(config.responseHeaders, [name, '*']))
  }
}

/** Section "Origins": `*.` is one or more labels, `:*` any port, also none. */
export function encompasses (pattern: string, origin: string): boolean {
  if (pattern === '*') return true
  const [scheme, host, port] = split(pattern)
  const [givenScheme, givenHost, givenPort] = split(origin)
  if (scheme !== givenScheme || (port !== '*' && port !== givenPort)) return false
  return host.startsWith('*.') ? givenHost.endsWith(host.slice(1)) && givenHost.length >= host.length : host === givenHost
}

function split (text: string): [scheme: string, host: string, port: string] {
  const [scheme = '', rest = ''] = text.split('://')
  const port = /:(\*|\d+)$/.exec(rest)
  return [scheme, port === null ? rest : rest.slice(0, port.index), port?.[1] ?? '']
}

/** Section "Methods": the safelisted ones always, and the asterisk stands for all. */
function isMethodAllowed ({ methods }: Config, method: string): boolean {
  return ['GET', 'HEAD', 'POST', '*'].includes(method) || methods.includes(method) || methods.includes('*')
}

/** Section "RequestHeaders": without credentials the asterisk does not stand for Authorization. */
function isHeaderAllowed ({ requestHeaders, credentialed }: Config, name: string): boolean {
  return isAny(requestHeaders, [name]) || (requestHeaders.includes('*') && (credentialed || name !== 'authorization'))
}
