import type { HTTPMethods } from 'fastify'

import type { Route } from './route.ts'
import { expandOptionalParameter } from './url-pattern.ts'

/** The URLs of a route, as Fastify's router knows them. */
export function urlsOf (route: Route): string[] {
  const urls = expandOptionalParameter(route.url)
  if (isServedWithSlash(route)) urls.push(`${route.url}/`)
  return urls
}

/**
 * A route `/` under a prefix is served with and without a trailing slash, but
 * is announced once. Whether it was declared as `/` shows only afterwards.
 */
function isServedWithSlash ({ isPrefix, instance, methods, url, constraints }: Route): boolean {
  return isPrefix && instance.hasRoute({ method: methods[0] as HTTPMethods, url: `${url}/`, constraints })
}
