const normalized = new Set(['DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT'])

/** @see https://fetch.spec.whatwg.org/#cors-safelisted-method */
export function isCorsSafelistedMethod (method: string): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'POST'
}

/** @see https://fetch.spec.whatwg.org/#forbidden-method */
export function isForbiddenMethod (method: string): boolean {
  return /^(?:connect|trace|track)$/i.test(method)
}

/**
 * Upper case for six methods only. `patch` is not among them, and stays as it is.
 * @see https://fetch.spec.whatwg.org/#concept-method-normalize
 */
export function normalizeMethod (method: string): string {
  const upperCase = method.toUpperCase()
  return normalized.has(upperCase) ? upperCase : method
}
