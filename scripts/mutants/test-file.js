import diagnostics from 'node:diagnostics_channel'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'

import { Modules } from './modules.js'

/** Tap rejects what waits for a test that it bails out of. */
const BAILOUT = 'bailout'

// Tap ends a process in which nothing was tested for half a minute, unless it is told to wait forever; that it tells its
// parent, which is no tap.
const { send } = process
process.send = undefined
process.env.TAP_TIMEOUT = '0'
const { Test } = await import('tap')
process.send = send

/** What the modules that are loaded now subscribe to. Node.js itself forgets a channel now and then that nobody subscribes to for a while. */
const listeners = new Map()
const channels = new Set()

function subscribe (name, listener) {
  if (!channels.has(name)) diagnostics.subscribe(name, (message) => { for (const each of listeners.get(name) ?? []) each(message, name) })
  channels.add(name)
  listeners.set(name, [...listeners.get(name) ?? [], listener])
}

/** The copy of the package that serves the process is the one that is loaded now. */
const COPY = Symbol.for('fastify-route-cors')

let onError = () => {}
for (const event of ['uncaughtException', 'unhandledRejection']) process.on(event, (error) => onError(error))

/**
 * Runs a test file in this process, with all modules of the project loaded anew, up to the first assertion that
 * fails. Its tests are numbered; what a file does outside of them is number 0. `isWanted` tells by the number whether a test is
 * run, and `onTest` hears of each that begins. Resolves to what failed, or to undefined.
 */
export async function runTestFile (sources, url, isWanted, onTest) {
  const root = new Test({ name: 'mutant', bail: true, timeout: 0 })
  let output = ''
  root.on('data', (chunk) => { output += chunk })
  let thrown
  Object.defineProperty(globalThis, COPY, { value: undefined, configurable: true })
  onTest(0)
  await new Promise((resolve) => {
    root.on('bailout', resolve)
    onError = (error) => {
      if (error === BAILOUT) return
      thrown ??= error
      resolve()
    }
    // Folders of tests are named after them: another process may run the same file.
    root.test(`${process.pid} ${relative(process.cwd(), fileURLToPath(url))}`, async (t) => {
      numberTests(t, isWanted, onTest)
      await new Modules(sources, {
        tap: { default: t, t, test: (...args) => t.test(...args), Test },
        'node:diagnostics_channel': { ...diagnostics, subscribe }
      }).import(url)
    }).then(resolve, onError)
  })
  listeners.clear()
  onError = () => {}
  if (thrown !== undefined) return { message: String(thrown?.stack ?? thrown), isThrown: true }
  if (!root.passing()) return { message: output.slice(output.search(/^ *not ok/m)).slice(0, 2000), isThrown: false }
}

function numberTests (t, isWanted, onTest) {
  const { test } = t
  let tests = 0
  t.test = (...args) => {
    const number = ++tests
    if (!isWanted(number)) return Promise.resolve()
    const run = args.pop()
    return test.call(t, ...args, (t) => {
      onTest(number)
      return run(t)
    })
  }
}
