import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

import { INSECURE_CHROMIUM, LAUNCHERS, type Launcher } from './engines.ts'
import type { Result } from './page/case.ts'
import { cleanUpOnSignals } from './processes.ts'
import { runRandomCases, type Disagreement } from './random/run.ts'
import { runSuite } from './suite.ts'

/** In how many cases a browser, or a plugin, that checks nothing must fail at least. */
const CONTROL_FAILURES = 30
/** Of how many random cases the difference is printed. */
const SHOWN = 10
/** How many browsers run at a time. */
const LANES = 2
/** Other random cases: `CASES_SEED=7 CASES_COUNT=1000 node build/test/browsers/main.js firefox`. */
const DRAW = { seed: Number(process.env['CASES_SEED'] ?? 1), count: Number(process.env['CASES_COUNT'] ?? 500) }

const isCi = process.env['CI'] === 'true'
const names = process.argv.slice(2)

cleanUpOnSignals()
if (process.send !== undefined) {
  // The negative control below runs this file again, and wants one number.
  const chromium = LAUNCHERS['chromium-npm'] as Launcher
  process.send(failuresOf(await runSuite('chromium', chromium, await chromium.find() as string)).length)
  process.exit()
}

/** What a task has found out: lines to print, and whether all is as it should be. */
interface Report {
  readonly lines: readonly string[]
  readonly isGood: boolean
}

const tasks = names.flatMap((name) => name === 'controls' ? [controlWithoutWebSecurity, controlWithoutOriginCheck] : [async () => await runEngine(name)])
let isGood = true

await Promise.all(Array.from({ length: LANES }, async () => {
  for (let task = tasks.shift(); task !== undefined; task = tasks.shift()) {
    const report = await task().catch((error: unknown) => ({ lines: [error instanceof Error ? error.message : String(error)], isGood: false }))
    console.log(report.lines.join('\n'))
    isGood &&= report.isGood
  }
}))
process.exit(isGood ? 0 : 1)

async function runEngine (name: string): Promise<Report> {
  const launcher = LAUNCHERS[name]
  if (launcher === undefined) throw new Error(`'${name}' is not one of ${Object.keys(LAUNCHERS).join(', ')}, controls`)
  const executable = await launcher.find()
  if (executable === undefined) return missing(name)
  const started = performance.now()
  const results = await runSuite(name, launcher, executable)
  const failures = failuresOf(results)
  const seconds = secondsSince(started)
  const startedRandom = performance.now()
  const disagreements = await runRandomCases({ name, launcher, executable }, DRAW)
  return {
    lines: [
      `${name}: ${results.length} cases, ${failures.length} failed, ${seconds} s`,
      ...differencesOf(results),
      ...failures.map(({ name: failed, wanted, got }) => `  failed: ${failed}\n    wanted ${wanted}\n    got    ${got}`),
      `${name}: ${DRAW.count} random cases of seed ${DRAW.seed}, ${disagreements.length} unlike simulate, ${secondsSince(startedRandom)} s`,
      ...showDisagreements(disagreements)
    ],
    isGood: results.length > 0 && failures.length === 0 && DRAW.count > 0 && disagreements.length === 0
  }
}

function showDisagreements (disagreements: readonly Disagreement[]): string[] {
  const shown = disagreements.slice(0, SHOWN).map(({ id, request, browser, model }) => {
    const first = browser.findIndex((line, index) => line !== model[index])
    const differing = first === -1 ? browser.length : first
    const marked = (lines: readonly string[]): string => lines.map((line, index) => `    ${index === differing ? '> ' : '  '}${line}`).join('\n')
    return `  unlike: ${id}, ${request}\n    the browser\n${marked(browser)}\n    simulate\n${marked(model)}`
  })
  return disagreements.length > SHOWN ? [...shown, `  and ${disagreements.length - SHOWN} more`] : shown
}

function secondsSince (started: number): string {
  return ((performance.now() - started) / 1000).toFixed(1)
}

/** A suite that cannot fail proves nothing. */
async function controlWithoutWebSecurity (): Promise<Report> {
  const executable = await INSECURE_CHROMIUM.find()
  if (executable === undefined) return missing('control')
  const name = 'chromium-without-web-security'
  const failures = failuresOf(await runSuite(name, INSECURE_CHROMIUM, executable)).length
  const disagreements = (await runRandomCases({ name, launcher: INSECURE_CHROMIUM, executable }, DRAW)).length
  return {
    lines: [`control: in a Chromium without web security ${failures} cases fail, and ${disagreements} random cases are unlike simulate`],
    isGood: failures >= CONTROL_FAILURES && disagreements >= CONTROL_FAILURES
  }
}

async function controlWithoutOriginCheck (): Promise<Report> {
  if (await INSECURE_CHROMIUM.find() === undefined) return missing('control')
  const hooks = new URL('./without-origin-check.js', import.meta.url).href
  const child = fork(fileURLToPath(import.meta.url), [], { execArgv: ['--import', hooks] })
  const exit = once(child, 'exit').then(([code]) => { throw new Error(`the plugin without its origin check: exit code ${code}`) })
  const [failures] = await Promise.race([once(child, 'message'), exit]) as [number]
  return { lines: [`control: ${failures} cases fail with a plugin that checks no origin`], isGood: failures >= CONTROL_FAILURES }
}

/** An engine that is not installed matters on the machine that judges, and only there. */
function missing (name: string): Report {
  return { lines: [`${name}: the browser is not installed${isCi ? '' : ', skipped'}`], isGood: !isCi }
}

function failuresOf (results: readonly Result[]): readonly Result[] {
  return results.filter(({ wanted, got }) => wanted !== got)
}

/** Which known differences this engine showed, and why. */
function differencesOf (results: readonly Result[]): string[] {
  const reasons = results.flatMap(({ difference }) => difference ?? [])
  return [...new Set(reasons)].map((reason) => `  ${reasons.filter((each) => each === reason).length} differ as known: ${reason}`)
}
