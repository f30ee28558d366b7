import Fastify, { type FastifyInstance } from 'fastify'
import t from 'tap'

import cors, { type CorsPluginOptions, type RouteCors } from '../../lib/index.ts'
import { APP, EVIL, seenPreflight } from '../fixtures/requests.ts'
import { withRouterOptions } from '../fixtures/router-options.ts'

const ADMIN = 'https://admin.example.com'
const METHOD = 'Access-Control-Request-Method'
const handler = async (): Promise<string> => 'ok'

const tenant = {
  name: 'tenant',
  storage: () => {
    const tenants = new Map<string, never>()
    return { get: (key: string) => tenants.get(key) ?? null, set: (key: string, value: never) => { tenants.set(key, value) } }
  },
  deriveConstraint: (request: { headers: Record<string, unknown> }) => request.headers['x-tenant'] as string,
  validate: () => {}
}

t.test('each host has its own policies', async (t) => {
  const app = Fastify()
  app.register(cors, { allowedHeaders: false })
  app.put('/u', { constraints: { host: 'a.example' }, config: { cors: { origin: APP } } }, handler)
  app.put('/u', { constraints: { host: /^b\d\.example$/ }, config: { cors: { origin: ADMIN } } }, handler)
  app.put('/v', { constraints: { host: 'a.example' } }, handler)
  const granted = (origin: string): object => ({
    status: 204,
    headers: { 'access-control-allow-origin': origin, 'access-control-allow-methods': 'PUT', vary: METHOD }
  })
  t.strictSame(await seenPreflight(app, 'PUT', '/u', { host: 'a.example' }), granted(APP))
  t.strictSame(await seenPreflight(app, 'PUT', '/u', { host: 'b7.example' }), granted(ADMIN))
  t.strictSame(await seenPreflight(app, 'PUT', '/u', { host: 'c.example' }), granted('*'), 'as a URL that nothing serves')
  t.strictSame(await seenPreflight(app, 'PUT', '/v', { host: 'a.example' }), granted('*'))
})

/** Routes of one method and URL that a preflight cannot tell apart, and what all of them grant. */
type Ambiguous = [name: string, policies: RouteCors[], answers: Record<string, Record<string, string>>, headers?: string]

const NOTHING = { vary: `Origin, ${METHOD}` }

const ambiguous: Ambiguous[] = [
  ['equal ones', [{ origin: APP }, { origin: APP }], {
    [APP]: { 'access-control-allow-origin': APP, 'access-control-allow-methods': 'PUT', vary: `${METHOD}, Access-Control-Request-Headers` }
  }],
  ['any twice', [{ maxAge: 9, allowedHeaders: false }, { allowedHeaders: false }], {
    [EVIL]: { 'access-control-allow-origin': '*', 'access-control-allow-methods': 'PUT', vary: METHOD }
  }],
  ['one without CORS', [{ origin: APP }, false], { [APP]: { vary: METHOD } }],
  ['any and one', [{ allowedHeaders: 'x-a, X-B' }, { origin: APP, allowedHeaders: 'x-b, x-c' }], {
    [EVIL]: {
      'access-control-allow-origin': APP,
      'access-control-allow-methods': 'PUT',
      'access-control-allow-headers': 'X-B',
      vary: METHOD
    }
  }],
  ['one and any, with a star', [{ origin: APP, allowedHeaders: '*' }, { allowedHeaders: 'x-b, authorization' }], {
    [APP]: {
      'access-control-allow-origin': APP,
      'access-control-allow-methods': 'PUT',
      'access-control-allow-headers': 'x-b',
      vary: METHOD
    }
  }],
  ['a list and a star', [{ origin: APP, allowedHeaders: 'x-b, authorization' }, { allowedHeaders: '*' }], {
    [APP]: {
      'access-control-allow-origin': APP,
      'access-control-allow-methods': 'PUT',
      'access-control-allow-headers': 'x-b',
      vary: METHOD
    }
  }],
  ['two stars', [{ origin: APP, allowedHeaders: '*' }, { allowedHeaders: '*' }], {
    [APP]: {
      'access-control-allow-origin': APP,
      'access-control-allow-methods': 'PUT',
      'access-control-allow-headers': '*',
      vary: METHOD
    }
  }],
  ['one origin twice, and max-ages', [{ origin: APP, maxAge: 9, allowedHeaders: 'x-a' }, { origin: APP, maxAge: 5 }], {
    [APP]: {
      'access-control-allow-origin': APP,
      'access-control-allow-methods': 'PUT',
      'access-control-allow-headers': 'x-a',
      'access-control-max-age': '5',
      vary: METHOD
    }
  }],
  ['a max-age and none', [{ origin: APP, maxAge: 9, allowedHeaders: false, cacheControl: 5 }, { origin: APP, allowedHeaders: false }], {
    [APP]: { 'access-control-allow-origin': APP, 'access-control-allow-methods': 'PUT', vary: METHOD }
  }],
  ['whatever is asked for, with and without credentials', [{ origin: APP, credentials: true }, { origin: APP }], {
    [APP]: { 'access-control-allow-origin': APP, 'access-control-allow-methods': 'PUT', vary: `${METHOD}, Access-Control-Request-Headers` }
  }],
  ['no header of the other', [{ origin: APP, allowedHeaders: 'x-a' }, { origin: APP, allowedHeaders: 'x-b', optionsSuccessStatus: 200 }], {
    [APP]: { 'access-control-allow-origin': APP, 'access-control-allow-methods': 'PUT', vary: METHOD }
  }],
  ['two origins', [{ origin: APP, allowedHeaders: false }, { origin: ADMIN }], { [APP]: NOTHING, [ADMIN]: NOTHING }],
  ['lists, and credentials of one', [
    { origin: [APP, ADMIN], credentials: true, allowedHeaders: false },
    { origin: [APP, EVIL], methods: ['PUT', 'POST'] }
  ], {
    [APP]: { 'access-control-allow-origin': APP, 'access-control-allow-methods': 'PUT', vary: `Origin, ${METHOD}` },
    [ADMIN]: NOTHING,
    [EVIL]: NOTHING
  }],
  ['methods that one leaves out', [
    { origin: APP, allowedHeaders: false, methods: ['PUT', 'GET'] },
    { origin: APP, allowedHeaders: false, methods: ['GET'] }
  ], { [APP]: { 'access-control-allow-origin': APP, vary: METHOD } }],
  ['a function and a list', [
    { origin: [APP, ADMIN], allowedHeaders: false },
    { origin: async (origin: string) => origin !== ADMIN }
  ], {
    [APP]: { 'access-control-allow-origin': APP, 'access-control-allow-methods': 'PUT', vary: `Origin, ${METHOD}` },
    [ADMIN]: NOTHING,
    [EVIL]: NOTHING
  }],
  ['three kinds', [
    { origin: APP, allowedHeaders: false },
    { origin: (origin: string) => origin === APP },
    { origin: /^https:\/\/app\..*$/ }
  ], {
    [APP]: { 'access-control-allow-origin': APP, 'access-control-allow-methods': 'PUT', vary: `Origin, ${METHOD}` },
    [EVIL]: NOTHING
  }]
]

