// Compiled by `tsc -p .`, never run: a line that compiles where it must not is an error.
import Fastify from 'fastify'
import type { CorsPlugin, CorsPluginOptions, CorsPolicy, NameIn, RouteCors } from '../../lib/options/types.ts'
import { liveOrigins } from '../../lib/live/live-origins.ts'
import { defineRouteCors } from '../../lib/options/types.ts'
import { parseOrigins } from '../../lib/validate/parse-origins.ts'
import '../fastify.ts'
import policy from './policy.json' with { type: 'json' }

const app = Fastify()
const handler = (): string => 'ok'
declare const cors: CorsPlugin
declare const isSecret: boolean

// What a route may say.
app.get('/', handler)
app.get('/x', { config: { cors: true } }, handler)
app.get('/x', { config: { cors: false } }, handler)
app.get('/x', { config: { cors: 'public' } }, handler)
app.get('/x', { config: { cors: { policy: 'public', maxAge: 5 } } }, handler)
app.get('/x', { config: { cors: { policy: 'public' } } }, handler)
app.get('/x', { config: { cors: { origin: '*' } } }, handler)
app.get('/x', { config: { cors: { origin: '*', credentials: false } } }, handler)
app.get('/x', { config: { cors: { origin: true } } }, handler)
app.get('/x', { config: { cors: { origin: false } } }, handler)
app.get('/x', { config: { cors: { origin: 'https://a.example', credentials: true } } }, handler)
app.get('/x', { config: { cors: { origin: 'https://a.example', credentials: isSecret } } }, handler)
app.get('/x', { config: { cors: { credentials: true } } }, handler)
app.get('/x', { config: { cors: { origin: ['https://*.a.example', /^https:\/\/a$/], methods: ['PUT'] } } }, handler)
app.get('/x', { config: { cors: { origin: (origin: string) => origin.endsWith('.example') } } }, handler)
app.get('/x', { config: { cors: { origin: async () => true } } }, handler)
app.get('/x', { config: { cors: { origin: (origin, callback) => callback(null, origin === '') } } }, handler)
app.get('/x', { config: { cors: { origin: (_origin, _callback, request) => request.ip === '::1' } } }, handler)
app.get('/x', { config: { cors: { allowedHeaders: false, exposedHeaders: '*', cacheControl: 'no-store' } } }, handler)
app.get('/x', { config: { cors: { maxAge: undefined } } }, handler)
app.get('/x', { config: { swagger: 1, cors: { maxAge: 600 }, other: 'value' } }, handler)
app.get('/x', { config: { other: 'value' } }, handler)
app.route({ method: ['PUT', 'PATCH'], url: '/x', config: { cors: { maxAge: 600 } }, handler })
app.get('/x', { config: { cors: defineRouteCors({ origin: 'https://a.example', maxAge: 600 }) } }, handler)
app.get('/x', { config: { cors: defineRouteCors(policy) } }, handler)
app.get('/x', (request) => request.routeOptions.config.cors === true)

// What the plugin may say.
app.register(cors)
app.register(cors, {})
app.register(cors, { global: false, hideOptionsRoute: false, logLevel: 'silent', prefix: '/api' })
app.register(cors, { origin: 'https://a.example', credentials: true, policies: { public: { origin: '*', credentials: false } } })
app.register(cors, defineRouteCors(policy))
app.register(cors, { policies: { public: { origin: '*' } }, select: (request) => request.host === 'a.example' ? 'public' : undefined, vary: 'X-Tenant' })
app.register(cors, { policies: { public: { origin: '*' } }, select: async ({ hostname }) => hostname, vary: ['X-Tenant'] as const })
app.register(cors, { select: undefined, vary: undefined })
const frozen = { origin: ['https://a.example', 'https://b.example'], credentials: true } as const
app.register(cors, frozen)

