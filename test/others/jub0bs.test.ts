import Fastify, { type FastifyInstance, type LightMyRequestResponse } from 'fastify'
import t from 'tap'

import cors, { type CorsConfigError } from '../../lib/index.ts'
import { seeded, type Seeded } from '../fixtures/seeded.ts'
import { decide, SENT, type Asked, type Decision } from './browser.ts'
import { decisionOf, encompasses, MAX_AGES, METHODS, PATTERNS, PROHIBITED, REQUEST_HEADERS, RESPONSE_HEADERS, type Config } from './jub0bs.ts'

const CASES = 2000
const SERVED = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'PURGE', 'OPTIONS']
const ORIGINS = [
  'https://example.com', 'http://example.com', 'https://example.com:1', 'https://example.com:65535', 'https://example.com:8443', 'https://a.example.com', 'https://b.a.example.com',
  'https://a.example.com:8443', 'http://a.example.com', 'https://evilexample.com', 'https://example.com.evil.example', 'https://www.xn--xample-9ua.com', 'connector://localhost',
  'connector://application', 'http://255.0.0.0', 'http://127.0.0.1:8080', 'http://127.0.0.1', 'http://[::1]:9090', 'http://localhost', 'http://localhost:3000', 'http://app.localhost:3000',
  'https://someone.github.io', 'http://someone.github.io', 'https://github.io', 'https://evil.example'
]

/** What is told apart: an option that is refused here or there, or a decision. */
interface Compared {
  readonly config: Config
  readonly asked: Asked
  readonly codes: readonly string[]
  readonly prohibited: readonly string[]
  readonly ours?: Decision
  readonly theirs?: Decision
}

interface Difference {
  readonly name: string
  readonly reason: string
  readonly isOf: (compared: Compared) => boolean
}

/** Nothing but this is refused here, or prohibited there. */
const only = (found: readonly string[], ...expected: readonly string[]): boolean => found.length > 0 && found.every((each) => expected.includes(each))
const accepts = ({ codes, prohibited }: Compared, ...rules: readonly string[]): boolean => codes.length === 0 && only(prohibited, ...rules)
const refuses = ({ codes, prohibited }: Compared, ...expected: readonly string[]): boolean => prohibited.length === 0 && only(codes, ...expected)

const differences: readonly Difference[] = [
  {
    name: 'a method in lower case is refused here',
    reason: 'Browsers send `patch` as it is written, and a server with a route for PATCH never sees it: it is a slip.',
    isOf: (compared) => refuses(compared, 'method-case')
  },
  {
    name: 'an asterisk beside names of request headers is refused here',
    reason: 'Here `true` grants whatever is asked for, Authorization too; two ways to say it would be one too many.',
    isOf: (compared) => refuses(compared, 'invalid-header-name', 'method-case') && compared.config.requestHeaders.includes('*') && compared.config.requestHeaders.length > 1
  },
  {
    name: 'a method that no route serves is not granted here',
    reason: 'The middleware does not know the routes. Here a preflight is answered for the route that the request would reach.',
    isOf: ({ asked, codes, prohibited, ours, theirs }) => codes.length + prohibited.length === 0 && !SERVED.includes(asked.method) &&
      ours?.preflight === 'refused' && JSON.stringify({ ...ours, preflight: 'granted', maxAge: theirs?.maxAge }) === JSON.stringify(theirs)
  },
  {
    name: 'schemes of applications and extensions are not insecure here',
    reason: 'What is loaded from the package of an application does not come over the network, where it could be changed on its way.',
    isOf: (compared) => accepts(compared, 'Origins: none that is insecure with credentials') && !compared.config.origins.some((origin) => origin.startsWith('http:'))
  },
  {
    name: 'patterns inside of a label, and of a whole scheme, are patterns here',
    reason: 'Addresses of previews (`https://pr-7.example.com`) and extensions of Firefox, whose hosts are made up at installation, cannot be listed otherwise.',
    isOf: (compared) => accepts(compared, 'Origins: no pattern that is invalid or prohibited') &&
      compared.config.origins.every((origin) => ['https://pr-*.example.com', 'moz-extension://*'].includes(origin) || PATTERNS[origin] !== 'prohibited')
  },
  {
    name: 'headers of CORS itself may be named here',
    reason: 'It grants nothing: no script sends or needs them. What is refused is what browsers never let through.',
    isOf: (compared) => accepts(compared, 'RequestHeaders: none that has no place in a request', 'ResponseHeaders: none that has no place in a response')
  }
]

function randomConfig ({ chance, pick }: Seeded): Config {
  const some = <T>(items: readonly T[], max: number): T[] => [...new Set(Array.from({ length: pick(Array.from({ length: max + 1 }, (_, index) => index)) }, () => pick(items)))]
  // Most of what could be written is prohibited: half of the configurations have nothing of it.
  const patterns = Object.keys(PATTERNS)
  const isRight = chance(0.75)
  const right = <T>(items: readonly T[], config: (item: T) => Partial<Config>): readonly T[] => isRight
    ? items.filter((item) => !PROHIBITED.some(([, isBroken]) => isBroken({ ...NOTHING, ...config(item) })))
    : items
  const origins = chance(0.1) ? ['*'] : some(right(patterns, (pattern) => ({ origins: [pattern] })).filter((pattern) => pattern !== '*'), 3)
  return {
    origins,
    credentialed: chance(0.5),
    methods: chance(0.2) ? ['*'] : some(right(METHODS, (method) => ({ methods: [method] })).filter((method) => method !== '*'), 3),
    requestHeaders: chance(0.2) ? ['*', ...some(['Authorization'], 1)] : some(right(REQUEST_HEADERS, (name) => ({ requestHeaders: [name] })).filter((name) => name !== '*'), 3),
    maxAgeInSeconds: pick(right(MAX_AGES, (maxAgeInSeconds) => ({ maxAgeInSeconds }))),
    responseHeaders: chance(0.1) ? ['*'] : some(right(RESPONSE_HEADERS, (name) => ({ responseHeaders: [name] })).filter((name) => name !== '*'), 3),
    dangerouslyTolerateInsecureOrigins: chance(isRight ? 0.8 : 0.3),
    dangerouslyTolerateSubdomainsOfPublicSuffixes: chance(isRight ? 0.8 : 0.3)
  }
}

