import '../types/fastify.ts'

export { fastifyRouteCors, fastifyRouteCors as default } from './plugin.ts'
export { commonjs as 'module.exports' } from './commonjs.ts'
export { defineRouteCors } from './options/define-route-cors.ts'
export { CorsPluginOptionsSchema, CorsPolicySchema, RouteCorsSchema } from './options/schemas.ts'

export type { CorsConfigError, CorsProblem, CorsProblemCode } from './errors.ts'
export type { CorsPluginOptions, CorsPolicy, CorsPolicyNames, RouteCors } from './options/cors-options.ts'
export type { OriginCallback, OriginFunction } from './options/origin-function.ts'
