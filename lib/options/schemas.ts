import { Type } from '@sinclair/typebox'
import type {
  TArray, TBoolean, TInteger, TLiteral, TObject, TOptional, TRecord, TString, TUnion
} from '@sinclair/typebox'

type ListSchema = TUnion<[TString, TArray<TString>]>

const bool: () => TOptional<TBoolean> = () => Type.Optional(Type.Boolean())
const list: () => TOptional<ListSchema> = () =>
  Type.Optional(Type.Union([Type.String(), Type.Array(Type.String())]))

/** The policy options that JSON can hold; `properties` of {@link CorsPolicySchema}. */
export type PolicyProperties = {
  origin: TOptional<TUnion<[TBoolean, TString, TArray<TString>]>>
  methods: TOptional<ListSchema>
  allowedHeaders: TOptional<TUnion<[TBoolean, TString, TArray<TString>]>>
  exposedHeaders: TOptional<ListSchema>
  timingAllowOrigin: TOptional<TBoolean>
  credentials: TOptional<TBoolean>
  maxAge: TOptional<TInteger>
  cacheControl: TOptional<TUnion<[TInteger, TString]>>
  optionsSuccessStatus: TOptional<TInteger>
  preflightContinue: TOptional<TBoolean>
  strictPreflight: TOptional<TBoolean>
  enforce: TOptional<TBoolean>
  rawHeaders: TOptional<TBoolean>
  dangerouslyAllowInsecureOrigins: TOptional<TBoolean>
  dangerouslyAllowPublicSuffixes: TOptional<TBoolean>
}

/** The part of a policy that JSON can hold: its shape, not yet its meaning. */
export const CorsPolicySchema: TObject<PolicyProperties> = Type.Object({
  origin: Type.Optional(Type.Union([Type.Boolean(), Type.String(), Type.Array(Type.String())])),
  methods: list(),
  allowedHeaders: Type.Optional(Type.Union([Type.Boolean(), Type.String(), Type.Array(Type.String())])),
  exposedHeaders: list(),
  timingAllowOrigin: bool(),
  credentials: bool(),
  maxAge: Type.Optional(Type.Integer({ minimum: 0, maximum: 86400 })),
  cacheControl: Type.Optional(Type.Union([
    Type.Integer({ minimum: 0, maximum: 2 ** 31 }),
    // What an HTTP header can carry: visible ASCII, Latin-1, space and tab.
    Type.String({ pattern: '^[\\t\\x20-\\x7e\\x80-\\xff]*[\\x21-\\x7e\\x80-\\xff][\\t\\x20-\\x7e\\x80-\\xff]*$' })
  ])),
  optionsSuccessStatus: Type.Optional(Type.Integer({ minimum: 200, maximum: 299 })),
  preflightContinue: bool(),
  strictPreflight: bool(),
  enforce: bool(),
  rawHeaders: bool(),
  dangerouslyAllowInsecureOrigins: bool(),
  dangerouslyAllowPublicSuffixes: bool()
}, { additionalProperties: false })

/** A route's block: a policy that may refine a named one. */
export type RouteBlockSchema = TObject<PolicyProperties & { policy: TOptional<TString> }>

/** A route's `config.cors`, as far as JSON can hold it. */
export const RouteCorsSchema: TUnion<[TBoolean, TString, RouteBlockSchema]> = Type.Union([
  Type.Boolean(),
  Type.String(),
  Type.Object({
    ...CorsPolicySchema.properties,
    policy: Type.Optional(Type.String())
  }, { additionalProperties: false })
])

type LogLevelSchema = TUnion<[
  TLiteral<'fatal'>, TLiteral<'error'>, TLiteral<'warn'>, TLiteral<'info'>,
  TLiteral<'debug'>, TLiteral<'trace'>, TLiteral<'silent'>
]>

/** The plugin-only options that JSON can hold. */
export type PluginOnlyProperties = {
  global: TOptional<TBoolean>
  policies: TOptional<TRecord<TString, TObject<PolicyProperties>>>
  vary: TOptional<ListSchema>
  hideOptionsRoute: TOptional<TBoolean>
  logLevel: TOptional<LogLevelSchema>
}

/** What `app.register(cors, …)` takes, as far as JSON can hold it. */
export const CorsPluginOptionsSchema: TObject<PolicyProperties & PluginOnlyProperties> = Type.Object({
  ...CorsPolicySchema.properties,
  global: bool(),
  policies: Type.Optional(Type.Record(Type.String(), CorsPolicySchema)),
  vary: list(),
  hideOptionsRoute: bool(),
  logLevel: Type.Optional(Type.Union([
    Type.Literal('fatal'), Type.Literal('error'), Type.Literal('warn'), Type.Literal('info'),
    Type.Literal('debug'), Type.Literal('trace'), Type.Literal('silent')
  ]))
}, { additionalProperties: false })
