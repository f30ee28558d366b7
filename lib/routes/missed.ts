import type { FastifyInstance } from 'fastify'

import { hasRoute } from './instances.ts'
import type { RouterOptions } from './pattern.ts'
import { createRoute, type Constraints, type Route } from './route.ts'

/** A line of Fastify's tree: how deep it stands, a part of a pattern, and the routes that end there. */
const LINE = /^((?:│ {3}| {4})*(?:[├└]── )?)(.*?)(?: \(([A-Z\-, ]+)\)(?: (\{.*\}))?)?$/s

/** As deep as the branches of the tree are drawn. */
const INDENT = 4

const ROOT = '(empty root node)'

const NO_TREE = ['', '(empty tree)']

/**
 * The routes that an application has already. Fastify tells where they stand, and nothing of their
 * `config`: to preflights they are routes without CORS. `undefined` where it cannot be told for sure what is there.
 */
export function missedRoutes (root: FastifyInstance, options: RouterOptions): Route[] | undefined {
  const above: string[] = []
  const routes: Route[] = []
  for (const line of root.printRoutes().split('\n')) {
    const [, indent = '', part = '', methods, constraints] = LINE.exec(line) as RegExpExecArray
    const depth = indent.length / INDENT
    if (depth === 0) {
      if (NO_TREE.includes(line)) continue
      // The rest of a pattern that has a line feed in it.
      return undefined
    }
    above.splice(depth - 1, Infinity, part === ROOT ? '' : escapePart(part))
    if (methods === undefined) continue
    const pattern = above.join('')
    // The router has taken a slash off, and would take off another one.
    const isCut = options.ignoreTrailingSlash && pattern !== '/' && pattern.endsWith('/')
    const route = missed(root, options, isCut ? `${pattern}/` : pattern, methods.split(', '), constraints)
    if (route === undefined) return undefined
    routes.push(route)
  }
  return routes
}

function missed (
  root: FastifyInstance, options: RouterOptions, pattern: string, methods: string[], constraintsText = '{}'
): Route | undefined {
  try {
    const constraints = JSON.parse(constraintsText, (_key, value: unknown) => parseRegExp(value)) as Constraints
    const isThere = methods.every((method) => hasRoute(root, { method, pattern, constraints }, options))
    return isThere ? createRoute(root, { isKnown: false, methods, url: pattern, places: [{ pattern, methods }], constraints }) : undefined
  } catch {
    return undefined
  }
}

/** As it is written in a pattern; of a parameter that has several names, the first one. */
function escapePart (part: string): string {
  if (part.startsWith(':')) return firstOf(part)
  return part.replaceAll('%25', '%').replaceAll(':', '::')
}

function firstOf (names: string): string {
  let depth = 0
  for (let i = 0; i < names.length; i++) {
    const char = names.charAt(i)
    if (char === '(') depth++
    if (char === ')') depth--
    if (char === '|' && depth === 0) return names.slice(0, i)
  }
  return names
}

/** A RegExp is shown as its text. */
function parseRegExp (value: unknown): unknown {
  const [, source, flags] = typeof value === 'string' ? /^\/(.*)\/([a-z]*)$/s.exec(value) ?? [] : []
  return source === undefined ? value : new RegExp(source, flags)
}
