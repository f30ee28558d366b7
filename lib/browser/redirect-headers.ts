import { isClientHint } from './headers.ts'
import { currentUrl } from './request.ts'
import type { HeaderLines } from '../fetch/headers.ts'
import type { Profile } from './profile.ts'
import type { FetchRequest } from './request.ts'

const bodyHeaders = new Set(['content-encoding', 'content-language', 'content-location', 'content-type'])

/** What a redirect means to the request, which already has the new URL and still the old method. */
export interface RedirectStep {
  readonly status: number
  readonly isCrossOrigin: boolean
}

/** Whether the redirect turns the method into GET. */
export function becomesGet (method: string, status: number): boolean {
  return status === 303
    ? method !== 'GET' && method !== 'HEAD'
    : method === 'POST' && (status === 301 || status === 302)
}

/** The headers that go to the new URL. */
export function headersAfterRedirect (request: FetchRequest, step: RedirectStep, profile: Profile): HeaderLines {
  const losesHints = profile.redirectDropsClientHints && currentUrl(request).origin !== request.origin
  const lines = linesAfterRedirect(request, step, profile)
  return losesHints ? lines.filter(([name]) => name === 'save-data' || !isClientHint(name)) : lines
}

/** The names of what is lost on the way to the new URL. */
export function namesTakenByRedirect ({ method, given }: FetchRequest, { status, isCrossOrigin }: RedirectStep): ReadonlySet<string> {
  const taken = new Set(becomesGet(method, status) ? bodyHeaders : [])
  if (given.asksForType) taken.delete('content-type')
  if (isCrossOrigin) taken.add('authorization')
  return taken
}

function linesAfterRedirect (request: FetchRequest, { status, isCrossOrigin }: RedirectStep, profile: Profile): HeaderLines {
  const { given, headers, method } = request
  switch (profile.headersAfterRedirect) {
    case 'as-left':
      return remaining(headers, becomesGet(method, status), isCrossOrigin)
    case 'restored':
      return remaining(givenBack(request), becomesGet(given.method, status), isCrossOrigin)
    case 'restored-without-authorization':
      return linesInWebkit(request, status)
  }
}

/** In mode cors all is given back that was given, otherwise the type with the two statuses that keep the body. */
function linesInWebkit ({ given, headers, method, mode, origin, urls }: FetchRequest, status: number): HeaderLines {
  const losesBody = becomesGet(method, status)
  const hasCrossed = urls.some((url) => url.origin !== urls[0]?.origin)
  if (mode === 'cors' && urls.some((url) => url.origin !== origin)) return remaining(given.headers, losesBody, hasCrossed)
  const keepsBody = status === 307 || status === 308
  const type = keepsBody ? given.headers.filter((line) => line[0] === 'content-type' && !headers.includes(line)) : []
  return remaining([...headers, ...type], losesBody, hasCrossed).filter(([name]) => name !== 'user-agent')
}

function givenBack ({ given, headers }: FetchRequest): HeaderLines {
  return given.headers.filter((line) => line[0] !== 'content-type' || given.restoresType || headers.includes(line))
}

function remaining (lines: HeaderLines, losesBody: boolean, losesAuthorization: boolean): HeaderLines {
  return lines.filter(([name]) => !(losesBody && bodyHeaders.has(name)) && !(losesAuthorization && name === 'authorization'))
}
