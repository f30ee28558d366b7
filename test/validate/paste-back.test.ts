import { runInThisContext } from 'node:vm'

import Fastify from 'fastify'
import { test } from 'tap'

import cors, { CorsConfigError } from '../../lib/index.ts'
import type { CorsProblem } from '../../lib/errors.ts'

type Block = Record<string, unknown>

/** What people write, by where they have it from. Each is refused, by a message that says what to write. */
const pasted: ReadonlyArray<readonly [from: string, options: unknown, becomes?: unknown]> = [
  // Origins
  ['a variable with a list', { origin: 'https://a.example, https://b.example' }, { origin: ['https://a.example', 'https://b.example'] }],
  ['a variable with a list without spaces', { origin: 'https://a.example,https://b.example' }, { origin: ['https://a.example', 'https://b.example'] }],
  ['a variable with words', { origin: 'https://a.example https://b.example' }, { origin: ['https://a.example', 'https://b.example'] }],
  ['a variable with JSON', { origin: '["https://a.example", "https://b.example"]' }, { origin: ['https://a.example', 'https://b.example'] }],
  ['a variable with quotes', { origin: '"https://a.example"' }, { origin: 'https://a.example' }],
  ['a variable with single quotes', { origin: "'https://a.example'" }, { origin: 'https://a.example' }],
  ['a variable with a line end', { origin: 'https://a.example\n' }, { origin: 'https://a.example' }],
  ['a variable that is true', { origin: 'true' }, { origin: true }],
  ['a variable that is false', { origin: 'false' }, { origin: false }],
  ['a list in a list', { origin: ['https://a.example, https://b.example'] }],
  ['an empty variable', { origin: '' }],
  ['a variable that is not set', { origin: undefined }],
  ['an empty list', { origin: [] }, { origin: false }],
  ['the address bar', { origin: 'https://a.example/' }, { origin: 'https://a.example' }],
  ['the address bar of a page', { origin: 'https://a.example/login?next=1#top' }, { origin: 'https://a.example' }],
  ['the terminal', { origin: 'localhost:3000' }, { origin: 'http://localhost:3000' }],
  ['the terminal, an address', { origin: '127.0.0.1:5173' }, { origin: 'http://127.0.0.1:5173' }],
  ['a host name', { origin: 'app.example.com' }, { origin: 'https://app.example.com' }],
  ['a host name with slashes', { origin: '//app.example.com' }, { origin: 'https://app.example.com' }],
  ['a list of host names', { origin: ['example.com', 'www.example.com'] }, { origin: ['https://example.com', 'https://www.example.com'] }],
  ['a wildcard certificate', { origin: '*.example.com' }, { origin: 'https://*.example.com' }],
  ['an extension manifest', { origin: 'https://example.com/*' }, { origin: 'https://example.com' }],
  ['a manifest with any scheme', { origin: '*://example.com/*' }, { origin: /^https?:\/\/example\.com$/ }],
  ['any port, written as a path', { origin: 'http://localhost:*/' }, { origin: 'http://localhost:*' }],
  ['a name in capitals', { origin: 'https://Example.COM' }, { origin: 'https://example.com' }],
  ['the default port', { origin: 'https://example.com:443' }, { origin: 'https://example.com' }],
  ['an international name', { origin: 'https://bücher.example' }, { origin: 'https://xn--bcher-kva.example' }],
  ['a WebSocket', { origin: 'wss://example.com' }, { origin: 'https://example.com' }],
  ['a typing mistake', { origin: 'htps://example.com' }, { origin: 'https://example.com' }],
  ['a missing slash', { origin: 'https:/example.com' }, { origin: 'https://example.com' }],
  ['two stars', { origin: 'https://*-a-*.example.com' }, { origin: /^https:\/\/[a-z0-9-]+-a-[a-z0-9-]+\.example\.com$/ }],
  ['a star in the middle', { origin: 'https://a.*.example.com' }, { origin: /^https:\/\/a\.[a-z0-9-]+\.example\.com$/ }],
  ['a star for the host', { origin: 'https://*' }, { origin: /^https:\/\/[^:]+$/ }],
  ['a star in a list', { origin: ['*'] }, { origin: '*' }],
  ['a star beside origins', { origin: ['https://a.example', '*'] }, { origin: '*' }],
  ['the console, null', { origin: 'null' }, { origin: '*' }],
  ['null in a list', { origin: ['https://a.example', 'null'] }, { origin: ['https://a.example'] }],
  ['a local file', { origin: 'file:///home/me/index.html' }, { origin: 'file://' }],
  ['no value', { origin: null }, { origin: false }],
  // Methods
  ['methods in lower case', { methods: ['get', 'patch'] }, { methods: ['get', 'PATCH'] }],
  ['methods in a text in lower case', { methods: 'get, post, patch' }, { methods: 'get, post, PATCH' }],
  ['methods with words between', { methods: 'GET POST PUT' }, { methods: 'GET, POST, PUT' }],
  ['methods with bars', { methods: 'GET|POST' }, { methods: 'GET, POST' }],
  ['methods in JSON', { methods: '["GET","POST"]' }, { methods: 'GET, POST' }],
  ['all methods', { methods: '*' }, {}],
  ['all methods in a list', { methods: ['*'] }, {}],
  ['methods that no script sends', { methods: 'GET, TRACE, CONNECT' }, { methods: 'GET' }],
  ['a method that is none', { methods: ['ALL'] }, {}],
  ['a mistyped method', { methods: ['DELTE'] }, { methods: ['DELETE'] }],
  ['an empty method', { methods: ['GET', ''] }, { methods: ['GET'] }],
  // Headers
  ['the most copied list', { allowedHeaders: 'Origin, X-Requested-With, Content-Type, Accept, Authorization' }, { allowedHeaders: 'X-Requested-With, Content-Type, Accept, Authorization' }],
  ['the same as an array', { allowedHeaders: ['Origin', 'X-Requested-With', 'Content-Type', 'Accept'] }, { allowedHeaders: ['X-Requested-With', 'Content-Type', 'Accept'] }],
  ['a list with what the browser asks by', { allowedHeaders: 'Content-Type, Access-Control-Request-Method, Access-Control-Request-Headers' }, { allowedHeaders: 'Content-Type' }],
  ['a list with the host', { allowedHeaders: ['Host'] }, { allowedHeaders: false }],
  ['a list with cookies', { allowedHeaders: 'Cookie, Content-Type' }, { allowedHeaders: 'Content-Type' }],
  ['headers in JSON', { allowedHeaders: '["Content-Type"]' }, { allowedHeaders: 'Content-Type' }],
  ['headers with quotes', { allowedHeaders: '"Content-Type", "Authorization"' }, { allowedHeaders: 'Content-Type, Authorization' }],
  ['headers with semicolons', { allowedHeaders: 'Content-Type; Authorization' }, { allowedHeaders: 'Content-Type, Authorization' }],
  ['a header with its value', { allowedHeaders: ['Content-Type: application/json'] }, { allowedHeaders: ['Content-Type'] }],
  ['a star beside headers', { allowedHeaders: ['*', 'Authorization'] }, { allowedHeaders: true }],
  ['no headers', { allowedHeaders: null }, {}],
  ['an empty header', { allowedHeaders: ['X-A', ''] }, { allowedHeaders: ['X-A'] }],
  ['exposed cookies', { exposedHeaders: 'Set-Cookie, X-Total' }, { exposedHeaders: 'X-Total' }],
  ['a star beside exposed headers', { exposedHeaders: 'X-Total, *' }, { exposedHeaders: '*' }],
  ['no exposed headers', { exposedHeaders: false }, {}],
  // Numbers and the like
  ['never', { maxAge: -1 }, { maxAge: 0 }],
  ['milliseconds', { maxAge: 86_400_000 }, { maxAge: 86_400 }],
  ['a number from the environment', { maxAge: '600' }, { maxAge: 600 }],
  ['a quotient', { maxAge: 1234.5 }, { maxAge: 1235 }],
  ['a number that is none', { maxAge: null }, {}],
  ['a cache time from the environment', { cacheControl: -5 }, { cacheControl: 0 }],
  ['a status of old', { optionsSuccessStatus: 404 }, { optionsSuccessStatus: 204 }],
  ['a status as text', { optionsSuccessStatus: '200' }, { optionsSuccessStatus: 200 }],
  ['a switch from the environment', { enforce: 'true' }, { enforce: true }],
  ['a switch that is off', { rawHeaders: '0' }, { rawHeaders: false }],
  ['a switch as a number', { strictPreflight: 1 }, { strictPreflight: true }],
  ['a switch that is empty', { preflightContinue: '' }, { preflightContinue: false }],
  ['a plugin that is not global', { global: 'false' }, { global: false }],
  // Credentials
  ['a demo', { origin: '*', credentials: true }, { origin: '*', credentials: false }],
  ['another demo', { origin: true, credentials: true }, { origin: true, credentials: false }],
  ['credentials alone', { credentials: true }, { credentials: false }],
  ['credentials and all headers', { origin: 'https://a.example', credentials: true, allowedHeaders: '*' }, { origin: 'https://a.example', credentials: true, allowedHeaders: true }],
  ['credentials and all exposed', { origin: 'https://a.example', credentials: true, exposedHeaders: '*' }, { origin: 'https://a.example', credentials: true }],
  ['credentials over HTTP', { origin: 'http://a.example', credentials: true }, { origin: 'https://a.example', credentials: true }],
  ['credentials of a platform', { origin: 'https://*.github.io', credentials: true }, { origin: 'https://*.github.io', credentials: true, dangerouslyAllowPublicSuffixes: true }],
  ['credentials as text', { origin: 'https://a.example', credentials: 'true' }, { origin: 'https://a.example', credentials: true }],
  // Names of options elsewhere
  ['Spring, ASP.NET and Laravel', { allowedOrigins: ['https://a.example'] }, { origin: ['https://a.example'] }],
  ['a plural', { origins: ['https://a.example'] }, { origin: ['https://a.example'] }],
  ['Go and Starlette', { allow_origins: ['https://a.example'] }, { origin: ['https://a.example'] }],
  ['hono and Koa, methods', { allowMethods: ['GET'] }, { methods: ['GET'] }],
  ['hono and Koa, headers', { allowHeaders: ['X-A'] }, { allowedHeaders: ['X-A'] }],
  ['hono and Koa, exposed', { exposeHeaders: ['X-A'] }, { exposedHeaders: ['X-A'] }],
  ['Flask', { origin: 'https://a.example', supports_credentials: true }, { origin: 'https://a.example', credentials: true }],
  ['Django', { origin: 'https://a.example', CORS_ALLOW_CREDENTIALS: true }, { origin: 'https://a.example', credentials: true }],
  ['the header itself', { 'Access-Control-Allow-Origin': 'https://a.example' }, { origin: 'https://a.example' }],
  ['the header of the age', { 'Access-Control-Max-Age': 600 }, { maxAge: 600 }],
  ['Rails', { headers: ['X-A'] }, { allowedHeaders: ['X-A'] }],
  ['another case', { maxage: 600 }, { maxAge: 600 }],
  ['an option of nobody', { creds: false }, {}]
]

