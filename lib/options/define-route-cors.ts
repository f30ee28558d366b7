import type { CorsPolicy, CorsPolicyName, PolicyReference, RouteCors } from './cors-options.ts'
import type { PolicyOptions } from './policy-options.ts'

type KnownKey = keyof PolicyOptions | keyof PolicyReference

/** Turns each key of a block that is not an option into an error. */
export type OnlyKnownKeys<Cors> = Cors extends object
  ? { readonly [Key in Exclude<keyof Cors, KnownKey>]: never }
  : unknown

/** A policy as TypeScript sees an imported JSON file: its strings are wide. */
export interface JsonPolicy extends Omit<PolicyOptions, 'origin'> {
  readonly origin?: boolean | string | readonly string[]
  readonly policy?: CorsPolicyName
}

/** Refuses an origin that TypeScript can read: that one is no value out of a JSON file. */
export type OnlyWideOrigin<Cors> = Cors extends { origin: infer Origin }
  ? string extends (Origin extends readonly unknown[] ? Origin[number] : Origin)
    ? unknown
    : { readonly origin: never }
  : unknown

/**
 * Returns its argument, and has TypeScript check it exactly: a key that is not an
 * option is an error even beside one that is, which a route's `config` cannot tell.
 * An imported JSON file is taken too; its values are checked when the route is added.
 *
 * @example
 * const cors = defineRouteCors({ origin: 'https://app.example.com', maxAge: 600 })
 * app.get('/me', { config: { cors } }, handler)
 */
export function defineRouteCors<const Cors extends RouteCors> (cors: Cors & OnlyKnownKeys<Cors>): Cors
export function defineRouteCors<const Cors extends JsonPolicy & object> (
  cors: Cors & OnlyKnownKeys<Cors> & OnlyWideOrigin<Cors>
): CorsPolicy
export function defineRouteCors (cors: unknown): unknown {
  return cors
}
