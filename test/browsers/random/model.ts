import { CookieJar, simulate } from 'fastify-route-cors/testing'
import type { App, ProfileName, Seen, Target } from 'fastify-route-cors/testing'

import { bodyOf } from '../../fixtures/page-request.ts'
import type { Origins } from '../../fixtures/random-cases.ts'
import type { PageCase } from '../page/observed.ts'

/** The servers of a case, as the model reaches them. */
export interface Behind {
  readonly target: App | Target
  readonly servers: Readonly<Record<string, App | Target>>
}

/** What the model makes of a request, in a browser that has loaded the page and its cookie. */
export async function model (
  { url, request: { body, ...request } }: PageCase, { target, servers }: Behind, { P }: Origins, profile: ProfileName
): Promise<Seen> {
  const cookies = new CookieJar()
  cookies.set(P, 'page=1; Path=/')
  return await simulate(target, { from: P, url, ...request, ...(body !== undefined && { body: bodyOf(body) }) }, { profile, cookies, servers })
}
