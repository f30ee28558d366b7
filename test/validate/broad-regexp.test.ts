import Fastify from 'fastify'
import t from 'tap'

import cors, { CorsConfigError, type CorsPluginOptions } from '../../lib/index.ts'

/** The problems of a plugin's options, as code and message. */
async function problemsOf (options: unknown): Promise<Array<[code: string, message: string]>> {
  const app = Fastify()
  try {
    await app.register(cors, options as CorsPluginOptions)
    await app.ready()
    return []
  } catch (error) {
    if (!(error instanceof CorsConfigError)) throw error
    return error.problems.map(({ code, message }) => [code, message])
  } finally {
    await app.close()
  }
}

/** What people use with credentials, and may. */
const good: unknown[] = [
  'https://app.example.com',
  'https://*.example.com',
  'https://*.example.com:8443',
  'https://*.eu.example.com',
  'https://*.example.co.uk',
  'https://*.example.com.br',
  'https://*.example.github.io',
  'https://*.my-team.vercel.app',
  'http://localhost:*',
  'http://*.localhost:*',
  'http://127.0.0.1:*',
  'http://[::1]:3000',
  'chrome-extension://abcdefghijklmnopabcdefghijklmnop',
  'capacitor://localhost',
  'ionic://localhost',
  'https://xn--bcher-kva.example',
  'https://app.example.com:8443',
  /^https:\/\/app\.example\.com$/,
  /^https:\/\/(?:www\.)?example\.com$/,
  /^https:\/\/(www\.)?example\.com(:8443)?$/,
  /^https:\/\/(?:app|admin|shop)\.example\.com$/,
  /^https:\/\/(?:[a-z0-9-]+\.)*example\.com$/,
  /^https:\/\/(?:.+\.)?example\.com$/,
  /^https:\/\/[^.]+\.example\.com$/,
  /^https:\/\/[\w-]+\.example\.com$/,
  /^https:\/\/[a-z]{2}\.example\.com$/,
  /^https:\/\/[a-z]+\.eu\.example\.com$/,
  /^https:\/\/pr-\d+\.example\.com$/,
  /^https:\/\/preview-[0-9]+\.staging\.example\.com$/,
  /^https:\/\/deploy-preview-\d+--my-site\.netlify\.app$/,
  /^https:\/\/example\.(?:com|de|fr)$/,
  /^https:\/\/(?:www\.)?example\.co\.uk$/,
  /^https:\/\/(?:.*\.)?example\.com\.br$/,
  /^https:\/\/app\.example\.com$|^https:\/\/admin\.example\.com$/,
  /^(?:https:\/\/app\.example\.com|https:\/\/beta\.example\.org)$/,
  /^http:\/\/localhost:\d+$/,
  /^http:\/\/localhost(?::\d+)?$/,
  /^https?:\/\/localhost(:[0-9]+)?$/,
  /^http:\/\/127\.0\.0\.1:\d{4,5}$/,
  /^http:\/\/(?:localhost|127\.0\.0\.1):300[0-9]$/,
  /^https:\/\/APP\.example\.com$/i,
  /^https:\/\/example\.com\/?$/,
  /^chrome-extension:\/\/[a-p]{32}$/,
  /^moz-extension:\/\/[0-9a-f-]{36}$/,
  /^capacitor:\/\/localhost$/,
  /^https:\/\/(?<name>[a-z]+)\.tenants\.example\.com$/
]