/** What a route has as its `config.cors`. */
const blocks: ReadonlyArray<readonly [from: string, options: unknown, becomes: unknown]> = [
  ['any origin', '*', { origin: '*' }],
  ['an origin', 'https://a.example', { origin: 'https://a.example' }],
  ['a pattern', 'https://*.a.example', { origin: 'https://*.a.example' }],
  ['a list', ['https://a.example', 'https://b.example'], { origin: ['https://a.example', 'https://b.example'] }],
  ['a RegExp', /^https:\/\/a\.example$/, { origin: /^https:\/\/a\.example$/ }],
  ['a switch as text', 'true', true],
  ['a switch that is off', 'false', false]
]

async function refusal (options: unknown, block?: unknown): Promise<CorsProblem | undefined> {
  const app = Fastify()
  try {
    await app.register(cors, options as object)
    app.route({ method: 'GET', url: '/', ...(block !== undefined && { config: { cors: block as boolean } }), handler: async () => 'ok' })
    await app.ready()
  } catch (error) {
    if (error instanceof CorsConfigError) return error.problems[0]
    throw error
  } finally {
    await app.close()
  }
  return undefined
}

const evaluate = (code: string): unknown => runInThisContext(`(${code})`)

/** The same options, with what a message says. */
function pastedBack (options: unknown, { path, message }: CorsProblem): unknown {
  const advice = message.slice(message.lastIndexOf('; ') + 2).replace(/ \((?:\w+ comes )?from .*\)$/, '')
  const [, key = '', index] = path.split('/')
  if (path === '') return evaluate((/write (.*)$/.exec(advice) as RegExpExecArray)[1] as string)
  const block = options as Block
  const without = Object.fromEntries(Object.entries(block).filter(([name]) => name !== key))
  const isWritten = /(?:^|or )write /.test(advice)
  const [, name, value] = /^(?:.*, or )?(?:write|set) (\w+): (.+?)(?: beside it| to \w+ .*|, or .*|, without .*)?$/.exec(isWritten ? advice.replace(/, or set .*/, '') : advice) ?? []
  if (name !== undefined && value !== undefined) return { ...block, [name]: evaluate(value) }
  const [, meant] = /did you mean '(\w+)'\?/.exec(advice) ?? []
  if (meant !== undefined) return { ...without, [meant]: block[key] }
  const [, written] = /^(?:.*\bor )?write (?:an origin such as |the list )?(.+?)(?:, or .*| to \w+ .*| if .*| for .*)?$/.exec(advice) ?? []
  const isWhole = index === undefined || advice.includes('write the list')
  if (written !== undefined && isWhole) return { ...block, [key]: evaluate(written) }
  if (index === undefined || /leave \w{3,} out/.test(advice)) return /\bleave (?:it|\w+|the option) out/.test(advice) ? without : undefined
  const list = block[key] as readonly unknown[]
  return { ...block, [key]: list.toSpliced(Number(index), 1, ...written === undefined ? [] : evaluate(`[${written}]`) as unknown[]) }
}

async function fixed (t: { ok: (value: unknown, name: string) => unknown }, written: unknown, boot: (options: unknown) => Promise<CorsProblem | undefined>): Promise<unknown> {
  let options = written
  // A list has as many problems as items that are wrong.
  for (let round = 0; round < 5; round++) {
    const problem = await boot(options)
    if (problem === undefined) {
      t.ok(round > 0, 'what was written is refused')
      return options
    }
    options = pastedBack(options, problem)
    t.ok(options !== undefined, problem.message)
  }
  return 'still refused'
}

for (const [from, options, becomes] of pasted) {
  test(`pasted back, the message boots: ${from}`, async (t) => {
    const result = await fixed(t, options, refusal)
    t.not(result, 'still refused')
    if (becomes !== undefined) t.strictSame(result, becomes)
  })
}

for (const [from, block, becomes] of blocks) {
  test(`pasted back, the message of a route boots: ${from}`, async (t) => {
    t.strictSame(await fixed(t, block, async (block) => await refusal({}, block)), becomes)
  })
}

test('there are sixty of them', async (t) => {
  t.ok(pasted.length + blocks.length >= 60)
})
