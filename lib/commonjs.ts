import { CorsConfigError } from './errors.ts'
import { defineRouteCors } from './options/define-route-cors.ts'
import { CorsPluginOptionsSchema, CorsPolicySchema, RouteCorsSchema } from './options/schemas.ts'
import { fastifyRouteCors } from './plugin.ts'

/** What `require('fastify-route-cors')` gives: the plugin, with all other exports on it. */
export const commonjs: typeof fastifyRouteCors = Object.assign(fastifyRouteCors, {
  CorsConfigError,
  defineRouteCors,
  CorsPluginOptionsSchema,
  CorsPolicySchema,
  RouteCorsSchema
})
