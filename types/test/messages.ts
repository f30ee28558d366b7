// What TypeScript says of common mistakes: the text after `@ts-expect-error` is in its message, in 5.9, 6.0 and 7.0.
// test/options/messages.test.ts compares them.
import Fastify from 'fastify'
import cors, { defineRouteCors } from '../../lib/index.ts'

const app = Fastify()
const handler = (): string => 'ok'

// @ts-expect-error NoOption<"origin">
app.get('/1', { config: { cors: { origins: ['https://a.example'] } } }, handler)
// @ts-expect-error Refused<"maxAge">
app.get('/2', { config: { cors: { maxAge: '600' } } }, handler)
// @ts-expect-error NoOption<"maxAge">
app.get('/3', { config: { cors: { origin: 'https://a.example', maxage: 600 } } }, handler)
// @ts-expect-error Refused<"allowedOrigins">
app.get('/4', { config: { cors: { credentials: true, allowedOrigins: ['https://a.example'] } } }, handler)
// @ts-expect-error Refused<"credentials">
app.get('/5', { config: { cors: { credentials: 'true' } } }, handler)
// @ts-expect-error 'true' is not assignable to type 'false | Refused<"credentials">
app.get('/6', { config: { cors: { origin: '*', credentials: true } } }, handler)
// @ts-expect-error Refused<"methods">
app.get('/7', { config: { cors: { methods: [1] } } }, handler)
// @ts-expect-error Refused<"exposedHeaders">
app.get('/8', { config: { cors: { exposedHeaders: false } } }, handler)
// @ts-expect-error Refused<"global">
app.get('/9', { config: { cors: { maxAge: 5, global: false } } }, handler)
// @ts-expect-error Refused<"allowedHeaders">
app.get('/10', { config: { cors: { allowedHeaders: 5 } } }, handler)
// @ts-expect-error 'an origin with its scheme, such as https://app.example.com'
app.get('/11', { config: { cors: { origin: 'a.example' } } }, handler)
// @ts-expect-error 'maxage' does not exist
app.register(cors, { origin: 'https://a.example', maxage: 600 })
// @ts-expect-error Type 'string' is not assignable to type 'never'
defineRouteCors({ origin: 'a.example' })
