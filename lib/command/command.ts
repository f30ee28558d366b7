import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs, types } from 'node:util'

import type { FastifyInstance, FastifyPluginAsync, FastifyServerOptions } from 'fastify'

// Before the application is loaded, so that none of its routes is missed.
import { VERSION } from '../copies.ts'
import { corsOf } from '../index.ts'
import type { CorsAnswer, CorsExplanation, CorsQuestion, CorsQuestions } from '../questions/types.ts'
import { titleOf } from '../routes/route-name.ts'
import { show } from '../text.ts'

/** Arguments that make no command. */
class UsageError extends Error {}

/** A file that exports no application. */
class AppError extends Error {}

export const USAGE = `Usage: fastify-route-cors report APP [--markdown | --json]
       fastify-route-cors explain APP --from ORIGIN [METHOD] URL [options]

APP is a file that exports a Fastify plugin or instance, or a function that
makes one, as default, with module.exports, or as 'build', 'buildApp',
'createApp', 'app' or 'server'; the options of the instance made for a plugin
may be exported as 'options'.

report    the CORS policy of every route, and where each option was set
explain   whether a page of ORIGIN may make a request, and why; METHOD is GET
          unless it is given

Options of explain:
  --from ORIGIN            the origin of the page; --origin is the same
  --header 'NAME: VALUE'   a header that the page's script sets; may be repeated
  --credentials            with cookies, as fetch() with credentials: 'include'
  --host HOST              the Host header, for routes with a host constraint

  --json                   data instead of text
  --help                   this text
  --version                the version of fastify-route-cors

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

type Question = ReportCommand | ExplainCommand

/**
 * Runs `fastify-route-cors` with these arguments.
 * @throws SyntaxError where a file of the application cannot be parsed: Node alone knows the place, and prints it for an error that nobody catches
 */
export async function run (args: readonly string[]): Promise<Result> {
  try {
    const command = readArguments(args)
    if (command.name === 'help') return answered(USAGE)
    return command.name === 'version' ? answered(`${VERSION}\n`) : await ask(command)
  } catch (error) {
    if (error instanceof SyntaxError && !('code' in error)) throw error
    const message = error instanceof Error ? error.message : String(error)
    return { exitCode: 2, output: '', error: error instanceof UsageError ? `${message}\n\n${USAGE}` : `${message}\n${adviceFor(error)}` }
  }
}

const OWN = new URL('..', import.meta.url)

/** What else helps with an error of the application: the place in its code, or what runs TypeScript. */
function adviceFor (error: unknown): string {
  const { code, stack } = Object(error) as { readonly code?: unknown, readonly stack?: unknown }
  if (code === 'ERR_UNKNOWN_FILE_EXTENSION' || code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX') {
    return "This Node.js does not run such a file by itself; for TypeScript, set NODE_OPTIONS='--import tsx', with tsx installed\n"
  }
  // Wrong options are told by name; where the plugin was when it found out helps nobody.
  if (error instanceof AppError || typeof stack !== 'string' || String(code).startsWith('FST_ERR_CORS_')) return ''
  const frame = stack.split('\n').find((line) => /^ +at .*:\d+:\d+\)?$/.test(line) && !/node:|\/node_modules\//.test(line) && !line.includes(OWN.href) && !line.includes(OWN.pathname))
  return frame === undefined ? '' : `${frame}\n`
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

type Command = ReportCommand | ExplainCommand | { readonly name: 'help' } | { readonly name: 'version' }

const OPTIONS = {
  from: { type: 'string' },
  origin: { type: 'string' },
  host: { type: 'string' },
  header: { type: 'string', multiple: true },
  credentials: { type: 'boolean' },
  markdown: { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' }
} as const

type Values = ReturnType<typeof parse>['values']

const NAMES = {
  report: ['markdown', 'json'],
  explain: ['from', 'origin', 'host', 'header', 'credentials', 'json']
} as const

/** @throws UsageError where the arguments make no command */
function readArguments (args: readonly string[]): Command {
  const { values, positionals: [name, ...rest] } = parse(args)
  if (values.help === true) return { name: 'help' }
  if (values.version === true) return { name: 'version' }
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
  const { origin, from = origin, host, header = [], credentials = false, json = false } = values
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

/** What a module may export its application as, where it has no default. */
const EXPORTS = ['build', 'buildApp', 'createApp', 'app', 'server']

/** How functions are called that make an application, and plugins are not. */
const FACTORY = /^(?:build|create|make)/i

/**
 * Loads an application as fastify-cli does: a module exports an instance, or a
 * plugin that is registered on a new one, made by the Fastify that the
 * module itself would import. Or it exports a function that makes the instance, which needs no argument.
 */
async function loadApp (file: string): Promise<FastifyInstance> {
  const path = resolve(file)
  const module = await import(pathToFileURL(path).href) as AppModule
  const inner = Object(module.default) as AppModule
  // CommonJS that was compiled from ESM has its default export below that of the module.
  const named = EXPORTS.map((name) => (module as Record<string, unknown>)[name]).find((value) => value !== undefined)
  const exported = inner.default ?? (module.default === undefined || isEmpty(module.default) ? named : module.default)
  const made = isFactory(exported) ? await exported({}) : undefined
  const instance = [made, exported].find(isInstance)
  if (instance !== undefined) {
    // What is printed is the answer; its own log goes to the same place.
    instance.log.level = 'silent'
    return instance
  }
  // A plugin without parameters does nothing when it is called, and is one all the same.
  if (typeof exported !== 'function' || FACTORY.test(exported.name)) throw new AppError(`${file} exports neither a plugin nor an instance of Fastify, nor a function that makes one`)
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

/** A function that takes no instance makes one, and so does one that is called so. */
function isFactory (value: unknown): value is (options: object) => unknown {
  return typeof value === 'function' && (value.length === 0 || FACTORY.test(value.name))
}

/** What `module.exports` is where a CommonJS module exports names alone. */
function isEmpty (value: unknown): boolean {
  return typeof value === 'object' && value !== null && !isInstance(value) && !('default' in value)
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
