import { KINDS } from '../../../examples/demo/page/kinds.ts'
import { pause, within } from '../../../examples/demo/page/outcome.ts'
import {
  exchangesOf, tryEventSource, tryFontFace, tryImagePixels, tryModuleScript, tryXhr
} from '../../../examples/demo/page/requests.ts'
import { runKind } from '../../../examples/demo/page/run-kind.ts'
import { agentOf, dataAgent, fetchInWorker, sandboxedAgent, srcdocAgent } from './agents.ts'
import type { Case, Difference, Surroundings } from './case.ts'
import { demoPageCases } from './demo-page.ts'
import { enforceTable } from './enforce.ts'
import { verdictsOf } from './matrix.ts'

type Differs = NonNullable<Case['differs']>

/** Every case, with the outcome that the contract demands. The file runs unchanged in every engine. */
export function casesFor (surroundings: Surroundings): Case[] {
  return [
    ...matrixCases(surroundings),
    ...originCases(surroundings),
    ...methodCases(surroundings),
    ...requestHeaderCases(surroundings),
    ...exposedHeaderCases(surroundings),
    ...credentialCases(surroundings),
    ...responseCases(surroundings),
    ...redirectCases(surroundings),
    ...enforceCases(surroundings),
    ...enforceTable(surroundings),
    ...contextCases(surroundings),
    ...preflightCacheCases(surroundings),
    ...wireCases(surroundings),
    ...varyCases(surroundings),
    ...demoPageCases(surroundings)
  ]
}

let ids = 0

function newId (): string {
  return `case-${++ids}`
}

/** The status that this page can read, `opaque`, `opaqueredirect`, or `blocked`. */
async function read (url: string, init?: RequestInit): Promise<string> {
  try {
    const { status, type } = await fetch(url, init)
    return type.startsWith('opaque') ? type : String(status)
  } catch {
    return 'blocked'
  }
}

function everywhere (outcome: string, reason: string): Differs {
  const difference: Difference = { outcome, reason }
  return { chromium: difference, firefox: difference, webkit: difference }
}

function matrixCases ({ api, columns }: Surroundings): Case[] {
  return KINDS.flatMap((kind) => {
    const wanted = verdictsOf(kind.id)
    return columns.map(({ id: column, label }, index): Case => {
      const outcome = wanted[index] ?? 'no verdict'
      const isFontWithoutCors = kind.id === 'font' && outcome === 'blocked'
      return {
        name: `matrix: ${kind.label}, ${label}`,
        outcome,
        ...(isFontWithoutCors && { differs: { webkit: { outcome: 'allowed', reason: 'WebKitGTK loads fonts without CORS' } } }),
        async run () {
          const id = newId()
          return (await runKind(kind, `${api}/${column}/${kind.path}?id=${id}`, id)).verdict
        }
      }
    })
  })
}

/** Policies, and whether each allows: this page, the other site, a subdomain, an address, `null`. */
const ORIGINS: Readonly<Record<string, string>> = {
  //                           page other sub  address null
  any: '                       +    +     +    +       +',
  page: '                      +    -     -    -       -',
  other: '                     -    +     -    -       -',
  both: '                      +    +     -    -       -',
  subdomains: '                -    -     +    -       -',
  ports: '                     +    +     -    -       -',
  'subdomains-and-ports': '    -    -     +    -       -',
  regexp: '                    -    -     -    +       -',
  'function-returns': '        -    +     -    -       -',
  'function-resolves': '       -    +     -    -       -',
  'function-calls-back': '     -    -     -    -       +',
  reflect: '                   +    +     +    +       -',
  nobody: '                    -    -     -    -       -'
}

function originCases ({ api, page, other }: Surroundings): Case[] {
  const sites = {
    'this page': read,
    'the other site': async (url: string, init: RequestInit) => await (await agentOf(other)).fetch(url, init),
    'a subdomain': async (url: string, init: RequestInit) => await (await agentOf(page.replace('localhost', 'app.localhost'))).fetch(url, init),
    'an address': async (url: string, init: RequestInit) => await (await agentOf(page.replace('localhost', '127.0.0.1'))).fetch(url, init),
    'a sandboxed frame': async (url: string, init: RequestInit) => await (await sandboxedAgent()).fetch(url, init)
  }
  return Object.entries(ORIGINS).flatMap(([policy, row]) => {
    const wanted = row.trim().split(/\s+/)
    return Object.entries(sites).flatMap(([site, send], index) => ['GET', 'PUT'].map((method): Case => ({
      name: `origin: ${method} from ${site}, policy ${policy}`,
      outcome: wanted[index] === '+' ? '200' : 'blocked',
      run: async () => await send(`${api}/cases/origin/${policy}`, { method })
    })))
  })
}