const NOTHING: Config = {
  origins: ['https://example.com'],
  credentialed: false,
  methods: [],
  requestHeaders: [],
  maxAgeInSeconds: 0,
  responseHeaders: [],
  dangerouslyTolerateInsecureOrigins: false,
  dangerouslyTolerateSubdomainsOfPublicSuffixes: false
}

function randomAsked ({ chance, pick }: Seeded, { origins }: Config): Asked {
  const allowed = ORIGINS.filter((origin) => origins.some((pattern) => encompasses(pattern, origin)))
  return {
    method: pick(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'PURGE', 'PROPFIND']),
    origin: pick(allowed.length > 0 && chance(0.8) ? allowed : ORIGINS),
    headerNames: ['authorization', 'content-type', 'x-a', 'x-b', 'x-c'].filter(() => chance(0.2)),
    includesCredentials: chance(0.3)
  }
}

/** The options that mean the same here. */
function optionsOf (config: Config): object {
  const { origins, credentialed, methods, requestHeaders, maxAgeInSeconds, responseHeaders } = config
  return {
    origin: origins.length === 1 && origins[0] === '*' ? '*' : origins,
    credentials: credentialed,
    // The safelisted ones need no mention there, and are always allowed.
    methods: methods.includes('*') ? undefined : [...new Set(['GET', 'HEAD', 'POST', ...methods])],
    allowedHeaders: requestHeaders.includes('*') && credentialed ? true : requestHeaders,
    maxAge: maxAgeInSeconds === 0 ? undefined : maxAgeInSeconds === -1 ? 0 : maxAgeInSeconds,
    exposedHeaders: responseHeaders.includes('*') ? '*' : responseHeaders,
    dangerouslyAllowInsecureOrigins: config.dangerouslyTolerateInsecureOrigins,
    dangerouslyAllowPublicSuffixes: config.dangerouslyTolerateSubdomainsOfPublicSuffixes
  }
}

async function boot (options: object): Promise<FastifyInstance | CorsConfigError> {
  const app = Fastify()
  app.addHttpMethod('PURGE')
  try {
    await app.register(cors, options as never)
    app.route({ method: SERVED as never, url: '/', handler: async (_request, reply) => await reply.headers(SENT).send('ok') })
    await app.ready()
    return app
  } catch (error) {
    return error as CorsConfigError
  }
}

async function send (app: FastifyInstance, method: string, { origin }: Asked, headers: object = {}): Promise<LightMyRequestResponse> {
  return await app.inject({ method: method as 'GET', url: '/', headers: { host: 'api.example.com', origin, ...headers } })
}

async function compare (config: Config, asked: Asked): Promise<Compared> {
  const prohibited = PROHIBITED.filter(([, isBroken]) => isBroken(config)).map(([rule]) => rule)
  const app = await boot(optionsOf(config))
  if (app instanceof Error) return { config, asked, prohibited, codes: app.problems.map(({ code }) => code) }
  const preflight = await send(app, 'OPTIONS', asked, {
    'access-control-request-method': asked.method,
    ...(asked.headerNames.length > 0 && { 'access-control-request-headers': asked.headerNames.join(',') })
  })
  const ours = decide(asked, preflight, await send(app, asked.method, asked))
  await app.close()
  return { config, asked, codes: [], prohibited, ours, theirs: decisionOf(config, asked) }
}

function differs ({ codes, prohibited, ours, theirs }: Compared): boolean {
  const isRefused = codes.length > 0
  return isRefused !== (prohibited.length > 0) || (!isRefused && JSON.stringify(ours) !== JSON.stringify(theirs))
}

t.test('policies and requests of chance are decided as jub0bs/cors documents, but for listed differences', async (t) => {
  const random = seeded(15)
  const counts = new Map(differences.map(({ name }) => [name, 0]))
  const outcomes = { accepted: 0, refused: 0, granted: 0, read: 0, different: 0 }
  for (let index = 0; index < CASES; index++) {
    const config = randomConfig(random)
    const compared = await compare(config, randomAsked(random, config))
    outcomes[compared.ours === undefined ? 'refused' : 'accepted']++
    if (compared.ours?.preflight === 'granted') outcomes.granted++
    if (compared.ours?.response === 'read') outcomes.read++
    if (!differs(compared)) continue
    outcomes.different++
    const difference = differences.find(({ isOf }) => isOf(compared))
    if (difference === undefined) t.fail('differs, and is not listed', { compared })
    else counts.set(difference.name, counts.get(difference.name) as number + 1)
  }
  t.comment(JSON.stringify(outcomes))
  for (const [name, count] of counts) t.ok(count > 0, `${name}: ${count}`)
})
