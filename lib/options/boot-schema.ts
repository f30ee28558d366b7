import { Kind, Type, TypeRegistry } from '@sinclair/typebox'
import type { TSchema } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { types } from 'node:util'
import { CorsPluginOptionsSchema, CorsPolicySchema, RouteCorsSchema } from './schemas.ts'
import { isBlock } from './copy.ts'
import { isLiveOrigins } from './live.ts'

/** Whether a value has the shape of an option. */
export interface OptionCheck {
  readonly matches: (value: unknown) => boolean
  /** The same for an item, where the option may be a list. */
  readonly matchesItem: ((item: unknown) => boolean) | undefined
  /** What it takes, to go on after "must be", where that is not known by its name. */
  readonly expectation?: string
}

export type OptionChecks = Readonly<Record<string, OptionCheck>>

TypeRegistry.Set('fastify-route-cors:RegExp', (_schema, value) => types.isRegExp(value))
TypeRegistry.Set('fastify-route-cors:LiveOrigins', (_schema, value) => isLiveOrigins(value))
TypeRegistry.Set('fastify-route-cors:Block', (_schema, value) => isBlock(value))

const regExp: TSchema = Type.Unsafe<RegExp>({ [Kind]: 'fastify-route-cors:RegExp' })
const live: TSchema = Type.Unsafe<object>({ [Kind]: 'fastify-route-cors:LiveOrigins' })
const { origin, ...others } = CorsPolicySchema.properties

const policySchemas: Readonly<Record<string, TSchema>> = {
  origin: Type.Union([
    ...origin.anyOf.slice(0, 2),
    Type.Array(Type.Union([Type.String(), regExp, live])),
    regExp,
    live,
    Type.Function([], Type.Unknown())
  ]),
  ...others
}

/**
 * The schema of each option as code can write it: what JSON can hold, and RegExps and functions besides.
 * The build works the checks out from these, so that no application loads TypeBox.
 */
export const bootSchemas: Readonly<Record<'policyProperties' | 'routeBlockProperties' | 'pluginProperties', Readonly<Record<string, TSchema>>>> = {
  policyProperties: policySchemas,
  routeBlockProperties: {
    ...policySchemas,
    policy: RouteCorsSchema.anyOf[2].properties.policy
  },
  // Each of `policies` is checked by itself.
  pluginProperties: {
    ...CorsPluginOptionsSchema.properties,
    ...policySchemas,
    policies: Type.Unsafe({ [Kind]: 'fastify-route-cors:Block' }),
    select: Type.Function([], Type.Unknown())
  }
}

/** The options of a policy. */
export const policyProperties: OptionChecks = checksOf(bootSchemas.policyProperties)

/** The same for a route's block. */
export const routeBlockProperties: OptionChecks = checksOf(bootSchemas.routeBlockProperties)

/** The same for the plugin's options. */
export const pluginProperties: OptionChecks = checksOf(bootSchemas.pluginProperties)

/** The schema of the items, where an option may be a list: an option's list is the array in its union. */
export function itemSchema (schema: TSchema): TSchema | undefined {
  const members: TSchema[] = schema.anyOf ?? []
  return members.find(member => member.type === 'array')?.items
}

function checksOf (schemas: Readonly<Record<string, TSchema>>): OptionChecks {
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => {
    const items = itemSchema(schema)
    return [name, {
      matches: (value) => Value.Check(schema, value),
      matchesItem: items === undefined ? undefined : (item) => Value.Check(items, item)
    }]
  }))
}
