import type { FastifyInstance } from 'fastify'

import type { Application } from '../application.ts'
import { escapeText } from '../text/show.ts'
import { earlierHooks } from './earlier-hooks.ts'
import { openWrites } from './open-writes.ts'
import { urlsOfSharedGrants } from './shared-grants.ts'

const MAX_NAMED = 5

/** Says once, in a line each, what boots but may not be meant. */
export function warnAtBoot ({ recording: { routes, routerOptions }, hooks }: Application, { log }: FastifyInstance): void {
  const warnings = [
    [
      'Browsers keep the request headers that a preflight grants for the whole URL, and methods of these differ in ' +
        'allowedHeaders, so that each gets the headers of the others',
      urlsOfSharedGrants(routes, routerOptions)
    ],
    [
      "origin '*' lets the pages of every website use routes that change state; name the origins unless that is meant",
      openWrites(routes)
    ],
    [
      'onRequest hooks run before those of fastify-route-cors and could answer preflights, which carry neither ' +
        'credentials nor custom headers; register fastify-route-cors before them',
      earlierHooks(routes, hooks)
    ]
  ] as const
  for (const [message, named] of warnings) {
    if (named.length > 0) log.warn(`${message}: ${listOf(named)}`)
  }
}

function listOf (names: readonly string[]): string {
  const shown = names.slice(0, MAX_NAMED).map(escapeText)
  if (names.length > MAX_NAMED) shown.push(`… ${names.length - MAX_NAMED} more`)
  return shown.join(', ')
}
