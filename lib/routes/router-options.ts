import type { FastifyInstance } from 'fastify'

/** The options of Fastify's router that decide which URLs a pattern matches. */
export interface RouterOptions {
  readonly caseSensitive: boolean
  readonly ignoreTrailingSlash: boolean
  readonly ignoreDuplicateSlashes: boolean
  readonly useSemicolonDelimiter: boolean
  readonly maxParamLength: number
}

/** Fastify's default: the place where it was not set reports this one. */
const MAX_PARAM_LENGTH = 100

/**
 * The router options of an application. Fastify takes each of them from
 * `routerOptions` or, deprecated, from the top level, and reports both.
 */
export function routerOptionsOf ({ initialConfig }: FastifyInstance): RouterOptions {
  const top: Partial<RouterOptions> = initialConfig
  const nested = (initialConfig as { routerOptions?: Partial<RouterOptions> }).routerOptions ?? {}
  return {
    caseSensitive: nested.caseSensitive !== false && top.caseSensitive !== false,
    ignoreTrailingSlash: nested.ignoreTrailingSlash === true || top.ignoreTrailingSlash === true,
    ignoreDuplicateSlashes: nested.ignoreDuplicateSlashes === true || top.ignoreDuplicateSlashes === true,
    useSemicolonDelimiter: nested.useSemicolonDelimiter === true || top.useSemicolonDelimiter === true,
    maxParamLength: [nested.maxParamLength, top.maxParamLength]
      .find((length) => length !== undefined && length !== MAX_PARAM_LENGTH) ?? MAX_PARAM_LENGTH
  }
}
