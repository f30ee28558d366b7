import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import t from 'tap'

import type { Launcher } from './engines.ts'
import { runSuite } from './suite.ts'

const SHORT_MS = 400

/** Something that is no browser. */
function fake (args: readonly string[]): Launcher {
  return { engine: 'chromium', find: async () => process.execPath, args: () => args }
}

function profiles (): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith('cors-cases-no-browser-'))
}

t.test('a browser that hangs is ended, and the message names it and the case', async (t) => {
  const hangs = fake(['-e', 'setInterval(() => {}, 1000)'])
  await t.rejects(runSuite('no-browser-hangs', hangs, process.execPath, SHORT_MS), {
    message: "no-browser-hangs: ended after 0.4 s without a word, in case 'the first one'"
  })
  t.strictSame(profiles(), [], 'no profile is left behind')
})

t.test('the processes that a browser started end with it', async (t) => {
  const started = `${t.testdir({})}/started`
  const child = `require('fs').writeFileSync(${JSON.stringify(`${started}.new`)}, String(process.pid)); require('fs').renameSync(${JSON.stringify(`${started}.new`)}, ${JSON.stringify(started)}); setInterval(() => {}, 1000)`
  const spawns = fake(['-e', `
    require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(child)}])
    setInterval(() => { if (require('fs').existsSync(${JSON.stringify(started)})) process.exit(3) }, 10)
  `])
  await t.rejects(runSuite('no-browser-spawns', spawns, process.execPath), { message: /ended by itself/ })
  t.ok(existsSync(started), 'it had started')
  t.notOk(isRunning(Number(readFileSync(started, 'utf8'))))
})

t.test('a browser that ends by itself fails at once', async (t) => {
  await t.rejects(runSuite('no-browser-ends', fake(['-e', 'process.exit(3)']), process.execPath), {
    message: "no-browser-ends: it ended by itself (code 3), in case 'the first one'"
  })
})

t.test('a browser that cannot be started fails at once', async (t) => {
  await t.rejects(runSuite('no-browser-starts', fake([]), '/no/such/browser'), {
    message: "no-browser-starts: spawn /no/such/browser ENOENT, in case 'the first one'"
  })
})

function isRunning (pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  // A zombie, which nobody has fetched yet, has no command line.
  const commandLine = `/proc/${pid}/cmdline`
  return !existsSync(commandLine) || readFileSync(commandLine, 'utf8') !== ''
}