// @ts-expect-error a number is no policy
app.get('/x', { config: { cors: 3 } }, handler)
// @ts-expect-error null is no policy
app.get('/x', { config: { cors: null } }, handler)
app.get('/x', { config: { cors: {} } }, handler)
// @ts-expect-error a list is no block
app.get('/x', { config: { cors: ['https://a.example'] } }, handler)
// @ts-expect-error an option of the plugin beside a right key
app.get('/x', { config: { cors: { maxAge: 5, global: false } } }, handler)
declare const aName: string
app.get('/x', { config: { cors: aName } }, handler)
app.get('/x', { config: { cors: isSecret } }, handler)
// @ts-expect-error a lone typo
app.get('/x', { config: { cors: { orgin: 'https://a.example' } } }, handler)
// @ts-expect-error an origin without a scheme
app.get('/x', { config: { cors: { origin: 'a.example' } } }, handler)
// @ts-expect-error an origin without a scheme, in a list
app.get('/x', { config: { cors: { origin: ['https://a.example', 'b.example'] } } }, handler)
// @ts-expect-error '*' in a list
app.get('/x', { config: { cors: { origin: ['*'] } } }, handler)
// @ts-expect-error a number of seconds is no string
app.get('/x', { config: { cors: { maxAge: '600' } } }, handler)
// @ts-expect-error credentials is a boolean
app.get('/x', { config: { cors: { credentials: 'true' } } }, handler)
// @ts-expect-error '*' with credentials
app.get('/x', { config: { cors: { origin: '*', credentials: true } } }, handler)
// @ts-expect-error any origin with credentials
app.get('/x', { config: { cors: { origin: true, credentials: true } } }, handler)
// @ts-expect-error a number, beside other keys of the config
app.route({ method: 'GET', url: '/x', config: { other: 1, cors: 3 }, handler })

// @ts-expect-error a typo
app.register(cors, { orgin: 'https://a.example' })
// @ts-expect-error a typo beside a right key
app.register(cors, { origin: 'https://a.example', maxage: 5 })
// @ts-expect-error '*' with credentials
app.register(cors, { origin: '*', credentials: true })
// @ts-expect-error '*' with credentials, in a named policy
app.register(cors, { policies: { public: { origin: '*', credentials: true } } })
// @ts-expect-error a name is no function
app.register(cors, { select: 'public' })
// @ts-expect-error a policy is no name
app.register(cors, { select: () => ({ origin: '*' }) })
// @ts-expect-error a boolean is no name
app.register(cors, { select: async () => true })
// @ts-expect-error it gets no callback
app.register(cors, { select: (_request, done) => done(null, 'public') })
// @ts-expect-error a number is no name of a header
app.register(cors, { select: () => 'public', vary: [1] })
// @ts-expect-error only the plugin selects
app.get('/x', { config: { cors: { select: () => 'public' } } }, handler)
// @ts-expect-error a policy has no vary
defineRouteCors({ maxAge: 5, vary: 'X-Tenant' })
// @ts-expect-error no level of Fastify's logger
app.register(cors, { logLevel: 'loud' })

// @ts-expect-error a typo beside a right key
defineRouteCors({ origin: 'https://a.example', maxage: 5 })
// @ts-expect-error a lone typo
defineRouteCors({ orgin: 'https://a.example' })
// @ts-expect-error an origin without a scheme
defineRouteCors({ origin: 'a.example' })
// @ts-expect-error an origin without a scheme, in a list
defineRouteCors({ origin: ['a.example'] })
// @ts-expect-error '*' with credentials
defineRouteCors({ origin: '*', credentials: true })
// @ts-expect-error a number
defineRouteCors(3)

// What takes the place of the plugin's options is checked as they are.
await app.cors.replace({ origin: ['https://a.example'], credentials: true, policies: { public: { origin: '*' } } })
await app.cors.replace({}, { instance: app })
// @ts-expect-error '*' with credentials
await app.cors.replace({ origin: '*', credentials: true })
// @ts-expect-error an origin without a scheme
await app.cors.replace({ origin: 'a.example' })
// @ts-expect-error an option that there is not
await app.cors.replace({ maxage: 5 })

// Declared names of policies are the only ones.
interface Names { public: true, partners: true }
const known: NameIn<Names> = 'public'
// @ts-expect-error no such name
const unknown: NameIn<Names> = 'pubic'
const undeclared: NameIn<{}> = 'anything'

// The types stand for themselves.
const block: CorsPolicy = { maxAge: 600 }
const route: RouteCors = block
export { known, unknown, undeclared, route }

// Live origins stand where other origins do.
declare const text: string
const live = liveOrigins({ load: () => ['https://a.example', text] })
const tenants = liveOrigins({ load: async () => [['a', text]] as const, key: (request) => request.host, vary: 'X-Tenant' })
liveOrigins({ load: async (signal) => new Set([String(signal.aborted)]), refresh: 0.5, max: 5, initial: ['https://a.example'], onProblem: ({ message, key }) => { console.log(message, key) } })
liveOrigins({ load: () => ({ a: [text] }), key: ({ hostname }) => hostname, initial: new Map([['a', text]]), vary: ['X-Tenant'] })
liveOrigins({ load: () => [], subscribe: (changed) => { setInterval(changed, 1000) } })
liveOrigins({ load: () => [], subscribe: async (changed) => async () => { changed() } })
app.register(cors, { origin: live, credentials: true, policies: { public: { origin: [live, tenants, 'https://b.example'] } } })
app.get('/x', { config: { cors: { origin: [live], credentials: true } } }, handler)
defineRouteCors({ origin: tenants, credentials: true })
await live.reload()
const loadedAt: Date | undefined = live.loadedAt
const sizes: number = live.size + Number(tenants.has('https://a.example', 'a'))
export { loadedAt, sizes }

