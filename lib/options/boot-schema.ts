import { Kind, Type, TypeRegistry } from '@sinclair/typebox'
import type { TSchema } from '@sinclair/typebox'
import { types } from 'node:util'
import { CorsPluginOptionsSchema, CorsPolicySchema, RouteCorsSchema } from './schemas.ts'
import { isBlock } from './copy.ts'

TypeRegistry.Set('fastify-route-cors:RegExp', (_schema, value) => types.isRegExp(value))
TypeRegistry.Set('fastify-route-cors:Block', (_schema, value) => isBlock(value))

const regExp: TSchema = Type.Unsafe<RegExp>({ [Kind]: 'fastify-route-cors:RegExp' })
const { origin, ...others } = CorsPolicySchema.properties

/**
 * The schema of each policy option as code can write it: what JSON can hold, and
 * RegExps and functions besides. An option's list is the array in its union.
 */
export const policyProperties: Readonly<Record<string, TSchema>> = {
  origin: Type.Union([
    ...origin.anyOf.slice(0, 2),
    Type.Array(Type.Union([Type.String(), regExp])),
    regExp,
    Type.Function([], Type.Unknown())
  ]),
  ...others
}

/** The same for a route's block. */
export const routeBlockProperties: Readonly<Record<string, TSchema>> = {
  ...policyProperties,
  policy: RouteCorsSchema.anyOf[2].properties.policy
}

/** The same for the plugin's options; each of `policies` is checked by itself. */
export const pluginProperties: Readonly<Record<string, TSchema>> = {
  ...CorsPluginOptionsSchema.properties,
  ...policyProperties,
  policies: Type.Unsafe({ [Kind]: 'fastify-route-cors:Block' }),
  select: Type.Function([], Type.Unknown())
}
