import { parseArgs } from 'node:util'

import type { CorsQuestion } from '../questions/types.ts'
import { UsageError } from './usage.ts'

export interface ReportCommand {
  readonly name: 'report'
  readonly file: string
  readonly format: 'table' | 'markdown' | 'json'
}

export interface ExplainCommand {
  readonly name: 'explain'
  readonly file: string
  readonly question: CorsQuestion
  readonly format: 'text' | 'json'
}

export type Command = ReportCommand | ExplainCommand | { readonly name: 'help' }

const OPTIONS = {
  from: { type: 'string' },
  host: { type: 'string' },
  header: { type: 'string', multiple: true },
  credentials: { type: 'boolean' },
  markdown: { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' }
} as const

type Values = ReturnType<typeof parse>['values']

const NAMES = {
  report: ['markdown', 'json'],
  explain: ['from', 'host', 'header', 'credentials', 'json']
} as const

/** @throws UsageError where the arguments make no command */
export function readArguments (args: readonly string[]): Command {
  const { values, positionals: [name, ...rest] } = parse(args)
  if (values.help === true) return { name: 'help' }
  if (name !== 'report' && name !== 'explain') {
    throw new UsageError(name === undefined ? 'a command is missing' : `there is no command '${name}'`)
  }
  const foreign = Object.keys(values).find((option) => !(NAMES[name] as readonly string[]).includes(option))
  if (foreign !== undefined) throw new UsageError(`${name} takes no --${foreign}`)
  return name === 'report' ? readReport(values, rest) : readExplain(values, rest)
}

function parse (args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true })
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

function readReport ({ markdown = false, json = false }: Values, [file, ...rest]: readonly string[]): ReportCommand {
  if (file === undefined || rest.length > 0) throw new UsageError('report takes one file')
  if (markdown && json) throw new UsageError('--markdown and --json exclude each other')
  return { name: 'report', file, format: json ? 'json' : markdown ? 'markdown' : 'table' }
}

function readExplain (values: Values, [file, ...request]: readonly string[]): ExplainCommand {
  const { from, host, header = [], credentials = false, json = false } = values
  const url = request.at(-1)
  if (file === undefined || url === undefined || request.length > 2) {
    throw new UsageError('explain takes a file, a method and a URL')
  }
  if (from === undefined) throw new UsageError('explain needs --from, the origin of the page')
  const question = {
    ...(request.length === 2 && { method: request[0] as string }),
    url,
    origin: from,
    ...(host !== undefined && { host }),
    headers: Object.fromEntries(header.map(readHeader)),
    credentials
  }
  return { name: 'explain', file, question, format: json ? 'json' : 'text' }
}

function readHeader (line: string): [name: string, value: string] {
  const colon = line.indexOf(':')
  if (colon < 1) throw new UsageError(`'${line}' is no header; write --header 'NAME: VALUE'`)
  return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()]
}