/** What people write, and do not mean; or what no origin can be. */
const bad: Array<[origin: unknown, code: string, message: RegExp]> = [
  ['https://*.amazonaws.com', 'public-suffix', /below '[a-z0-9.-]+\.amazonaws\.com'/],
  ['https://*.windows.net', 'public-suffix', /\.windows\.net'/],
  ['https://*.mythic-beasts.com', 'public-suffix', /\.mythic-beasts\.com'/],
  ['https://*.github.io', 'public-suffix', /'github\.io'/],
  ['https://*.vercel.app', 'public-suffix', /'vercel\.app'/],
  ['https://*.co.uk', 'public-suffix', /'co\.uk'/],
  ['https://*.com', 'public-suffix', /'com'/],
  ['http://app.example.com', 'insecure-origin', /write 'https:\/\/app\.example\.com'/],
  [/^.*$/, 'broad-regexp', /'https:\/\/evil\.example'/],
  [/^https:\/\/.*$/, 'broad-regexp', /anyone can register/],
  [/^https?:\/\/.+$/, 'broad-regexp', /anyone can register/],
  [/^https:\/\/[^/]+$/, 'broad-regexp', /anyone can register/],
  [/^https:\/\/[a-z]+\.com$/, 'broad-regexp', /'https:\/\/evil\.com'/],
  [/^https:\/\/\w+\.[a-z]+$/, 'broad-regexp', /anyone can register/],
  [/^https:\/\/.*example\.com$/, 'broad-regexp', /'https:\/\/evilexample\.com'/],
  [/^https:\/\/.+example\.com$/, 'broad-regexp', /'https:\/\/evilexample\.com'/],
  [/^https:\/\/[a-z.]*example\.com$/, 'broad-regexp', /'https:\/\/evilexample\.com'/],
  [/^https:\/\/(?:.*)example\.com$/, 'broad-regexp', /'https:\/\/evilexample\.com'/],
  [/^https:\/\/[\w.-]+example\.com$/, 'broad-regexp', /'https:\/\/evilexample\.com'/],
  [/^https:\/\/example\.com.*$/, 'broad-regexp', /'https:\/\/example\.com\.evil\.com'/],
  [/^https:\/\/app.example.com$/, 'broad-regexp', /'https:\/\/appxexamplexcom'|'https:\/\/appxexample/],
  [/^https:\/\/.*\.vercel\.app$/, 'broad-regexp', /'https:\/\/x\.vercel\.app'.*dangerouslyAllowPublicSuffixes/],
  [/^https:\/\/[\w-]+\.github\.io$/, 'broad-regexp', /'https:\/\/x\.github\.io'/],
  [/^https:\/\/[a-z0-9-]+\.netlify\.app$/, 'broad-regexp', /'https:\/\/x\.netlify\.app'/],
  [/^https:\/\/[a-z0-9.-]+\.s3\.amazonaws\.com$/, 'broad-regexp', /'https:\/\/x\.s3\.amazonaws\.com'/],
  [/^https:\/\/[a-z0-9-]+\.co\.uk$/, 'broad-regexp', /'https:\/\/evil\.co\.uk'/],
  [/^https:\/\/[a-z0-9-]+\.shopware\.store$/, 'broad-regexp', /shopware\.store/],
  [/^https?:\/\/app\.example\.com$/, 'broad-regexp', /'http:\/\/app\.example\.com'.*dangerouslyAllowInsecureOrigins/],
  [/^https?:\/\/(?:www\.)?example\.com$/, 'broad-regexp', /'http:\/\/example\.com'/],
  [/^http:\/\/(?:app|admin)\.example\.com$/, 'broad-regexp', /'http:\/\/app\.example\.com'/],
  [/^https?:\/\/(?:.+\.)?example\.com$/, 'broad-regexp', /not encrypted/],
  [/^http:\/\/192\.168\.\d+\.\d+$/, 'broad-regexp', /'http:\/\/192\.168\./],
  [/^https:\/\/app\.example.com$/, 'broad-regexp', /app\.examplexcom/],
  [/^https:\/\/.*EXAMPLE\.COM$/i, 'broad-regexp', /evilexample\.com/],
  [/^http:\/\/[a-z]+\.example\.com$/, 'broad-regexp', /'http:\/\/x\.example\.com'/],
  [/^http:\/\/example\.com:3000$/, 'broad-regexp', /'http:\/\/example\.com:3000'/],
  [/^example\.com$/, 'not-an-origin', /matches no origin/],
  [/^(?:www\.)?example\.com$/, 'not-an-origin', /matches no origin/],
  [/^[a-z]+\.example\.com$/, 'not-an-origin', /matches no origin/],
  [/^https:\/\/App\.example\.com$/, 'not-an-origin', /lower case/],
  [/^https:\/\/app\.example\.com\/$/, 'not-an-origin', /without a path/],
  [/^https:\/\/app\.example\.com\/(?:de|en)$/, 'not-an-origin', /without a path/],
  [/^https:\/\/app\.example\.com:443$/, 'not-an-origin', /default port/],
  [/^http:\/\/localhost:80$/, 'not-an-origin', /default port/],
  [/^https:\/\/user@example\.com$/, 'not-an-origin', /matches no origin/],
  [/^https:\/\/user@\d*\.example\.com$/, 'not-an-origin', /matches no origin/],
  [/^a\.example$|^(?:b\.example)$|^[c|]\.example$/, 'not-an-origin', /matches no origin/]
]

t.test('what people use with credentials boots', async (t) => {
  t.ok(good.length >= 40)
  for (const origin of good) {
    t.strictSame(await problemsOf({ origin, credentials: true }), [], String(origin))
    t.strictSame(await problemsOf({ origin: ['https://own.example', origin], credentials: true }), [], `${String(origin)} in a list`)
  }
})

t.test('what nobody means is refused, alone and in a list', async (t) => {
  t.ok(bad.length >= 30)
  for (const [origin, code, message] of bad) {
    const [problem, ...others] = await problemsOf({ origin, credentials: true })
    t.strictSame([problem?.[0], others], [code, []], String(origin))
    t.match(problem?.[1], message, String(origin))
    t.equal((await problemsOf({ origin: ['https://own.example', origin], credentials: true }))[0]?.[0], code, `${String(origin)} in a list`)
  }
})

t.test('without credentials a broad RegExp boots, and one that matches nothing does not', async (t) => {
  for (const [origin, code] of bad) {
    t.strictSame((await problemsOf({ origin })).map(([code]) => code), code === 'not-an-origin' ? [code] : [], String(origin))
  }
})

t.test('the options that lift a problem of a text lift that of a RegExp', async (t) => {
  const credentials = true
  t.strictSame(await problemsOf({ origin: /^https?:\/\/app\.example\.com$/, credentials, dangerouslyAllowInsecureOrigins: true }), [])
  t.strictSame(await problemsOf({ origin: /^https:\/\/.*\.vercel\.app$/, credentials, dangerouslyAllowPublicSuffixes: true }), [])
  const both = { origin: /^https?:\/\/.*\.vercel\.app$/, credentials }
  t.strictSame((await problemsOf(both)).map(([code]) => code), ['broad-regexp', 'broad-regexp'])
  t.strictSame((await problemsOf({ ...both, dangerouslyAllowPublicSuffixes: true })).map(([code]) => code), ['broad-regexp'])
  t.strictSame(await problemsOf({ ...both, dangerouslyAllowPublicSuffixes: true, dangerouslyAllowInsecureOrigins: true }), [])
  t.strictSame((await problemsOf({ origin: /^.*$/, credentials, dangerouslyAllowPublicSuffixes: true, dangerouslyAllowInsecureOrigins: true }))[0]?.[0], 'broad-regexp')
})

t.test('a RegExp with state is tried as one without', async (t) => {
  const origin = /^https:\/\/.*example\.com$/gy
  for (let time = 0; time < 2; time++) t.equal((await problemsOf({ origin, credentials: true }))[0]?.[0], 'broad-regexp')
})

t.test('an origin that is undefined does not open the application', async (t) => {
  const message = "is undefined, as what comes of a variable that is not set; name the origins, or leave the option out for '*'"
  t.strictSame(await problemsOf({ origin: undefined }), [['undefined-origin', message]])
  t.strictSame(await problemsOf({ origin: undefined, credentials: true, maxAge: 5 }), [['undefined-origin', message]])
  t.strictSame(await problemsOf({ policies: { open: { origin: undefined } } }), [], 'a named policy inherits')
  const app = Fastify()
  await app.register(cors, { origin: 'https://app.example.com' })
  app.get('/', { config: { cors: { origin: undefined } } }, async () => 'ok')
  await app.ready()
  await t.rejects(Promise.resolve().then(() => app.cors.replace({ origin: undefined } as never)), { code: 'FST_ERR_CORS_INVALID_CONFIG' })
  t.equal((await app.inject({ url: '/', headers: { origin: 'https://evil.example' } })).headers['access-control-allow-origin'], 'https://app.example.com')
})

t.test('an empty item of a list is refused', async (t) => {
  for (const [options, code] of [
    [{ allowedHeaders: ['x-a', ''] }, 'invalid-header-name'],
    [{ exposedHeaders: [' ', 'x-a'] }, 'invalid-header-name'],
    [{ methods: ['GET', ''] }, 'invalid-method'],
    [{ origin: ['https://app.example.com', ''] }, 'missing-scheme']
  ] as const) t.equal((await problemsOf(options))[0]?.[0], code, JSON.stringify(options))
  t.strictSame(await problemsOf({ allowedHeaders: 'x-a, ,x-b,' }), [], 'a text with commas has none')
})