// @ts-expect-error nothing loads it
liveOrigins({ refresh: 60 })
// @ts-expect-error a list is no function
liveOrigins({ load: ['https://a.example'] })
// @ts-expect-error a number is no origin
liveOrigins({ load: () => [1] })
// @ts-expect-error one origin is no list
liveOrigins({ load: async () => 'https://a.example' })
// @ts-expect-error pairs have a key
liveOrigins({ load: () => [['a', 'https://a.example']] as const })
// @ts-expect-error whose list each is must be known
liveOrigins({ load: () => ['https://a.example'], key: ({ host }) => host })
// @ts-expect-error a key is known at once
liveOrigins({ load: () => ({}), key: async () => 'a' })
// @ts-expect-error there is no key that depends on it
liveOrigins({ load: () => [], vary: 'X-Tenant' })
// @ts-expect-error a typo
liveOrigins({ load: () => [], refesh: 5 })
// @ts-expect-error seconds are a number
liveOrigins({ load: () => [], refresh: '60' })
// @ts-expect-error an object that looks like one
app.register(cors, { origin: { size: 0, loadedAt: undefined, has: () => true, reload: async () => {}, close: () => {} } })

declare const variable: string | undefined
app.register(cors, { origin: parseOrigins(variable) })
app.register(cors, { origin: parseOrigins(variable, { fallback: 'http://localhost:3000' }), credentials: true })
app.register(cors, { origin: [...parseOrigins(variable, { fallback: ['https://a.example'] }), 'https://b.example'] })
app.get('/from-a-variable', { config: { cors: { origin: parseOrigins(variable) } } }, handler)
app.get('/from-a-variable', { config: { cors: defineRouteCors({ origin: parseOrigins(variable) }) } }, handler)
// @ts-expect-error a fallback is an origin as well
parseOrigins(variable, { fallback: 'localhost:3000' })
// @ts-expect-error a typo
parseOrigins(variable, { fallbak: 'http://localhost:3000' })
// @ts-expect-error it reads a text
parseOrigins(['https://a.example'])

// What TypeScript cannot read is checked at boot.
declare const environment: Record<string, string | undefined>
app.register(cors, { origin: environment['ORIGIN'] ?? 'http://localhost:3000' })
app.register(cors, { origin: (environment['ORIGINS'] ?? '').split(','), credentials: true })
app.register(cors, { origin: [/^https:\/\/a\.example$/, ...(environment['ORIGINS'] ?? '').split(',')] })
app.register(cors, { origin: environment['ORIGIN'] ?? '*', policies: { a: { origin: '*' }, b: { origin: environment['B'] ?? '' } } })
const inferred = { origin: ['https://a.example'], credentials: true, maxAge: 5 }
app.register(cors, inferred)
const exact: CorsPluginOptions = { origin: 'https://a.example' }
app.register(cors, exact)
app.register(cors, { origin: (origin, callback, request) => { callback(null, origin === request.host) } })
// @ts-expect-error a typo beside a wide origin
app.register(cors, { origin: environment['ORIGIN'] ?? '', maxage: 5 })
// @ts-expect-error a typo in a policy beside a wide origin
app.register(cors, { policies: { a: { origin: environment['ORIGIN'] ?? '', maxage: 5 } } })
// @ts-expect-error a number of seconds is no string
app.register(cors, { origin: environment['ORIGIN'] ?? '', maxAge: '600' })
// @ts-expect-error an origin without a scheme
app.register(cors, { origin: 'a.example', credentials: true })
// @ts-expect-error an origin without a scheme, in a list
app.register(cors, { origin: ['a.example'] })
// @ts-expect-error undefined opens the application
app.register(cors, { origin: environment['ORIGIN'] })

// Options of the plugin with policies, for register() or out of a file.
app.register(cors, defineRouteCors({ origin: false, policies: { a: { origin: 'https://a.example', credentials: true }, b: { origin: environment['B'] ?? '' } } }))
// @ts-expect-error a typo beside policies
defineRouteCors({ global: false, policies: { a: { origin: '*' } }, maxage: 5 })
// @ts-expect-error '*' with credentials, in a named policy
defineRouteCors({ policies: { a: { origin: '*', credentials: true } } })
app.get('/x', { config: { cors: { origin: `https://${text}.example` } } }, handler)
app.get('/x', { config: { cors: { origin: [`https://${text}.example`] } } }, handler)
