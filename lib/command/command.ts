import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs, types } from 'node:util'

import type { FastifyInstance, FastifyPluginAsync, FastifyServerOptions } from 'fastify'

// Before the application is loaded, so that none of its routes is missed.
import { corsOf } from '../index.ts'
import type { CorsAnswer, CorsExplanation, CorsQuestion, CorsQuestions } from '../questions/types.ts'
import { titleOf } from '../routes/route-name.ts'
import { show } from '../text.ts'

/** Arguments that make no command. */
class UsageError extends Error {}

export const USAGE = `Usage: fastify-route-cors report APP [--markdown | --json]
       fastify-route-cors explain APP --from ORIGIN [METHOD] URL [options]

APP is a file that exports a Fastify plugin or instance, as default or with
module.exports; the options of the instance made for a plugin may be exported
as 'options'.

report    the CORS policy of every route, and where each option was set
explain   whether a page of ORIGIN may make a request, and why; METHOD is GET
          unless it is given

Options of explain:
  --header 'NAME: VALUE'   a header that the page's script sets; may be repeated
  --credentials            with cookies, as fetch() with credentials: 'include'
  --host HOST              the Host header, for routes with a host constraint

  --json                   data instead of text
  --help                   this text

Exit code: 0, 1 where a browser would block the request, 2 where the question
could not be answered.
`

/** What a command comes to. */
export interface Result {
  readonly exitCode: 0 | 1 | 2
  readonly output: string
  /** For standard error. */
  readonly error: string
}

type Question = Exclude<Command, { name: 'help' }>

/** Runs `fastify-route-cors` with these arguments. */
export async function run (args: readonly string[]): Promise<Result> {
  try {
    const command = readArguments(args)
    return command.name === 'help' ? answered(USAGE) : await ask(command)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return { exitCode: 2, output: '', error: error instanceof UsageError ? `${message}\n\n${USAGE}` : `${message}\n` }
  }
}

async function ask (command: Question): Promise<Result> {
  const app = await loadApp(command.file)
  try {
    await app.ready()
    return await answer(command, questionsOf(app))
  } finally {
    await app.close()
  }
}

async function answer (command: Question, questions: CorsQuestions): Promise<Result> {
  if (command.name === 'report') {
    const { format } = command
    return answered(`${format === 'json' ? formatJson(questions.routes()) : questions.report({ format })}\n`)
  }
  const explanation = await questions.explain(command.question)
  const text = command.format === 'json' ? formatJson(explanation) : formatExplanation(explanation)
  return { ...answered(`${text}\n`), exitCode: explanation.allowed ? 0 : 1 }
}

/** The application may have another copy of this package than the command. */
function questionsOf (app: FastifyInstance): CorsQuestions {
  const { cors } = app as { cors?: Partial<CorsQuestions> }
  return typeof cors?.explain === 'function' ? cors as CorsQuestions : corsOf(app)
}

function answered (output: string): Result {
  return { exitCode: 0, output, error: '' }
}

interface ReportCommand {
  readonly name: 'report'
  readonly file: string
  readonly format: 'table' | 'markdown' | 'json'
}

interface ExplainCommand {
  readonly name: 'explain'
  readonly file: string
  readonly question: CorsQuestion
  readonly format: 'text' | 'json'
}

type Command = ReportCommand | ExplainCommand | { readonly name: 'help' }

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
function readArguments (args: readonly string[]): Command {
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

type Fastify = (options: object) => FastifyInstance

interface AppModule {
  readonly default?: unknown
  readonly options?: FastifyServerOptions
}

/**
 * Loads an application as fastify-cli does: a module exports an instance, or a
 * plugin that is registered on a new one, made by the Fastify that the
 * module itself would import.
 */
async function loadApp (file: string): Promise<FastifyInstance> {
  const path = resolve(file)
  const module = await import(pathToFileURL(path).href) as AppModule
  const inner = Object(module.default) as AppModule
  // CommonJS that was compiled from ESM has its default export below that of the module.
  const exported = inner.default ?? module.default
  if (isInstance(exported)) {
    // What is printed is the answer; its own log goes to the same place.
    exported.log.level = 'silent'
    return exported
  }
  if (typeof exported !== 'function') throw new Error(`${file} exports neither a plugin nor an instance of Fastify as its default`)
  const fastify = createRequire(path)('fastify') as Fastify
  const { loggerInstance: _, ...options } = module.options ?? inner.options ?? {}
  const app = fastify({ ...options, logger: { level: 'warn', stream: process.stderr } })
  app.register(exported as FastifyPluginAsync)
  return app
}

function isInstance (value: unknown): value is FastifyInstance {
  const { ready, inject } = Object(value) as Partial<FastifyInstance>
  return typeof ready === 'function' && typeof inject === 'function'
}

/** An explanation for a person to read. */
function formatExplanation ({ allowed, code, reason, route, preflight, response }: CorsExplanation): string {
  return [
    `${allowed ? 'allowed' : 'blocked'}: ${code}`,
    reason,
    ...(route === undefined ? [] : ['', `route      ${titleOf(route)}`]),
    ...formatAnswer('preflight', preflight),
    ...formatAnswer('response ', response)
  ].join('\n')
}

function formatAnswer (name: string, answer: CorsAnswer | undefined): string[] {
  if (answer === undefined) return []
  const { status, headers } = answer
  return ['', `${name}  ${status}`, ...Object.entries(headers).sort().map(([header, value]) => `  ${header}: ${value}`)]
}

/** JSON in which functions and RegExps are shown. */
function formatJson (value: unknown): string {
  return JSON.stringify(value, (_key, item) => typeof item === 'function' || types.isRegExp(item) ? show(item) : item, 2)
}
