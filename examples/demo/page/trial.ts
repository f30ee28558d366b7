import type { Column, Exchange, Setup } from '../setup.ts'
import { explain } from './explain.ts'
import type { Kind } from './kinds.ts'
import { blocked, type Outcome } from './outcome.ts'
import { exchangesOf } from './requests.ts'

/** A request, what the browser made of it, and what went over the wire. */
export interface Trial {
  readonly title: string
  readonly outcome: Outcome
  readonly exchanges: readonly Exchange[]
  readonly policy: string
  readonly reason: string
}

/** Lets this browser send one kind of request to the routes of one policy. */
export async function tryKind ({ api }: Setup, kind: Kind, column: Column): Promise<Trial> {
  const question = { credentials: kind.credentials ?? false, reads: kind.reads }
  const path = `/${column.id}/${kind.path}`
  return await tryRequest(`${kind.label} → ${column.label}`, column, question, async (id) => await kind.run(`${api}${path}?id=${id}`, id))
}

export async function tryRequest (
  title: string,
  column: Column | undefined,
  question: Parameters<typeof explain>[0],
  run: (id: string) => Promise<Outcome>
): Promise<Trial> {
  const id = crypto.randomUUID()
  // A cookie for requests with credentials to take along.
  if (question.credentials) await fetch('/cookie')
  const outcome = await run(id).catch((error: unknown) => blocked(String(error)))
  const exchanges = await exchangesOf(id)
  return { title, outcome, exchanges, policy: policyOf(column, exchanges), reason: explain(question, outcome, exchanges) }
}

/** The policy of the route that the request was about. */
function policyOf (column: Column | undefined, exchanges: readonly Exchange[]): string {
  if (column === undefined) return '// no route of the API'
  const last = exchanges.at(-1)
  const method = last?.requestHeaders['access-control-request-method'] ?? last?.method ?? 'GET'
  return method === 'GET' || method === 'HEAD' ? column.reading : column.writing
}