function methodCases ({ api }: Surroundings): Case[] {
  const url = `${api}/cases/methods`
  const cases: ReadonlyArray<readonly [name: string, outcome: string, path: string, init: RequestInit]> = [
    ['GET has its own policy', '200', '/split', {}],
    ['GET with a header has it too', '200', '/split', { headers: { 'X-A': '1' } }],
    ['HEAD has the policy of GET', '200', '/split', { method: 'HEAD' }],
    ['HEAD with a header has it too', '200', '/split', { method: 'HEAD', headers: { 'X-A': '1' } }],
    ['PUT on the same URL has another', 'blocked', '/split', { method: 'PUT' }],
    ['a method that the URL does not serve is blocked', 'blocked', '/split', { method: 'DELETE' }],
    ['a POST that the URL does not serve reads the 404', '404', '/split', { method: 'POST' }],
    ['PUT of several methods', '200', '/many', { method: 'PUT' }],
    ['PATCH of several methods', '200', '/many', { method: 'PATCH' }],
    ['DELETE of several methods', '200', '/many', { method: 'DELETE' }],
    ['put is upper-cased by the browser', '200', '/many', { method: 'put' }],
    ['patch is not', 'blocked', '/many', { method: 'patch' }],
    ['a method that is served but narrowed away', 'blocked', '/narrowed', { method: 'PUT' }],
    ['OPTIONS itself, without a route', 'blocked', '/many', { method: 'OPTIONS' }],
    ['a preflight for GET finds the parametric route', '200', '/items/me', { headers: { 'X-A': '1' } }],
    ['a preflight for PUT finds the static route', 'blocked', '/items/me', { method: 'PUT' }],
    ['the other way round, GET', 'blocked', '/others/me', { headers: { 'X-A': '1' } }],
    ['the other way round, PUT', '200', '/others/me', { method: 'PUT' }],
    ['PUT on a wildcard', '200', '/wild/a/b/c', { method: 'PUT' }],
    ['PUT on a parameter that matches', '200', '/number/12', { method: 'PUT' }],
    ['PUT on a parameter that does not match reads the 404', '404', '/number/abc', { method: 'PUT' }],
    ['PUT on an unknown URL reads the 404', '404', '/nothing', { method: 'PUT' }],
    ['GET of an unknown URL reads the 404', '404', '/nothing', {}],
    ['a query does not matter', '200', '/many?a=1&b=/items/me', { method: 'PUT' }],
    ['PUT on a prefix', '200', '/slash', { method: 'PUT' }],
    ['PUT on a prefix with a slash', '200', '/slash/', { method: 'PUT' }],
    ['PUT of all()', '200', '/all', { method: 'PUT' }],
    ['DELETE of all()', '200', '/all', { method: 'DELETE' }],
    ['PUT beside an OPTIONS route', '200', '/own-options', { method: 'PUT' }],
    ['that OPTIONS route itself', '200', '/own-options', { method: 'OPTIONS' }],
    ['preflightContinue', '200', '/continued', { method: 'PUT' }],
    ['a preflight answered with 200', '200', '/status', { method: 'PUT' }],
    ['strictPreflight', '200', '/strict', { method: 'PUT' }],
    ['the only version of a route', '200', '/version', { method: 'PUT', headers: { 'Accept-Version': '1.0.0' } }],
    ['one of two versions whose policies differ', 'blocked', '/versions', { method: 'PUT', headers: { 'Accept-Version': '1.0.0' } }],
    ['a host of its own', '200', '/hosts', { method: 'PUT' }]
  ]
  return [
    ...cases.map(([name, outcome, path, init]): Case => ({ name: `methods: ${name}`, outcome, run: async () => await read(url + path, init) })),
    {
      name: 'methods: the same URL on another host has another policy',
      outcome: 'blocked',
      run: async () => await read(`${url.replace('localhost', '127.0.0.1')}/hosts`, { method: 'PUT' })
    }
  ]
}

