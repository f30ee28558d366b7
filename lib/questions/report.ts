import type { PolicyOptions } from '../options/policy-options.ts'
import { placeOf } from './provenance.ts'
import { titleOf } from './route-name.ts'
import { showOption } from './show-option.ts'
import type { CorsEffectivePolicy, CorsReportOptions, CorsRoute } from './types.ts'

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
function cellOf ({ options, from }: CorsEffectivePolicy, name: keyof PolicyOptions): string {
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
