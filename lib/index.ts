import '../types/fastify.ts'

export { corsOf, fastifyRouteCors, fastifyRouteCors as default } from './plugin.ts'
export { commonjs as 'module.exports' } from './commonjs.ts'
export { defineRouteCors } from './options/types.ts'
export { CorsConfigError } from './errors.ts'
export { parseOrigins } from './validate/parse-origins.ts'
export { liveOrigins } from './live/live-origins.ts'
export { CorsPluginOptionsSchema, CorsPolicySchema, RouteCorsSchema } from './options/schemas.ts'

export type { CorsDecisionCode } from './decision/decision.ts'
export type { CorsDecision } from './decision/carry-out.ts'
export type {
  CorsAnswer, CorsDecidingOption, CorsEffectivePolicy, CorsExplanation, CorsExplanationCode, CorsOptionSource, CorsQuestion,
  CorsQuestionFrom, CorsQuestions, CorsReplaceOptions, CorsReportOptions, CorsRoute
} from './questions/types.ts'
export type { CorsRouteName } from './routes/route-name.ts'
export type { CorsProblem, CorsProblemCode } from './errors.ts'
export type {
  CorsPluginOptions, CorsPolicy, CorsPolicyName, CorsPolicyNames, PolicyReference, RouteCors, SelectFunction
} from './options/types.ts'
export type { OriginCallback, OriginFunction } from './options/types.ts'
export type { OriginItem, OriginText, PolicyOptions } from './options/types.ts'
export type { ParseOriginsOptions } from './validate/parse-origins.ts'
export type { LiveOrigins, LiveOriginsStatus } from './options/live.ts'
export type {
  LiveOriginsLoad, LiveOriginsOptions, LiveOriginsProblem, LiveTenantsOptions, LoadedOrigins, LoadedTenants, OriginPair, Unsubscribe
} from './live/types.ts'
