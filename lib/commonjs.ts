import { CorsConfigError } from './errors.ts'
import { liveOrigins } from './live/live-origins.ts'
import { defineRouteCors } from './options/types.ts'
import { CorsPluginOptionsSchema, CorsPolicySchema, RouteCorsSchema } from './options/schemas.ts'
import { parseOrigins } from './validate/parse-origins.ts'
import { corsOf, fastifyRouteCors } from './plugin.ts'

type Plugin = typeof fastifyRouteCors

interface NamedExports {
  CorsConfigError: typeof CorsConfigError
  corsOf: typeof corsOf
  defineRouteCors: typeof defineRouteCors
  liveOrigins: typeof liveOrigins
  parseOrigins: typeof parseOrigins
  CorsPluginOptionsSchema: typeof CorsPluginOptionsSchema
  CorsPolicySchema: typeof CorsPolicySchema
  RouteCorsSchema: typeof RouteCorsSchema
}

/** fastify-plugin puts these on every plugin that it wraps. */
interface Wrapped {
  default: Plugin
  fastifyRouteCors: Plugin
}

/** What `require('fastify-route-cors')` gives: the plugin, with all other exports on it. */
export const commonjs: Plugin & NamedExports & Wrapped = Object.assign(fastifyRouteCors as Plugin & Wrapped, {
  CorsConfigError,
  corsOf,
  defineRouteCors,
  liveOrigins,
  parseOrigins,
  CorsPluginOptionsSchema,
  CorsPolicySchema,
  RouteCorsSchema
})
