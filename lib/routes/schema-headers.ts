import { isForbiddenRequestHeader, isForbiddenResponseHeader, isToken } from '../fetch/headers.ts'

/** The header names that the schemas of a route declare. */
export interface SchemaHeaders {
  readonly request: readonly string[]
  readonly response: readonly string[]
}

export const NO_SCHEMA_HEADERS: SchemaHeaders = { request: [], response: [] }

/**
 * Reads the names from `schema.headers.properties` and from the `headers` of each
 * response schema, as @fastify/swagger documents them. What only browsers set, such
 * as `Cookie`, is left out: no preflight asks for it. A `$ref` is not followed.
 */
export function readSchemaHeaders (schema: unknown): SchemaHeaders {
  if (schema === undefined) return NO_SCHEMA_HEADERS
  const { headers, response } = asObject(schema)
  const responses = Object.values(asObject(response))
  return {
    request: namesIn(asObject(headers)['properties']).filter((name) => !isForbiddenRequestHeader(name)),
    response: [...new Set(responses.flatMap((each) => namesIn(asObject(each)['headers'])))]
      .filter((name) => !isForbiddenResponseHeader(name))
  }
}

function namesIn (properties: unknown): string[] {
  return Object.keys(asObject(properties)).filter(isToken)
}

function asObject (value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? value as Record<string, unknown> : {}
}
