import type { Column, Exchange, Route } from '../setup.ts'
import { codeOf, objectCode } from './code.ts'
import type { PageRequest } from './kinds.ts'

/** A request of a page, and all that a test needs to make it again. */
export interface Asked {
  readonly title: string
  readonly from: string
  readonly url: string
  readonly request: PageRequest
  readonly reads?: string | undefined
  /** What the routes do, as code. */
  readonly handler?: string | undefined
}

/** Which engine's ways `simulate` is to follow. */
export type Profile = 'chromium' | 'firefox' | 'webkit'

/** The routes of a column that serve a method at these URLs. */
export function routesFor ({ routes }: Column, method: string, urls: readonly string[]): readonly Route[] {
  const served = method === 'HEAD' ? 'GET' : method
  return routes.filter(({ url, methods }) => urls.includes(url) && methods.includes(served))
}

/** A registration and routes, ready to be pasted where `app`, `cors` and `handler` are. */
export function policyCode (column: Column | undefined, routes: readonly Route[]): string {
  if (column === undefined) return '// no route of the API'
  const declarations = routes.length === 0 ? ['// no route for this method'] : routes.map(({ code }) => code)
  return [column.registration, ...declarations].join('\n\n')
}

/** The requests that went over the wire, as commands that print what the API answers to each. */
export function asCurl (api: string, exchanges: readonly Exchange[]): string {
  return exchanges.map(({ method, url, requestHeaders }) => {
    const how = method === 'HEAD' ? '-I' : method === 'GET' ? '-D - -o /dev/null' : `-D - -o /dev/null -X ${method}`
    const headers = Object.entries(requestHeaders).map(([name, value]) => `-H ${shellQuoted(value === '' ? `${name};` : `${name}: ${value}`)}`)
    return [`curl -sS ${how} ${shellQuoted(api + withoutId(url))}`, ...headers].join(' \\\n  ')
  }).join('\n\n')
}

/** A test for `node --test` that passes where a browser of that kind judges as this one did. */
export function asTest (asked: Asked, verdict: 'allowed' | 'blocked', column: Column | undefined, routes: readonly Route[], profile: Profile): string {
  const { title, handler = "async () => 'done'" } = asked
  const { helpers, assertion } = assertionFor(asked, verdict)
  const usesPlugin = column?.registration.startsWith('await') === true
  return [
    "import test from 'node:test'",
    ...(helpers.length === 0 ? ["import assert from 'node:assert/strict'"] : []),
    "import Fastify from 'fastify'",
    ...(usesPlugin ? ["import cors from 'fastify-route-cors'"] : []),
    `import { ${[...helpers, 'simulate'].join(', ')} } from 'fastify-route-cors/testing'`,
    '',
    `test(${codeOf(`${title}: ${verdict}`)}, async (t) => {`,
    '  const app = Fastify()',
    '  t.after(() => app.close())',
    ...(routes.length === 0 ? [] : [`  const handler = ${handler}`]),
    '',
    ...policyCode(column, routes).split('\n').map((line) => line === '' ? '' : `  ${line}`),
    '',
    `  const seen = await simulate(app, ${requestCode(asked)}, { profile: ${codeOf(profile)} })`,
    `  ${assertion}`,
    '})',
    ''
  ].join('\n')
}

function assertionFor ({ reads }: Asked, verdict: 'allowed' | 'blocked'): { helpers: readonly string[], assertion: string } {
  if (reads !== undefined) {
    return { helpers: [], assertion: `assert.equal(${codeOf(reads.toLowerCase())} in seen.headers, ${verdict === 'allowed'})` }
  }
  const helper = verdict === 'allowed' ? 'assertReadable' : 'assertBlocked'
  return { helpers: [helper], assertion: `${helper}(seen)` }
}

function requestCode ({ from, url, request }: Asked): string {
  const { body, ...rest } = request
  const entries = Object.entries({ from, url, ...rest })
    .map(([name, value]) => [name, codeOf(value, '    ')] as const)
  // The text of the very function that made the body.
  if (body !== undefined) entries.push(['body', String(body).replace(/^\(\) => /, '')])
  return objectCode(entries, '  ')
}

/** The id is for the log of the demo only. */
export function withoutId (url: string): string {
  return url.replace(/[?&]id=[^&]*/, '')
}

function shellQuoted (text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