function requestHeaderCases ({ api }: Surroundings): Case[] {
  const url = `${api}/cases/allowed`
  const cases: ReadonlyArray<readonly [name: string, outcome: string, policy: string, init: RequestInit, differs?: Differs]> = [
    ['several reflected', '200', 'reflected', { headers: { 'X-A': '1', 'X-B': '2', 'x-c_d': '3' } }],
    ['Authorization reflected', '200', 'reflected', { headers: { Authorization: 'Bearer 1' } }],
    ['a JSON body reflected', '200', 'reflected', { method: 'PUT', headers: { 'Content-Type': 'application/json' }, body: '{}' }],
    ['one on the list', '200', 'listed', { headers: { 'X-A': '1' } }],
    ['one on the list in another case', '200', 'listed', { headers: { 'x-a': '1' } }],
    ['Authorization on the list', '200', 'listed', { headers: { Authorization: 'Bearer 1' } }],
    ['one that is not on the list', 'blocked', 'listed', { headers: { 'X-B': '1' } }],
    ['one of two not on the list', 'blocked', 'listed', { headers: { 'X-A': '1', 'X-B': '1' } }],
    ['a list that was a string, first', '200', 'text', { headers: { 'X-A': '1' } }],
    ['a list that was a string, second', '200', 'text', { headers: { 'X-B': '1' } }],
    ['a JSON body without Content-Type on the list', 'blocked', 'listed', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{}' }],
    ['none allowed', 'blocked', 'none', { headers: { 'X-A': '1' } }],
    ['an empty list', 'blocked', 'empty', { headers: { 'X-A': '1' } }],
    ['none allowed, none needed', '200', 'none', { method: 'PUT' }],
    ['*', '200', 'any', { headers: { 'X-A': '1', 'X-B': '2' } }],
    ['Authorization and *', 'blocked', 'any', { headers: { Authorization: 'Bearer 1' } },
      everywhere('200', 'no engine enforces yet that `*` leaves Authorization out')],
    ['a safelisted language', '200', 'none', { headers: { 'Accept-Language': 'en' } }],
    ['a language of 128 bytes', '200', 'none', { headers: { 'Accept-Language': 'e'.repeat(128) } }],
    ['a language of 129 bytes', 'blocked', 'none', { headers: { 'Accept-Language': 'e'.repeat(129) } }],
    ['a language with an unsafe byte', 'blocked', 'none', { headers: { 'Accept-Language': 'en_US' } }],
    ['a safelisted range', '200', 'none', { headers: { Range: 'bytes=0-10' } }],
    ['a range from the end', 'blocked', 'none', { headers: { Range: 'bytes=-500' } }],
    ['a safelisted Content-Type', '200', 'none', { method: 'POST', headers: { 'Content-Type': 'text/plain;charset=utf-8' }, body: 'a' }],
    ['a Content-Type with quotes', 'blocked', 'none', { method: 'POST', headers: { 'Content-Type': 'text/plain;charset="utf-8"' }, body: 'a' }],
    ['a header that pages cannot set', '200', 'none', { headers: { 'Accept-Encoding': 'br', 'Sec-Demo': '1', 'Proxy-Demo': '1' } }],
    ['a method override', 'blocked', 'none', { headers: { 'X-HTTP-Method-Override': 'PUT' } }],
    ['a header with an empty value', 'blocked', 'none', { headers: { 'X-Empty': '' } }],
    ['a conditional request', 'blocked', 'none', { headers: { 'If-None-Match': '"1"' } }],
    ['a body of bytes', '415', 'none', { method: 'POST', body: new Uint8Array(3) }],
    ['a body of form data', '415', 'none', { method: 'POST', body: new FormData() }]
  ]
  return cases.map(([name, outcome, policy, init, differs]): Case => ({
    name: `request headers: ${name}`,
    outcome,
    ...(differs !== undefined && { differs }),
    run: async () => await read(`${url}/${policy}`, init)
  }))
}

function exposedHeaderCases ({ api }: Surroundings): Case[] {
  const cases: ReadonlyArray<readonly [policy: string, header: string, outcome: string, init?: RequestInit]> = [
    ['listed', 'X-One', '1'],
    ['listed', 'X-Two', '2'],
    ['listed', 'X-Three', 'hidden'],
    ['text', 'x-one', '1'],
    ['text', 'X-Two', '2'],
    ['none', 'X-One', 'hidden'],
    ['none', 'Content-Type', 'application/json; charset=utf-8'],
    ['none', 'Content-Length', '2'],
    ['none', 'Date', 'hidden'],
    ['any', 'X-Three', '3'],
    ['any', 'Set-Cookie', 'hidden'],
    ['credentials', 'X-One', '1', { credentials: 'include' }],
    ['credentials', 'X-Two', 'hidden', { credentials: 'include' }]
  ]
  return cases.map(([policy, header, outcome, init]): Case => ({
    name: `exposed headers: ${header}, policy ${policy}`,
    outcome,
    run: async () => (await fetch(`${api}/cases/exposed/${policy}`, init)).headers.get(header) ?? 'hidden'
  }))
}

function credentialCases ({ api, other, page }: Surroundings): Case[] {
  const url = `${api}/cases/credentials`
  const include: RequestInit = { credentials: 'include' }

  async function cookieOf (policy: string, init: RequestInit): Promise<string> {
    await fetch('/cookie')
    const response = await fetch(`${url}/${policy}`, init)
    const { cookie } = await response.json() as { cookie: string }
    return cookie.includes('demo=from-the-page') ? 'cookie' : 'no cookie'
  }

  const cases: ReadonlyArray<readonly [name: string, outcome: string, run: () => Promise<string>]> = [
    ['sent and read', 'cookie', async () => await cookieOf('yes', include)],
    ['sent with PUT and read', 'cookie', async () => await cookieOf('yes', { ...include, method: 'PUT' })],
    ['sent with a header and read', 'cookie', async () => await cookieOf('yes', { ...include, headers: { 'X-A': '1' } })],
    ['sent to a list and read', 'cookie', async () => await cookieOf('list', include)],
    ['not sent by default', 'no cookie', async () => await cookieOf('yes', {})],
    ['omitted', 'no cookie', async () => await cookieOf('yes', { credentials: 'omit' })],
    ['not allowed', 'blocked', async () => await read(`${url}/no`, include)],
    ['not allowed with PUT', 'blocked', async () => await read(`${url}/no`, { ...include, method: 'PUT' })],
    ['not allowed with *', 'blocked', async () => await read(`${url}/any`, include)],
    ['not allowed with * and PUT', 'blocked', async () => await read(`${url}/any`, { ...include, method: 'PUT' })],
    ['not allowed, and not sent', '200', async () => await read(`${url}/no`)],
    ['XMLHttpRequest, allowed', 'allowed', async () => (await tryXhr(`${url}/yes`, { withCredentials: true })).verdict],
    ['XMLHttpRequest, not allowed', 'blocked', async () => (await tryXhr(`${url}/no`, { withCredentials: true })).verdict],
    ['XMLHttpRequest, upload listener, allowed', 'allowed', async () => (await tryXhr(`${url}/yes`, { method: 'PUT', withCredentials: true, uploadListener: true })).verdict],
    ['EventSource, allowed', 'allowed', async () => (await tryEventSource(`${url}/yes/events`, true)).verdict],
    ['EventSource, not allowed', 'blocked', async () => (await tryEventSource(`${url}/any/events`, true)).verdict],
    ['module script, allowed', 'allowed', async () => (await tryModuleScript(`${url}/yes/module.js`, 'use-credentials')).verdict],
    ['module script, not allowed', 'blocked', async () => (await tryModuleScript(`${url}/any/module.js`, 'use-credentials')).verdict],
    ['image, allowed', 'allowed', async () => (await tryImagePixels(`${api}/credentials/image.png?with`, 'use-credentials')).verdict],
    ['image, not allowed', 'blocked', async () => (await tryImagePixels(`${api}/any/image.png?with`, 'use-credentials')).verdict],
    ['the other site on the list', '200', async () => await (await agentOf(other)).fetch(`${url}/list`, include)],
    ['the other site not named', 'blocked', async () => await (await agentOf(other)).fetch(`${url}/yes`, include)],
    ['a subdomain not on the list', 'blocked', async () => await (await agentOf(page.replace('localhost', 'app.localhost'))).fetch(`${url}/list`, include)],
    ['a cookie in the answer is kept', 'yes=set', async () => {
      await read(`${url}/yes/set`, include)
      const { cookie } = await (await fetch(`${url}/yes`, include)).json() as { cookie: string }
      return cookie.split('; ').find((each) => each.startsWith('yes=')) ?? cookie
    }]
  ]
  return cases.map(([name, outcome, run]): Case => ({ name: `credentials: ${name}`, outcome, run }))
}

function responseCases ({ api }: Surroundings): Case[] {
  const url = `${api}/cases/responses`
  const json = { 'Content-Type': 'application/json' }
  const cases: ReadonlyArray<readonly [name: string, outcome: string, path: string, init?: RequestInit]> = [
    ['a handler that throws', '500', '/throws'],
    ['a handler that throws after a preflight', '500', '/throws', { method: 'PUT' }],
    ['a query that is not valid', '400', '/validated'],
    ['a refusal', '403', '/forbidden'],
    ['a body that is too large', '413', '/small', { method: 'POST', body: 'more than ten bytes' }],
    ['a body that is no JSON', '400', '/parsed', { method: 'POST', headers: json, body: '{' }],
    ['a body of an unknown type', '415', '/parsed', { method: 'POST', headers: { 'Content-Type': 'application/x-demo' }, body: 'a' }],
    ['an error with headers of its own', '418', '/error-headers'],
    ['an unknown URL', '404', '/nothing'],
    ['a hook that refuses', '401', '/guarded'],
    ['a hook that refuses, after a preflight that it does not see', '401', '/guarded', { method: 'PUT' }],
    ['a hook that lets pass, after a preflight', '200', '/guarded', { method: 'PUT', headers: { Authorization: 'Bearer 1' } }],
    ['a limit, after a preflight', '429', '/limited', { method: 'PUT' }],
    ['a stream', '200', '/stream'],
    ['a Response with headers of its own', '200', '/response'],
    ['a handler with CORS headers of its own', '200', '/own-headers'],
    ['a handler that removes headers', '200', '/removes'],
    ['a hijacked reply', '200', '/hijacked'],
    ['an origin function that fails', 'blocked', '/fails'],
    ['an origin function that fails, preflight', 'blocked', '/fails', { headers: { 'X-A': '1' } }],
    ['HEAD', '200', '/data', { method: 'HEAD' }],
    ['a route without CORS', 'blocked', '/closed'],
    ['a route without CORS, preflight', 'blocked', '/closed', { headers: { 'X-A': '1' } }]
  ]
  const putWithKeepalive = async (length: number): Promise<string> => await read(`${url}/data`, { method: 'PUT', keepalive: true, body: 'x'.repeat(length) })
  return [
    ...cases.map(([name, outcome, path, init]): Case => ({ name: `responses: ${name}`, outcome, run: async () => await read(url + path, init) })),
    { name: 'responses: 64 KiB with keepalive', outcome: '200', run: async () => await putWithKeepalive(KIBIBYTES_64) },
    { name: 'responses: more than 64 KiB with keepalive', outcome: 'blocked', run: async () => await putWithKeepalive(KIBIBYTES_64 + 1) },
    { name: 'responses: timings with timingAllowOrigin', outcome: 'shown', run: async () => await timingsOf(`${url}/timed`) },
    { name: 'responses: timings without it', outcome: 'hidden', run: async () => await timingsOf(`${url}/data`) },
    { name: 'responses: events written by hand', outcome: 'allowed', run: async () => (await tryEventSource(`${url}/events-by-hand`)).verdict }
  ]
}

const KIBIBYTES_64 = 65_536

/** Whether a page sees when its request was sent. */
async function timingsOf (path: string): Promise<string> {
  const url = `${path}?${crypto.randomUUID()}`
  const timed = new Promise<PerformanceResourceTiming>((resolve) => {
    new PerformanceObserver((list, observer) => {
      const [entry] = list.getEntriesByName(url)
      if (entry === undefined) return
      observer.disconnect()
      resolve(entry as PerformanceResourceTiming)
    }).observe({ type: 'resource' })
  })
  await fetch(url)
  const { startTime, requestStart } = await timed
  return requestStart >= startTime ? 'shown' : 'hidden'
}

function redirectCases ({ api }: Surroundings): Case[] {
  const url = `${api}/cases/responses`
  const PUT = { method: 'PUT' }
  const cases: ReadonlyArray<readonly [name: string, outcome: string, path: string, init?: RequestInit]> = [
    ['302 within the API', '200', '/redirect-302-data'],
    ['303 after PUT', '200', '/redirect-303-data', PUT],
    ['307 keeps PUT, and asks again', '200', '/redirect-307-data', PUT],
    ['307 keeps PUT, and the target does not serve it', 'blocked', '/redirect-307-no-put', PUT],
    ['to a route without CORS', 'blocked', '/redirect-302-closed'],
    ['from a route without CORS', 'blocked', '/closed-redirect'],
    ['to another origin that allows any', '200', '/redirect-302-elsewhere-any'],
    ['to another origin that allows a list, which sees null', 'blocked', '/redirect-302-elsewhere-data'],
    ['not to be followed', 'opaqueredirect', '/redirect-302-data', { redirect: 'manual' }],
    ['taken as an error', 'blocked', '/redirect-302-data', { redirect: 'error' }]
  ]
  return cases.map(([name, outcome, path, init]): Case => ({ name: `redirects: ${name}`, outcome, run: async () => await read(url + path, init) }))
}

const LOOKS = 100
const LOOK_MS = 50

/** A page that submits itself. */
function formTo (url: string): string {
  return `<form method="post" action="${url}"></form><script>document.forms[0].submit()</script>`
}

function enforceCases ({ api }: Surroundings): Case[] {
  const url = `${api}/cases/responses`

  async function statusOnTheWire (path: string, init: RequestInit): Promise<string> {
    const id = newId()
    await read(`${url}${path}?id=${id}`, init)
    return (await exchangesOf(id)).map(({ method, status }) => `${method} ${status}`).join(', ')
  }

  async function wireOf (id: string): Promise<string> {
    return (await exchangesOf(id)).map(({ method, status }) => `${method} ${status}`).join(', ')
  }

  /** What a frame has sent, as soon as it was answered. */
  async function wireOfFrame (show: (frame: HTMLIFrameElement, id: string) => void): Promise<string> {
    const id = newId()
    const frame = document.createElement('iframe')
    frame.hidden = true
    show(frame, id)
    document.body.append(frame)
    for (let time = 0; time < LOOKS; time++) {
      if ((await exchangesOf(id)).some(({ status }) => status !== undefined)) break
      await pause(LOOK_MS)
    }
    frame.remove()
    return await wireOf(id)
  }

  async function openSocket (address: string): Promise<string> {
    const socket = new WebSocket(address.replace(/^http/, 'ws'))
    return await within(new Promise((resolve) => {
      for (const type of ['open', 'error']) socket.addEventListener(type, () => { resolve(type) })
    }))
  }

  async function runs (name: string): Promise<number> {
    return (await (await fetch(`${url}/enforced-${name}-runs`)).json() as { runs: number }).runs
  }

  return [
    { name: 'enforce: an allowed origin reads', outcome: '200', run: async () => await read(`${url}/enforced-page`) },
    { name: 'enforce: an allowed origin posts', outcome: 'POST 200', run: async () => await statusOnTheWire('/enforced-page', { method: 'POST' }) },
    { name: 'enforce: another origin is refused', outcome: 'GET 403', run: async () => await statusOnTheWire('/enforced-other', {}) },
    { name: 'enforce: a POST without a preflight is refused', outcome: 'POST 403', run: async () => await statusOnTheWire('/enforced-other', { method: 'POST' }) },
    { name: 'enforce: so is one in no-cors mode', outcome: 'POST 403', run: async () => await statusOnTheWire('/enforced-other', { method: 'POST', mode: 'no-cors' }) },
    { name: 'enforce: a GET in no-cors mode names no origin', outcome: 'GET 200', run: async () => await statusOnTheWire('/enforced-other', { mode: 'no-cors' }) },
    {
      name: 'enforce: the handler does not run',
      outcome: '0',
      async run () {
        const before = await runs('other')
        await read(`${url}/enforced-other`, { method: 'POST' })
        return String(await runs('other') - before)
      }
    },
    {
      name: 'enforce: fetch of a sandboxed page is refused',
      outcome: 'GET 403',
      run: async () => {
        const id = newId()
        await (await sandboxedAgent()).fetch(`${url}/enforced-other?id=${id}`)
        return await wireOf(id)
      }
    },
    ...Object.entries<readonly [outcome: string, show: (frame: HTMLIFrameElement, id: string) => void]>({
      'a form of another origin is refused': ['POST 403', (frame, id) => { frame.srcdoc = formTo(`${url}/enforced-other?id=${id}`) }],
      'a form that hides where it is from is refused': ['POST 403', (frame, id) => { frame.srcdoc = `<meta name="referrer" content="no-referrer">${formTo(`${url}/enforced-other?id=${id}`)}` }],
      'a form in a sandboxed frame is refused': ['POST 403', (frame, id) => {
        frame.sandbox.add('allow-forms', 'allow-scripts')
        frame.srcdoc = formTo(`${url}/enforced-other?id=${id}`)
      }],
      'a form of an allowed origin posts': ['POST 200', (frame, id) => { frame.srcdoc = formTo(`${url}/enforced-page?id=${id}`) }],
      'the own form posts': ['POST 200', (frame, id) => { frame.src = `${url}/own-form?to=enforced-other&wire=${id}` }],
      'the own form posts under no-referrer': ['POST 200', (frame, id) => { frame.src = `${url}/own-form?to=enforced-other&wire=${id}&policy=no-referrer` }],
      'a frame shows what any page may show': ['GET 200', (frame, id) => { frame.src = `${url}/enforced-other?id=${id}` }],
      'so does a sandboxed frame': ['GET 200', (frame, id) => {
        frame.sandbox.add('allow-scripts')
        frame.src = `${url}/enforced-other?id=${id}`
      }]
    }).map(([name, [outcome, show]]): Case => ({ name: `enforce: ${name}`, outcome, run: async () => await wireOfFrame(show) })),
    { name: 'enforce: a WebSocket of an allowed origin opens', outcome: 'open', run: async () => await openSocket(`${url}/enforced-page-socket`) },
    { name: 'enforce: one of another origin is refused', outcome: 'error', run: async () => await openSocket(`${url}/enforced-other-socket`) },
    {
      name: 'without enforce the handler runs, and the page cannot read',
      outcome: 'POST 200',
      run: async () => {
        const id = newId()
        await read(`${api}/other/data?id=${id}`, { method: 'POST' })
        return (await exchangesOf(id)).map(({ method, status }) => `${method} ${status}`).join(', ')
      }
    }
  ]
}

function contextCases ({ api, columns }: Surroundings): Case[] {
  const url = `${api}/cases/origin`
  return [
    ...columns.map(({ id }): Case => ({ name: `modes: no-cors is opaque, ${id}`, outcome: 'opaque', run: async () => await read(`${api}/${id}/data?no-cors`, { mode: 'no-cors' }) })),
    { name: 'modes: same-origin is blocked', outcome: 'blocked', run: async () => await read(`${url}/any`, { mode: 'same-origin' }) },
    { name: 'modes: the own server needs no CORS', outcome: '200', run: async () => await read('/setup.json', { method: 'GET', headers: { 'X-A': '1' } }) },
    { name: 'contexts: a worker, allowed', outcome: '200', run: async () => await fetchInWorker(`${url}/page`) },
    { name: 'contexts: a worker, another origin allowed', outcome: 'blocked', run: async () => await fetchInWorker(`${url}/other`) },
    { name: 'contexts: srcdoc has the origin of its page', outcome: '200', run: async () => await (await srcdocAgent()).fetch(`${url}/page`) },
    { name: 'contexts: a data: document, any origin', outcome: '200', run: async () => await (await dataAgent()).fetch(`${url}/any`) },
    { name: 'contexts: a data: document, reflected', outcome: 'blocked', run: async () => await (await dataAgent()).fetch(`${url}/reflect`) },
    { name: 'contexts: a data: document, null allowed by a function', outcome: '200', run: async () => await (await dataAgent()).fetch(`${url}/function-calls-back`) },
    {
      name: 'contexts: a font of a foreign origin',
      outcome: 'blocked',
      differs: { webkit: { outcome: 'allowed', reason: 'WebKitGTK loads fonts without CORS' } },
      run: async () => (await tryFontFace(`${api}/other/font.woff?again`)).verdict
    }
  ]
}

const PUTS = 6

function preflightCacheCases ({ api }: Surroundings): Case[] {
  const url = `${api}/cases/methods`

  /** Firefox misses the first hits of a document: let it miss them elsewhere. */
  async function warmUp (): Promise<void> {
    for (let time = 0; time < PUTS; time++) await read(`${url}/cached?warm`, { method: 'PUT' })
  }

  async function countPreflights (path: string, inits: readonly RequestInit[]): Promise<string> {
    await warmUp()
    const id = newId()
    for (const init of inits) await read(`${url}${path}?id=${id}`, init)
    const methods = (await exchangesOf(id)).map(({ method }) => method)
    const preflights = methods.filter((method) => method === 'OPTIONS').length
    return `${preflights} OPTIONS, ${methods.length - preflights} others`
  }

  const puts = Array.from({ length: PUTS }, () => ({ method: 'PUT' }))
  return [
    { name: `preflight cache: ${PUTS} PUTs, maxAge 60`, outcome: '1 OPTIONS, 6 others', run: async () => await countPreflights('/cached', puts) },
    { name: `preflight cache: ${PUTS} PUTs, maxAge 0`, outcome: '6 OPTIONS, 6 others', run: async () => await countPreflights('/uncached', puts) },
    { name: `preflight cache: ${PUTS} PUTs, no maxAge`, outcome: '1 OPTIONS, 6 others', run: async () => await countPreflights('/many', puts) },
    {
      name: 'preflight cache: methods of one policy share a preflight',
      outcome: '1 OPTIONS, 3 others',
      run: async () => await countPreflights('/many', [{ method: 'PUT' }, { method: 'PATCH' }, { method: 'DELETE' }])
    },
    {
      name: 'preflight cache: a method of another policy is not granted by it',
      outcome: '2 OPTIONS, 1 others',
      run: async () => await countPreflights('/cached-split', [{ method: 'PATCH' }, { method: 'PUT' }])
    }
  ]
}

function wireCases ({ api }: Surroundings): Case[] {
  const url = `${api}/cases`

  async function wire (path: string, init: RequestInit, show: (exchange: Awaited<ReturnType<typeof exchangesOf>>[number]) => string): Promise<string> {
    const id = newId()
    await fetch('/cookie')
    await read(`${url}${path}?id=${id}`, init)
    return (await exchangesOf(id)).map((exchange) => `${exchange.method} ${show(exchange)}`).join(', ')
  }

  const cookie = ({ requestHeaders }: { requestHeaders: Readonly<Record<string, string>> }): string => requestHeaders['cookie'] === undefined ? 'without' : 'with'
  const status = ({ status }: { status?: number }): string => String(status)
  const header = (name: string) => ({ responseHeaders }: { responseHeaders: Readonly<Record<string, string>> }) => responseHeaders[name] ?? 'none'

  const cases: ReadonlyArray<readonly [name: string, outcome: string, run: () => Promise<string>]> = [
    ['preflights carry no cookie', 'OPTIONS without, PUT with', async () => await wire('/credentials/yes', { method: 'PUT', credentials: 'include' }, cookie)],
    ['preflights for headers carry none', 'OPTIONS without, GET with', async () => await wire('/credentials/list', { headers: { 'X-A': '1' }, credentials: 'include' }, cookie)],
    ['a GET needs no preflight', 'GET 200', async () => await wire('/responses/data', {}, status)],
    ['a POST of text needs none', 'POST 200', async () => await wire('/credentials/yes', { method: 'POST', body: 'text' }, status)],
    ['a denied PUT is never sent', 'OPTIONS 204', async () => await wire('/methods/split', { method: 'PUT' }, status)],
    ['a denied GET is sent', 'GET 200', async () => await wire('/origin/other', {}, status)],
    ['a granted PUT is sent', 'OPTIONS 204, PUT 200', async () => await wire('/responses/data', { method: 'PUT' }, status)],
    ['a status for preflights', 'OPTIONS 200, PUT 200', async () => await wire('/methods/status', { method: 'PUT' }, status)],
    ['Vary names what an answer depends on', 'OPTIONS Origin, Access-Control-Request-Method, Access-Control-Request-Headers, PUT Origin',
      async () => await wire('/responses/data', { method: 'PUT' }, header('Vary'))],
    ['Vary of a refused origin', 'GET Origin', async () => await wire('/origin/nobody', {}, header('Vary'))],
    ['no Vary where the answer is constant', 'GET none', async () => await wire('/origin/any', {}, header('Vary'))],
    ['a Vary of the handler stays', 'GET Accept, Origin', async () => await wire('/responses/own-headers', {}, header('Vary'))],
    ['only the methods of one policy are granted', 'OPTIONS GET, HEAD', async () => (await wire('/methods/split', { headers: { 'X-A': '1' } }, header('Access-Control-Allow-Methods'))).split(', GET none')[0] ?? '']
  ]
  return cases.map(([name, outcome, run]): Case => ({ name: `wire: ${name}`, outcome, run }))
}

function varyCases ({ api, other }: Surroundings): Case[] {
  const url = `${api}/cases/responses`

  async function readThere (target: string): Promise<string> {
    return await (await agentOf(other)).fetch(target)
  }

  return [
    {
      name: 'caches: a cacheable URL, read by two origins of one site',
      outcome: '200, 200',
      run: async () => `${await read(`${url}/cacheable?two`)}, ${await readThere(`${url}/cacheable?two`)}`
    },
    {
      name: 'caches: the other origin first',
      outcome: '200, 200',
      run: async () => `${await readThere(`${url}/cacheable?first`)}, ${await read(`${url}/cacheable?first`)}`
    },
    {
      name: 'caches: the copy of an image without CORS does not serve a fetch',
      outcome: 'opaque, 200',
      run: async () => `${await read(`${url}/cacheable-image`, { mode: 'no-cors' })}, ${await read(`${url}/cacheable-image`)}`
    },
    {
      name: 'caches: one origin reads twice and asks once',
      outcome: '200, 200, 1 on the wire',
      async run () {
        const id = newId()
        const target = `${url}/cacheable?id=${id}`
        const first = await read(target)
        await pause(200)
        const second = await read(target)
        return `${first}, ${second}, ${(await exchangesOf(id)).length} on the wire`
      }
    },
    {
      name: 'caches: without Vary the second origin gets the copy of the first (control)',
      outcome: '200, blocked',
      async run () {
        // A busy engine takes its time until the copy is in the cache.
        for (const milliseconds of [50, 200, 1000]) {
          const target = `${url}/cacheable-without-vary?id=${newId()}`
          const first = await read(target)
          await pause(milliseconds)
          const second = await readThere(target)
          if (second !== '200') return `${first}, ${second}`
        }
        return 'not served from the cache'
      }
    }
  ]
}
