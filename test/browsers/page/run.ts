import type { Setup } from '../../../examples/demo/setup.ts'
import { within } from '../../../examples/demo/page/outcome.ts'
import type { Case, Engine, Result } from './case.ts'
import { casesFor } from './cases.ts'

const CASE_MS = 45_000

const engine = new URLSearchParams(location.search).get('engine') as Engine
const setup = await (await fetch('/setup.json')).json() as Setup
const cases = casesFor({ ...setup, engine })
const results: Result[] = []

for (const each of cases) {
  report('/cases/started', each.name)
  results.push(await resultOf(each))
}
await report('/cases/results', results)

async function resultOf ({ name, outcome, run, differs }: Case): Promise<Result> {
  const difference = differs?.[engine]
  const wanted = difference?.outcome ?? outcome
  let got
  try {
    got = await within(run(), CASE_MS)
  } catch (error) {
    got = String(error)
  }
  return { name, wanted, got, ...(difference !== undefined && { difference: difference.reason }) }
}

async function report (url: string, body: unknown): Promise<void> {
  await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
}
