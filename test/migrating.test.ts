import { readFile } from 'node:fs/promises'

import Fastify, { type FastifyInstance } from 'fastify'
import t from 'tap'

import cors, { parseOrigins } from '../lib/index.ts'
import { readRegistration } from '../lib/policy/registration-options.ts'
import { refusal, rows } from './fixtures/boot.ts'
import { APP, EVIL, seen, seenPreflight, type Seen } from './fixtures/requests.ts'
import { closing } from './fixtures/sockets.ts'

type Check = (app: FastifyInstance) => Promise<Array<readonly [Seen, Seen]>>

const guide = await readFile(new URL('../MIGRATING.md', import.meta.url), 'utf8')
const REQUEST_HEADERS = 'Access-Control-Request-Method, Access-Control-Request-Headers'

/** The JavaScript of each section, by heading. */
const sections = new Map([...guide.matchAll(/^## (.*)\n[^#]*?```js\n([\s\S]*?)```/gm)].map(([, heading, code]) => [heading as string, code as string]))

/** What the code of the guide takes for granted. */
const given = {
  cors,
  handler: () => 'ok',
  production: false,
  findPolicy: async (hostname: string) => hostname === 'partner.api.example' ? 'partner' : undefined,
  parseOrigins,
  env: { ORIGINS: `${APP}, https://b.example,` },
  isAllowed: async (origin: string, host: string) => origin === APP && host === 'api.example.com'
}

async function run (app: FastifyInstance, code: string): Promise<void> {
  // eslint-disable-next-line no-new-func
  const body = new Function('app', ...Object.keys(given), code)
  body(app, ...Object.values(given))
  if (!app.hasRoute({ method: 'GET', url: '/' })) app.get('/', given.handler)
  await app.ready()
}

const allowed = (origin: string, headers: object = {}): Seen => ({ status: 200, headers: { 'access-control-allow-origin': origin, ...headers } })
const denied: Seen = { status: 200, headers: { vary: 'Origin' } }

const checks: Readonly<Record<string, Check>> = {
  'Reflect any origin with credentials in development': async (app) => [
    [await seen(app, 'GET', '/', { origin: 'http://localhost:5173' }), allowed('http://localhost:5173', { 'access-control-allow-credentials': 'true', vary: 'Origin' })],
    [await seen(app, 'GET', '/', { origin: EVIL }), denied]
  ],
  'Regular expressions': async (app) => [
    [await seen(app, 'GET', '/', { origin: APP }), allowed(APP, { vary: 'Origin' })],
    [await seen(app, 'GET', '/', { origin: 'https://evil-example.com' }), denied]
  ],
  'Lists from the environment': async (app) => [
    [await seen(app, 'GET', '/', { origin: 'https://b.example' }), allowed('https://b.example', { vary: 'Origin' })],
    [await seen(app, 'GET', '/', { origin: EVIL }), denied]
  ],
  'Origins without a scheme': async (app) => [
    [await seen(app, 'GET', '/', { origin: 'https://admin.example.com' }), allowed('https://admin.example.com', { vary: 'Origin' })],
    [await seen(app, 'GET', '/', { origin: 'app.example.com' }), denied]
  ],
  Delegator: async (app) => [
    [await seen(app, 'GET', '/public/feed', { origin: EVIL }), allowed('*')],
    [await seen(app, 'GET', '/public/feed', { origin: EVIL, host: 'partner.api.example' }), allowed('*')],
    [await seen(app, 'GET', '/me', { origin: APP }), allowed(APP, { 'access-control-allow-credentials': 'true' })],
    [await seen(app, 'GET', '/me', { origin: APP, host: 'partner.api.example' }), allowed('https://partner.example', { 'access-control-allow-credentials': 'true' })],
    [await seenPreflight(app, 'GET', '/me', { host: 'partner.api.example' }), {
      status: 204,
      headers: {
        'access-control-allow-origin': 'https://partner.example',
        'access-control-allow-credentials': 'true',
        'access-control-allow-methods': 'GET, HEAD',
        vary: REQUEST_HEADERS
      }
    }]
  ],
  'Origin function': async (app) => [
    [await seen(app, 'GET', '/', { origin: APP }), allowed(APP, { vary: 'Origin' })],
    [await seen(app, 'GET', '/', { origin: APP, host: 'other.example' }), denied],
    [await seen(app, 'GET', '/'), denied]
  ],
  'Registered under a prefix': async (app) => [
    [await seen(app, 'GET', '/api/items', { origin: APP }), allowed('*')],
    [await seen(app, 'GET', '/', { origin: APP }), { status: 200, headers: {} }]
  ],
  Methods: async (app) => [
    [await seenPreflight(app, 'DELETE', '/items/1'), {
      status: 204,
      headers: { 'access-control-allow-origin': '*', 'access-control-allow-methods': 'PUT, DELETE', vary: REQUEST_HEADERS }
    }]
  ],
  'OPTIONS requests that are no preflights': async (app) => [
    [await seen(app, 'OPTIONS', '/items', { origin: APP }), { status: 400, headers: {} }]
  ],
  'Per route, from Express': async (app) => [
    [await seenPreflight(app, 'PUT', '/items'), {
      status: 204,
      headers: { 'access-control-allow-origin': APP, 'access-control-allow-methods': 'PUT', vary: REQUEST_HEADERS }
    }],
    [await seen(app, 'PUT', '/items', { origin: APP }), allowed(APP)],
    [await seen(app, 'PUT', '/internal', { origin: APP }), { status: 200, headers: {} }]
  ]
}

for (const [heading, check] of Object.entries(checks)) {
  t.test(`the guide's code for “${heading}” does what it says`, async (t) => {
    const app = closing(t, Fastify())
    await run(app, sections.get(heading) ?? 'throw new Error("no such section")')
    for (const [found, wanted] of await check(app)) t.strictSame(found, wanted)
  })
}

t.test('the guide shows no code that is not run', async (t) => {
  t.strictSame([...sections.keys()].sort(), Object.keys(checks).sort())
})

t.test('an option that is gone is refused with a link to the section that replaces it', async (t) => {
  const options = { delegator: () => {}, hook: 'preHandler', preflight: false } as object
  t.strictSame(rows(refusal(() => readRegistration(options))), [
    ['unknown-option', '/delegator', "'delegator' is not an option; see MIGRATING.md#delegator"],
    ['unknown-option', '/hook', "'hook' is not an option; see MIGRATING.md#hook"],
    ['unknown-option', '/preflight', "'preflight' is not an option; see MIGRATING.md#option-by-option"]
  ])
})

t.test('every link into the guide leads to a section of it', async (t) => {
  const anchors = [...guide.matchAll(/^## (.*)$/gm)].map(([, heading]) =>
    (heading as string).toLowerCase().replace(/[^a-z0-9 -]/g, '').replaceAll(' ', '-'))
  const differences = await readFile(new URL('../compat/differences.json', import.meta.url), 'utf8')
  const links = [...`${guide}${differences}`.matchAll(/(?:MIGRATING\.md|\()#([a-z0-9-]+)/g)].map(([, anchor]) => anchor as string)
  t.strictSame(links.filter((anchor) => !anchors.includes(anchor)), [])
})
