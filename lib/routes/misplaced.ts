import { policyProperties } from '../options/boot-schema.ts'

/** CORS configuration of a route in a place where nobody looks for it. */
export interface Misplaced {
  /** What can be meant for nothing else, by how it was written. */
  readonly certain: ReadonlyArray<{ readonly name: 'cors' | 'config', readonly key: string, readonly value: unknown }>
  /** Policy options right in its `config`, which may be another plugin's. */
  readonly options: readonly string[]
}

export const NOTHING_MISPLACED: Misplaced = Object.freeze({ certain: [], options: [] })

/** What of the options of a route is meant for its `config.cors`, and stands elsewhere. */
export function misplacedIn (declared: object, config: object): Misplaced {
  const keys = Object.keys(config)
  const { cors } = declared as { readonly cors?: unknown }
  const isBeside = cors !== undefined
  if (keys.length === 0 && !isBeside) return NOTHING_MISPLACED
  const spelled = keys.filter((key) => key !== 'cors' && key.toLowerCase() === 'cors')
  return {
    certain: [
      ...isBeside ? [{ name: 'cors', key: 'cors', value: cors } as const] : [],
      ...spelled.map((key) => ({ name: 'config', key, value: (config as Record<string, unknown>)[key] } as const))
    ],
    // Who has a `config.cors` knows where it belongs.
    options: keys.includes('cors') ? [] : keys.filter((key) => Object.hasOwn(policyProperties, key))
  }
}