const kinds: Record<string, (app: FastifyInstance, policies: RouteCors[]) => void> = {
  versions: (app, policies) => {
    for (const [index, block] of policies.entries()) {
      app.put('/u', { constraints: { version: `${index + 1}.0.0` }, config: { cors: block } }, handler)
    }
  },
  'a version and none': (app, policies) => {
    for (const [index, block] of policies.entries()) {
      app.put('/u', { constraints: index === 0 ? {} : { version: `${index}.0.0` }, config: { cors: block } }, handler)
    }
  },
  'a custom constraint': (app, policies) => {
    for (const [index, block] of policies.entries()) {
      app.put('/u', { constraints: { tenant: `t${index}`, version: '1.0.0' }, config: { cors: block } }, handler)
    }
  },
  'a version here and another pattern else': (app, policies) => {
    for (const [index, block] of policies.entries()) {
      app.put(index === 0 ? '/:any' : '/u', { constraints: index === 0 ? {} : { version: `${index}.0.0` }, config: { cors: block } }, handler)
    }
  }
}

for (const [kind, declare] of Object.entries(kinds)) {
  for (const [name, policies, answers] of ambiguous) {
    t.test(`routes told apart by ${kind} grant what all of them grant: ${name}`, async (t) => {
      const app = Fastify(withRouterOptions({ constraints: { tenant: tenant as never } }))
      app.register(cors, Object.freeze({} satisfies CorsPluginOptions))
      declare(app, policies)
      for (const [origin, headers] of Object.entries(answers)) {
        t.strictSame(await seenPreflight(app, 'PUT', '/u', { origin }), { status: 204, headers }, origin)
      }
    })
  }
}

t.test('an error of a function among several is one', async (t) => {
  const app = Fastify()
  app.register(cors)
  app.put('/u', { constraints: { version: '1.0.0' }, config: { cors: { origin: () => { throw new Error('no') } } } }, handler)
  app.put('/u', { constraints: { version: '2.0.0' }, config: { cors: { origin: APP } } }, handler)
  t.equal((await seenPreflight(app, 'PUT', '/u')).status, 500)
})

t.test('versions that every origin may read are open to every origin', async (t) => {
  const app = Fastify()
  await app.register(cors, { origin: '*', allowedHeaders: ['X-A', 'X-B'] })
  app.put('/open', { constraints: { version: '1.0.0' }, config: { cors: { maxAge: 60 } } }, async () => 'ok')
  app.put('/open', { constraints: { version: '2.0.0' }, config: { cors: { maxAge: 30, allowedHeaders: ['X-B'] } } }, async () => 'ok')
  t.strictSame(await seenPreflight(app, 'PUT', '/open'), {
    status: 204,
    headers: {
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'PUT',
      'access-control-allow-headers': 'X-B',
      'access-control-max-age': '30',
      vary: 'Access-Control-Request-Method'
    }
  })
})
