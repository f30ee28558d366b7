import type { Column, Exchange, Setup } from '../setup.ts'
import { asCurl, asTest, policyCode, routesFor, type Asked, type Profile } from './copy.ts'
import { explain } from './explain.ts'
import { methodOf, sendsCredentials, type Kind } from './kinds.ts'
import { blocked, type Outcome } from './outcome.ts'
import { exchangesOf } from './requests.ts'
import { runKind } from './run-kind.ts'

/** A request, what the browser made of it, and what went over the wire. */
export interface Trial {
  readonly title: string
  readonly outcome: Outcome
  readonly exchanges: readonly Exchange[]
  readonly reason: string
  /** Code and commands, to copy. */
  readonly policy: string
  readonly curl: string
  readonly test: string
}

/** Lets this browser send one kind of request to the routes of one policy. */
export async function tryKind (setup: Setup, kind: Kind, column: Column): Promise<Trial> {
  const [path, leadsTo] = [kind.path, kind.leadsTo ?? kind.path].map((name) => `/${column.id}/${name}`) as [string, string]
  const asked: Asked = { ...kind, title: `${kind.label} → ${column.label}`, from: kind.from ?? location.origin, url: setup.api + path }
  return await tryRequest(setup, asked, column, [path, leadsTo], async (id) => await runKind(kind, `${asked.url}?id=${id}`, id))
}

/** Sends a request that goes to these paths of the API. */
export async function tryRequest (
  { api }: Setup,
  asked: Asked,
  column: Column | undefined,
  paths: readonly string[],
  run: (id: string) => Promise<Outcome>
): Promise<Trial> {
  const { title, request, reads } = asked
  const id = crypto.randomUUID()
  const credentials = sendsCredentials(request)
  // A cookie to take along.
  if (credentials) await fetch('/cookie')
  const outcome = await run(id).catch((error: unknown) => blocked(String(error)))
  const exchanges = await exchangesOf(id)
  const routes = column === undefined ? [] : routesFor(column, methodOf(request), paths)
  return {
    title,
    outcome,
    exchanges,
    reason: explain({ credentials, reads }, outcome, exchanges),
    policy: policyCode(column, routes),
    curl: asCurl(api, exchanges),
    test: asTest(asked, outcome.verdict, column, routes, profileOf(navigator.userAgent))
  }
}

function profileOf (userAgent: string): Profile {
  return userAgent.includes('Firefox/') ? 'firefox' : userAgent.includes('Chrome/') ? 'chromium' : 'webkit'
}
