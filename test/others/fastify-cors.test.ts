import fastifyCors from '@fastify/cors'
import Fastify, { type FastifyInstance, type LightMyRequestResponse } from 'fastify'
import t from 'tap'

import cors from '../../lib/index.ts'
import { seeded, type Seeded } from '../fixtures/seeded.ts'
import { decide, SENT, type Asked, type Decision } from './browser.ts'

// The same options and routes under both plugins, and what a browser decides. How the answers themselves differ
// stands in MIGRATING.md; compat/ runs that plugin's own tests.

const CASES = 2000
const ORIGINS = ['https://app.example.com', 'https://www.example.com', 'http://app.example.com', 'https://app.example.com:8443', 'https://evil.example', 'https://app.example.com.evil.example', 'null']
const ASKED_METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH']
/** What the URLs serve. */
const ROUTES: Readonly<Record<string, readonly string[]>> = { '/some': ['GET', 'PUT'], '/all': ['GET', 'POST', 'PUT', 'DELETE', 'PATCH'], '/off': ['GET', 'PUT'], '/own': ['GET', 'PUT', 'DELETE'] }

interface Options {
  readonly origin?: unknown
  readonly methods?: string | readonly string[]
  readonly allowedHeaders?: string | readonly string[]
  readonly exposedHeaders?: string | readonly string[]
  readonly credentials?: boolean
  readonly maxAge?: number
  readonly optionsSuccessStatus?: number
  readonly strictPreflight?: boolean
}

interface Case {
  readonly options: Options
  /** Of the route `/own`. */
  readonly own: Options
  readonly url: string
  readonly asked: Asked
}

interface Compared extends Case {
  readonly ours: Decision
  readonly theirs: Decision
}

interface Difference {
  readonly name: string
  readonly reason: string
  readonly isOf: (compared: Compared) => boolean
}

const DEFAULT_METHODS = ['GET', 'HEAD', 'POST']
const listOf = (list: string | readonly string[] | undefined): readonly string[] => typeof list === 'string' ? list.split(',').map((name) => name.trim()) : list ?? []
const isServed = ({ url, asked: { method } }: Case): boolean => (ROUTES[url] ?? []).includes(method) || (method === 'HEAD' && url in ROUTES)
/** What differs in a preflight alone. */
const inPreflightOnly = ({ ours, theirs }: Compared): boolean => ours.response === theirs.response && ours.exposed.join() === theirs.exposed.join()

const differences: readonly Difference[] = [
  {
    name: 'a preflight is answered by the policy of its route',
    reason: 'There the policy of the server answers every preflight, whatever the route says that it is for.',
    isOf: (compared) => ['/off', '/own'].includes(compared.url) && inPreflightOnly(compared)
  },
  {
    name: 'without `methods`, what the routes of the URL serve is granted',
    reason: 'There it is GET, HEAD and POST, so that a route for PUT needs the option; here the routes say it.',
    isOf: (compared) => compared.options.methods === undefined && inPreflightOnly(compared) &&
      isServed(compared) && !DEFAULT_METHODS.includes(compared.asked.method) && compared.theirs.preflight === 'refused'
  },
  {
    name: 'where no route serves the method, nothing is granted, and nothing kept',
    reason: 'The request would be a 404. The browser names the method as the cause; one that needs no grant (POST) passes without headers and for five seconds.',
    isOf: (compared) => compared.url in ROUTES && !isServed(compared) && inPreflightOnly(compared) && (compared.asked.method === 'POST'
      ? compared.ours.preflight === 'refused' ? compared.asked.headerNames.length > 0 : compared.ours.maxAge === 5
      : compared.ours.preflight === 'refused' && listOf(compared.options.methods).includes(compared.asked.method))
  },
  {
    name: 'where nothing matches the URL, the method is granted unless `methods` leaves it out',
    reason: 'So that the page can read the 404.',
    isOf: (compared) => !(compared.url in ROUTES) && compared.options.methods === undefined && inPreflightOnly(compared) && compared.ours.preflight === 'granted'
  },
  {
    name: '`origin: true` does not let `null` in',
    reason: 'Sandboxed frames of any page and local files send it: whoever reflects it allows everybody, and means sites.',
    isOf: ({ options, own, url, asked, ours }) => asked.origin === 'null' && ours.response === 'blocked' && { ...options, ...(url === '/own' && isServed({ options, own, url, asked }) && own) }.origin === true
  }
]

