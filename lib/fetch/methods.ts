import { METHODS } from 'node:http'

const NORMALIZED = new Set(['DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT'])
const FORBIDDEN = new Set(['CONNECT', 'TRACE', 'TRACK'])
const SERVABLE = new Set(METHODS)

/** @see https://fetch.spec.whatwg.org/#concept-method-normalize */
export function normalizeMethod (method: string): string {
  const upperCased = method.toUpperCase()
  return NORMALIZED.has(upperCased) ? upperCased : method
}

/** @see https://fetch.spec.whatwg.org/#forbidden-method */
export function isForbiddenMethod (method: string): boolean {
  return FORBIDDEN.has(method.toUpperCase())
}

/** Whether Node.js can receive a request with this method. */
export function isServableMethod (method: string): boolean {
  return SERVABLE.has(method)
}

/** The methods that Node.js can receive and a script can send. */
export const servableMethods: readonly string[] = METHODS.filter(method => !isForbiddenMethod(method))
