import { parseUrl } from '../fetch/origins.ts'
import { elements, isElementKind } from './elements.ts'
import { SimulateError } from './errors.ts'
import type { SimulateRequest } from './types.ts'

const always = ['from', 'url', 'api']
const script = [...always, 'method', 'headers', 'body', 'credentials', 'referrerPolicy']
const members: Readonly<Record<string, readonly string[]>> = {
  fetch: [...script, 'mode', 'redirect', 'cache', 'duplex', 'integrity'],
  xhr: [...script, 'upload'],
  eventsource: [...always, 'credentials', 'headers'],
  beacon: [...always, 'body']
}
const element = [...always, 'referrerPolicy', 'integrity']

const values: Readonly<Record<string, readonly unknown[]>> = {
  mode: ['cors', 'no-cors', 'same-origin'],
  credentials: ['omit', 'same-origin', 'include'],
  redirect: ['follow', 'error', 'manual'],
  cache: ['default', 'no-store', 'reload', 'no-cache', 'force-cache'],
  crossorigin: ['', 'anonymous', 'use-credentials', null],
  upload: [true, false],
  duplex: ['half'],
  referrerPolicy: [
    '', 'no-referrer', 'no-referrer-when-downgrade', 'same-origin', 'origin', 'strict-origin',
    'origin-when-cross-origin', 'strict-origin-when-cross-origin', 'unsafe-url'
  ]
}

/** What is wrong with the request as a description, whatever a server would answer. */
export function requestProblem (request: SimulateRequest): SimulateError | undefined {
  if (typeof request !== 'object' || request === null) return invalid('the request has to be an object')
  const { from, url, api = 'fetch', method, integrity } = request
  if (from === undefined) {
    return new SimulateError('FROM_INVALID', "from is missing; name the page's origin, 'https://app.example.com'")
  }
  if (!isOrigin(from)) return new SimulateError('FROM_INVALID', fromMessage(from))
  if (typeof url !== 'string') return new SimulateError('URL_INVALID', 'url has to be a string')
  if (api !== 'fetch' && api !== 'xhr' && !isElementKind(api)) {
    return invalid(`there is no api '${String(api)}', only fetch, xhr, ${Object.keys(elements).join(', ')}`)
  }
  if (method !== undefined && typeof method !== 'string') return invalid('method has to be a string')
  if (integrity !== undefined && typeof integrity !== 'string') return invalid('integrity has to be a string')
  return membersProblem(request, api)
}

function membersProblem (request: SimulateRequest, api: string): SimulateError | undefined {
  const allowed = members[api] ?? element
  for (const [name, value] of Object.entries(request)) {
    if (value === undefined) continue
    const hasAttribute = isElementKind(api) && elements[api].crossorigin
    if (!allowed.includes(name) && !(name === 'crossorigin' && hasAttribute)) {
      const names = hasAttribute ? [...allowed, 'crossorigin'] : allowed
      return invalid(`the api '${api}' takes no '${name}', only ${names.join(', ')}`)
    }
    if (values[name]?.includes(value) === false) {
      const quoted = values[name].map((one) => `'${String(one)}'`)
      return invalid(`${name} has to be one of ${quoted.join(', ')}, not '${String(value)}'`)
    }
  }
  return undefined
}

function isOrigin (from: unknown): boolean {
  return from === 'null' || (typeof from === 'string' && serialized(from) === from)
}

/** Schemes of browser extensions and apps have no origin in Node's URL: scheme and host are it. */
function serialized (text: string): string | undefined {
  const url = parseUrl(text)
  if (url === undefined || url.host === '') return undefined
  return url.origin === 'null' ? `${url.protocol}//${url.host}` : url.origin
}

function fromMessage (from: unknown): string {
  const message = `from has to be an origin, 'https://app.example.com' or 'null', not '${String(from)}'`
  const origin = typeof from === 'string' && /^https?:/.test(from) ? serialized(from) : undefined
  return origin === undefined ? message : `${message}; write '${origin}'`
}

function invalid (message: string): SimulateError {
  return new SimulateError('REQUEST_INVALID', message)
}
