import { CookieJar, simulate } from 'fastify-route-cors/testing'
import type { App, Seen, Target } from 'fastify-route-cors/testing'

import { bodyOf } from '../../fixtures/page-request.ts'
import type { Origins } from '../../fixtures/random-cases.ts'
import type { Launcher } from '../engines.ts'
import type { PageCase } from '../page/observed.ts'
import { askedInEarlier, seenByEarlier, sentByEarlier } from './earlier-chromium.ts'

/** The servers of a case, as the model reaches them. */
export interface Behind {
  readonly target: App | Target
  readonly servers: Readonly<Record<string, App | Target>>
}

/** What the model makes of a request, in a browser that has loaded the page and its cookie. */
export async function model (each: PageCase, { target, servers }: Behind, { P }: Origins, { engine, isEarlier = false }: Launcher): Promise<Seen> {
  const { url, request: { body, ...request } } = isEarlier ? askedInEarlier(each, P) : each
  const cookies = new CookieJar()
  cookies.set(P, 'page=1; Path=/')
  const asked = { from: P, url, ...request, ...(body !== undefined && { body: bodyOf(body) }) }
  const seen = await simulate(target, asked, { profile: engine, cookies, servers })
  return isEarlier ? { ...seenByEarlier(seen), trace: sentByEarlier(seen.trace, P) } : seen
}
