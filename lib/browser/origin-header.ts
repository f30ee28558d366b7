import { elements, isElementKind } from './elements.ts'
import { currentUrl } from './request.ts'
import type { Profile } from './profile.ts'
import type { FetchRequest } from './request.ts'

/**
 * The request's origin, or `null` once a redirect led from one foreign origin to another.
 * @see https://fetch.spec.whatwg.org/#serializing-a-request-origin
 */
export function serializeRequestOrigin (request: FetchRequest): string {
  const isTainted = request.urls.some((url, index) => {
    const before = request.urls[index - 1]
    return before !== undefined && url.origin !== before.origin && request.origin !== before.origin
  })
  return isTainted ? 'null' : request.origin
}

/**
 * The Origin header of an actual request, or null without one.
 * @see https://fetch.spec.whatwg.org/#append-a-request-origin-header
 */
export function originHeader (request: FetchRequest, profile: Profile): string | null {
  const origin = serializeRequestOrigin(request)
  if (request.tainting === 'cors') return origin
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return request.mode !== 'cors' && isHidden(request, profile) ? 'null' : origin
  }
  if (profile.redirectKeepsOriginHeader && request.sentOrigin !== null) return request.sentOrigin
  const isMarkup = isElementKind(request.api) && elements[request.api].markup
  return isMarkup && request.mode === 'cors' && profile.elementsSendOriginToSelf ? origin : null
}

function isHidden (request: FetchRequest, profile: Profile): boolean {
  return (profile.noCorsRedirectHidesOrigin && request.urls.some(({ origin }) => origin !== request.urls[0]?.origin)) ||
    (profile.referrerPolicyHidesOrigin && isHiddenByPolicy(request))
}

function isHiddenByPolicy (request: FetchRequest): boolean {
  const url = currentUrl(request)
  switch (request.referrerPolicy) {
    case 'no-referrer':
      return true
    case 'same-origin':
      return url.origin !== request.origin
    case '':
    case 'no-referrer-when-downgrade':
    case 'strict-origin':
    case 'strict-origin-when-cross-origin':
      return request.origin.startsWith('https:') && url.protocol !== 'https:'
    default:
      return false
  }
}
