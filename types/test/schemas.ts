// The schemas and the documented types say the same: neither can drift from the other.
import type { Static } from '@sinclair/typebox'
import type { PluginOnlyOptions, PolicyReference } from '../../lib/options/types.ts'
import type { LiveOrigins } from '../../lib/options/live.ts'
import type { PolicyOptions } from '../../lib/options/types.ts'
import type { CorsPluginOptionsSchema, CorsPolicySchema, RouteCorsSchema } from '../../lib/options/schemas.ts'

/** The part of a value that JSON can hold, as TypeScript sees a JSON file. */
type Json<Value> =
  Value extends RegExp | LiveOrigins | ((...parameters: never[]) => unknown) | undefined ? never
    : Value extends `${string}://${string}` | '*' ? string
      : Value extends readonly (infer Item)[] ? Array<Json<Item>>
        : Value

type JsonOptions<Options> = { -readonly [Key in keyof Options]?: Json<Options[Key]> }

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false
type Flat<T> = { [Key in keyof T]: T[Key] }
const same = <A, B>(equal: Equal<A, B>): boolean => equal

same<Flat<Static<typeof CorsPolicySchema>>, Flat<JsonOptions<PolicyOptions>>>(true)
same<
  Flat<Exclude<Static<typeof RouteCorsSchema>, boolean | string>>,
  Flat<JsonOptions<PolicyOptions & PolicyReference>>
>(true)
same<Flat<Omit<Static<typeof CorsPluginOptionsSchema>, 'policies'>>, Flat<JsonOptions<PolicyOptions & Omit<PluginOnlyOptions, 'policies' | 'select'>>>>(true)
same<Exclude<Static<typeof CorsPluginOptionsSchema>['policies'], undefined>[string], Static<typeof CorsPolicySchema>>(true)
