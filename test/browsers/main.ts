import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

import { INSECURE_CHROMIUM, LAUNCHERS, type Launcher } from './engines.ts'
import type { Result } from './page/case.ts'
import { cleanUpOnSignals } from './processes.ts'
import { runSuite } from './suite.ts'

/** In how many cases a browser, or a plugin, that checks nothing must fail at least. */
const CONTROL_FAILURES = 30

const isCi = process.env['CI'] === 'true'
const names = process.argv.slice(2)

cleanUpOnSignals()
if (process.send !== undefined) {
  process.send(failuresOf(await runSuite('chromium-npm', LAUNCHERS['chromium-npm'] as Launcher, await executableOf('chromium-npm') as string)).length)
  process.exit()
}

let isGood = true
for (const name of names) {
  try {
    isGood = await (name === 'controls' ? runControls() : runEngine(name)) && isGood
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    isGood = false
  }
}
process.exit(isGood ? 0 : 1)

async function executableOf (name: string): Promise<string | undefined> {
  return await LAUNCHERS[name]?.find()
}

async function runEngine (name: string): Promise<boolean> {
  const launcher = LAUNCHERS[name]
  if (launcher === undefined) throw new Error(`'${name}' is not one of ${Object.keys(LAUNCHERS).join(', ')}, controls`)
  const executable = await launcher.find()
  if (executable === undefined) {
    console.log(`${name}: not installed${isCi ? '' : ', skipped'}`)
    return !isCi
  }
  const started = performance.now()
  const results = await runSuite(name, launcher, executable)
  const failures = failuresOf(results)
  for (const { name: failed, wanted, got } of failures) console.error(`${name}: ${failed}\n  wanted ${wanted}\n  got    ${got}`)
  printDifferences(results)
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(`${name}: ${results.length} cases, ${failures.length} failed, ${seconds} s`)
  return results.length > 0 && failures.length === 0
}

/** A suite that cannot fail proves nothing. */
async function runControls (): Promise<boolean> {
  const executable = await INSECURE_CHROMIUM.find()
  if (executable === undefined) {
    console.log(`controls: chromium-npm is not installed${isCi ? '' : ', skipped'}`)
    return !isCi
  }
  const insecure = failuresOf(await runSuite('chromium without web security', INSECURE_CHROMIUM, executable)).length
  console.log(`control: ${insecure} cases fail in a Chromium without web security`)
  const unchecked = await failuresWithoutOriginCheck()
  console.log(`control: ${unchecked} cases fail with a plugin that checks no origin`)
  return insecure >= CONTROL_FAILURES && unchecked >= CONTROL_FAILURES
}

async function failuresWithoutOriginCheck (): Promise<number> {
  const hooks = new URL('./without-origin-check.js', import.meta.url).href
  const child = fork(fileURLToPath(import.meta.url), [], { execArgv: ['--import', hooks] })
  const exit = once(child, 'exit').then(([code]) => { throw new Error(`the plugin without its origin check: exit code ${code}`) })
  const [failures] = await Promise.race([once(child, 'message'), exit])
  return failures as number
}

function failuresOf (results: readonly Result[]): readonly Result[] {
  return results.filter(({ wanted, got }) => wanted !== got)
}

/** Which known differences this engine showed, and why. */
function printDifferences (results: readonly Result[]): void {
  const reasons = new Map<string, number>()
  for (const { difference } of results) {
    if (difference !== undefined) reasons.set(difference, (reasons.get(difference) ?? 0) + 1)
  }
  for (const [reason, count] of reasons) console.log(`  ${count} known to differ: ${reason}`)
}
