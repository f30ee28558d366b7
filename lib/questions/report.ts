import { compileGrant, compileResponse } from '../decision/answer.ts'
import { render } from '../decision/decision.ts'
import type { PolicyOptions, PolicySource } from '../options/types.ts'
import type { EffectiveOptions } from '../policy/merge.ts'
import type { Policy } from '../policy/policy.ts'
import { expandOptionalParameter } from '../routes/pattern.ts'
import { titleOf } from '../routes/route-name.ts'
import type { Route } from '../routes/route.ts'
import type { Snapshot } from '../snapshot.ts'
import { quote, showOption } from '../text.ts'
import type { CorsReportOptions, CorsRoute } from './types.ts'

type Methods = Array<readonly [method: string, policy: Policy | undefined]>

/** Every route that the application declared, one entry for each of its methods. */
export function describeRoutes (snapshot: Snapshot): CorsRoute[] {
  const declared = snapshot.routes.filter((route) => !route.generated)
  const methodsByUrl = new Map<string, Methods>()
  const entries = declared.flatMap((route) => urlsOf(route).map((entry) => ({ ...entry, key: `${entry.url} ${String(route.constraints['host'])}`, route })))
  for (const { key, methods, route } of entries) {
    const known = methodsByUrl.get(key) ?? []
    methodsByUrl.set(key, known)
    for (const method of methods) known.push([method, snapshot.governing(route).policy])
  }
  return entries.flatMap(({ url, methods, key, route }) => {
    const { constraints, cors, instance } = route
    const { policy, choices } = snapshot.governing(route)
    const effective = policy === undefined ? undefined : snapshot.scopeAround(instance)?.scope.merge(cors)
    const shared = (methodsByUrl.get(key) as Methods).filter(([, other]) => other === policy).map(([method]) => method)
    const headers = policy === undefined ? undefined : policyHeaders(policy, [...new Set(shared)], choices?.selector.vary)
    const selectable = [...choices?.byName.keys() ?? []].filter((name) => name !== undefined)
    return methods.map((method) => ({
      method,
      url,
      constraints: { ...constraints },
      ...(effective !== undefined && { policy: effective }),
      ...(selectable.length > 0 && { selectable }),
      ...(headers !== undefined && { headers })
    }))
  })
}

/** The URLs that a route was declared with: `/` under a prefix is two. An optional parameter makes two places of one URL. */
function urlsOf ({ url, methods, places }: Route): Array<{ readonly url: string, readonly methods: readonly string[] }> {
  const own = expandOptionalParameter(url)
  const others = places.filter(({ pattern }) => !own.includes(pattern))
  return [{ url, methods }, ...others.map(({ pattern, methods }) => ({ url: pattern, methods }))]
}

/** The headers that a policy sends to an origin that it allows, as far as they are known beforehand. */
function policyHeaders (policy: Policy, served: readonly string[], vary: string | undefined): NonNullable<CorsRoute['headers']> {
  const methods = served.filter((method) => policy.methods?.includes(method) !== false)
  return {
    response: render(compileResponse(policy, vary).granted, '<origin>', undefined),
    preflight: render(compileGrant(policy, methods, vary).granted, '<origin>', '<requested headers>')
  }
}

const COLUMNS = ['origin', 'credentials', 'allowedHeaders', 'exposedHeaders', 'maxAge'] as const
const HEAD = ['route', ...COLUMNS, 'other options']
const NO_CORS = ['no CORS', '', '', '', '', '']

type Row = readonly string[]

/** Routes as a table; methods of a URL that have the same options share a row. */
export function formatReport (routes: readonly CorsRoute[], { format = 'table' }: CorsReportOptions = {}): string {
  const rows = [HEAD, ...groupMethods(routes).map(([methods, route]) => rowOf(methods, route))]
  return format === 'markdown' ? formatMarkdown(rows) : formatTable(rows)
}

function groupMethods (routes: readonly CorsRoute[]): Array<readonly [string[], CorsRoute]> {
  const groups = new Map<string, readonly [string[], CorsRoute]>()
  for (const route of routes) {
    const key = JSON.stringify(rowOf([], route))
    const group = groups.get(key) ?? [[], route]
    groups.set(key, group)
    if (!group[0].includes(route.method)) group[0].push(route.method)
  }
  return [...groups.values()]
}

function rowOf (methods: readonly string[], { url, constraints, policy, selectable }: CorsRoute): Row {
  const title = titleOf({ methods, url, constraints })
  if (policy === undefined) return [title, ...NO_CORS]
  const names = Object.keys(policy.options) as Array<keyof PolicyOptions>
  const others = names.filter((name) => !COLUMNS.includes(name as never) && policy.from[name] !== 'default')
  return [
    title,
    ...COLUMNS.map((name) => cellOf(policy, name)),
    [
      ...others.map((name) => `${name}: ${cellOf(policy, name)}`),
      ...(selectable === undefined ? [] : [`unless select names one of ${showOption(selectable)}`])
    ].join('; ')
  ]
}

/** The value, and where it was set unless that is nowhere. */
function cellOf ({ options, from }: EffectiveOptions, name: keyof PolicyOptions): string {
  const value = options[name]
  if (value === undefined) return ''
  return from[name] === 'default' ? showOption(value) : `${showOption(value)} (${placeOf(from[name])})`
}

function formatTable (rows: readonly Row[]): string {
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => (row[column] as string).length)))
  return rows
    .map((row) => row.map((cell, column) => cell.padEnd(widths[column] as number)).join('  ').trimEnd())
    .join('\n')
}

function formatMarkdown (rows: readonly Row[]): string {
  const lines = rows.map((row) => `| ${row.map((cell) => cell.replace(/[|\\]/g, '\\$&')).join(' | ')} |`)
  lines.splice(1, 0, `|${' --- |'.repeat(HEAD.length)}`)
  return lines.join('\n')
}

/** Where an option was set, for a sentence. */
export function placeOf (source: PolicySource): string {
  if (typeof source === 'object') return `the policy ${quote(source.policy)}`
  return {
    default: 'the default',
    outer: "the outer registration's options",
    plugin: "the plugin's options",
    route: "the route's config.cors"
  }[source]
}
