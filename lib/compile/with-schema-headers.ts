import type { PolicyCache } from './policy-cache.ts'
import type { Policy } from './policy.ts'

/** The value of an option that stands for what the schemas of the route declare. */
const SCHEMA = 'schema'

interface DeclaredHeaders {
  readonly request: readonly string[]
  readonly response: readonly string[]
}

/** A policy with the headers that a route's schemas declare, where its options say `'schema'`. */
export function withSchemaHeaders (policy: Policy, declared: DeclaredHeaders, cache: PolicyCache): Policy {
  const { options, from } = policy
  const allowsSchema = options.allowedHeaders === SCHEMA
  const exposesSchema = options.exposedHeaders === SCHEMA
  if (!allowsSchema && !exposesSchema) return policy
  return cache.compile({
    from,
    options: {
      ...options,
      ...(allowsSchema && { allowedHeaders: declared.request }),
      ...(exposesSchema && { exposedHeaders: declared.response })
    }
  })
}
