import '../types/fastify.ts'

export { fastifyRouteCors, fastifyRouteCors as default } from './plugin.ts'
export { commonjs as 'module.exports' } from './commonjs.ts'
export { defineRouteCors } from './options/define-route-cors.ts'
export { corsOf } from './questions/cors-of.ts'
export { CorsConfigError } from './errors.ts'
export { CorsPluginOptionsSchema, CorsPolicySchema, RouteCorsSchema } from './options/schemas.ts'

export type { CorsDecisionCode } from './decision.ts'
export type { CorsDecision } from './decisions/observe.ts'
export type {
  CorsAnswer, CorsDecidingOption, CorsEffectivePolicy, CorsExplanation, CorsExplanationCode, CorsOptionSource, CorsQuestion,
  CorsQuestions, CorsReportOptions, CorsRoute, CorsRouteName
} from './questions/types.ts'
export type { CorsProblem, CorsProblemCode } from './errors.ts'
export type {
  CorsPluginOptions, CorsPolicy, CorsPolicyName, CorsPolicyNames, PolicyReference, RouteCors, SelectFunction
} from './options/cors-options.ts'
export type { OriginCallback, OriginFunction } from './options/origin-function.ts'
export type { OriginItem, OriginText, PolicyOptions } from './options/policy-options.ts'