function randomOptions ({ chance, pick }: Seeded, isRoute: boolean): Options {
  const some = <T>(items: readonly T[]): T[] => items.filter(() => chance(0.5))
  const list = (names: readonly string[]): string | readonly string[] => chance(0.5) ? names : names.join(chance(0.5) ? ', ' : ',')
  const origin = pick<unknown>([
    '*', '*', 'https://app.example.com', ['https://app.example.com', 'https://www.example.com'], ['https://www.example.com', /^https:\/\/app\.example\.com(?::\d+)?$/],
    /^https?:\/\/[a-z]+\.example\.com$/, true, false, async (given: string) => given === 'https://app.example.com'
  ])
  return {
    ...(chance(isRoute ? 0.5 : 0.95) && { origin }),
    ...(chance(isRoute ? 0.3 : 0.6) && { methods: list([...new Set(['GET', ...some(ASKED_METHODS)])]) }),
    ...(chance(0.5) && { allowedHeaders: list(['X-A', ...some(['content-type', 'Authorization', 'x-b'])]) }),
    ...(chance(0.5) && { exposedHeaders: list(['X-A', ...some(['ETag', 'x-response-time'])]) }),
    ...(chance(0.4) && { credentials: chance(0.7) }),
    ...(chance(0.4) && { maxAge: pick([0, 5, 600, 86400]) }),
    ...(chance(0.2) && { optionsSuccessStatus: pick([200, 204]) }),
    ...(!isRoute && chance(0.3) && { strictPreflight: chance(0.5) })
  }
}

function randomCase (random: Seeded): Case {
  const { chance, pick } = random
  return {
    options: randomOptions(random, false),
    own: randomOptions(random, true),
    url: pick([...Object.keys(ROUTES), '/nothing']),
    asked: {
      method: pick(ASKED_METHODS),
      origin: pick(['https://app.example.com', 'https://app.example.com', ...ORIGINS]),
      headerNames: ['authorization', 'content-type', 'x-a', 'x-b'].filter(() => chance(0.2)),
      includesCredentials: chance(0.3)
    }
  }
}

/** Resolves to undefined where the options are refused. */
async function boot (plugin: typeof cors | typeof fastifyCors, { options, own }: Case): Promise<FastifyInstance | undefined> {
  const app = Fastify()
  try {
    await app.register(plugin as typeof cors, { ...options } as never)
    for (const [url, methods] of Object.entries(ROUTES)) {
      const policy = { '/off': { cors: false }, '/own': { cors: own } }[url]
      app.route({ method: [...methods] as never, url, config: policy as never, handler: async (_request, reply) => await reply.headers(SENT).send('ok') })
    }
    await app.ready()
    return app
  } catch {
    return undefined
  }
}

async function decision (app: FastifyInstance, { url, asked }: Case): Promise<Decision> {
  const send = async (method: string, headers: object = {}): Promise<LightMyRequestResponse> =>
    await app.inject({ method: method as 'GET', url, headers: { host: 'api.example.com', origin: asked.origin, ...headers } })
  const preflight = await send('OPTIONS', {
    'access-control-request-method': asked.method,
    ...(asked.headerNames.length > 0 && { 'access-control-request-headers': asked.headerNames.join(',') })
  })
  return decide(asked, preflight, await send(asked.method))
}

t.test('options and requests of chance are decided as by @fastify/cors where both take the options, but for listed differences', async (t) => {
  const random = seeded(15)
  const counts = new Map(differences.map(({ name }) => [name, 0]))
  const outcomes = { compared: 0, refusedHere: 0, refusedThere: 0, granted: 0, read: 0, different: 0 }
  for (let tries = 0; outcomes.compared < CASES && tries < 3 * CASES; tries++) {
    const each = randomCase(random)
    const [ours, theirs] = [await boot(cors, each), await boot(fastifyCors, each)]
    if (ours === undefined) outcomes.refusedHere++
    if (theirs === undefined) outcomes.refusedThere++
    if (ours !== undefined && theirs !== undefined) {
      outcomes.compared++
      const compared = { ...each, ours: await decision(ours, each), theirs: await decision(theirs, each) }
      if (compared.ours.preflight === 'granted') outcomes.granted++
      if (compared.ours.response === 'read') outcomes.read++
      if (JSON.stringify(compared.ours) !== JSON.stringify(compared.theirs)) {
        outcomes.different++
        const difference = differences.find(({ isOf }) => isOf(compared))
        if (difference === undefined) t.fail('differs, and is not listed', { compared: JSON.stringify(compared, (_, value: unknown) => value instanceof RegExp ? String(value) : value) })
        else counts.set(difference.name, counts.get(difference.name) as number + 1)
      }
    }
    await Promise.all([ours?.close(), theirs?.close()])
  }
  t.comment(JSON.stringify(outcomes))
  t.equal(outcomes.compared, CASES)
  t.equal(outcomes.refusedThere, 0)
  for (const [name, count] of counts) t.ok(count > 0, `${name}: ${count}`)
})
