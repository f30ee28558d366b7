import type { FastifyInstance } from 'fastify'

// Before the application is loaded, so that none of its routes is missed.
import { corsOf } from '../index.ts'
import type { CorsQuestions } from '../questions/types.ts'
import { readArguments, type Command } from './arguments.ts'
import { formatExplanation, formatJson } from './format.ts'
import { loadApp } from './load-app.ts'
import { USAGE, UsageError } from './usage.ts'

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
