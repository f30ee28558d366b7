// A test runner of StrykerJS. A process for each mutant and test file takes a second or two; with more than ten
// thousand mutants that is a day. This one runs the tests in its own process, each time with all
// modules of the project loaded anew, which takes a twentieth of that.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'

import { declareClassPlugin, PluginKind, commonTokens, tokens } from '@stryker-mutator/api/plugin'
import { DryRunStatus, MutantRunStatus, TestStatus, determineHitLimitReached } from '@stryker-mutator/api/test-runner'

/** Where the instrumented code looks for the mutant that is active, and notes what it covers. */
const stryker = (globalThis.__stryker__ ??= {})
const ACTIVE = '__STRYKER_ACTIVE_MUTANT__'

/** How long each test file takes, for the other processes. */
const TIMES = 'times-of-tests.json'
/** Which of them noticed mutants of which files. */
const NOTICED = 'noticed-by-tests.json'
const HANGS = Symbol('a test does not end')

class Runner {
  static inject = tokens(commonTokens.options)
  #folder = process.cwd()
  #options
  #files
  #sources
  #runTestFile
  #watchdog
  /** How long each file took, and how often it noticed a mutant of a file of lib/: the likely and the quick come first. */
  #times = new Map()
  #noticed = {}

  constructor ({ tests }) {
    this.#options = tests
  }

  capabilities () {
    return { reloadEnvironment: true }
  }

  async init () {
    // With these the tests start other processes, in other folders.
    process.execArgv = ['test/fixtures/use-source.js', 'scripts/mutants/note-coverage.js'].map((file) => `--import=${pathToFileURL(join(this.#folder, file)).href}`)
    // Here, and not in the process that starts the others: tap looks after a process from its import on.
    const { runTestFile } = await import('./test-file.js')
    const { Sources } = await import('./modules.js')
    const { Watchdog } = await import('./watchdog.js')
    this.#runTestFile = runTestFile
    if (existsSync(join(this.#folder, NOTICED))) this.#noticed = JSON.parse(readFileSync(join(this.#folder, NOTICED), 'utf8'))
    this.#files = testFiles(this.#folder, this.#options)
    this.#sources = await Sources.of(this.#folder)
    this.#watchdog = new Watchdog(join(this.#folder, 'hangs-'))
  }

  async dryRun () {
    const tests = []
    const folder = process.env['MUTANT_COVERAGE'] = join(this.#folder, 'coverage-of-processes')
    mkdirSync(folder)
    for (const file of this.#files) {
      const begun = []
      const failure = await this.#run(file, () => true, (number) => {
        stryker.currentTestId = `${file}#${number}`
        begun.push({ number, time: performance.now() })
      })
      if (failure !== undefined) return { status: DryRunStatus.Error, errorMessage: `${file}: ${failure.message}` }
      for (const name of readdirSync(folder)) {
        coverAlso(`${file}#0`, JSON.parse(readFileSync(join(folder, name), 'utf8')))
        rmSync(join(folder, name))
      }
      begun.forEach(({ number, time }, index) => {
        const timeSpentMs = (begun[index + 1]?.time ?? performance.now()) - time
        tests.push({ id: `${file}#${number}`, name: `${file}#${number}`, fileName: join(this.#folder, file), timeSpentMs, status: TestStatus.Success })
      })
    }
    stryker.currentTestId = undefined
    delete process.env['MUTANT_COVERAGE']
    writeFileSync(join(this.#folder, TIMES), JSON.stringify([...this.#times]))
    return { status: DryRunStatus.Complete, tests, mutantCoverage: stryker.mutantCoverage }
  }

  async mutantRun ({ activeMutant: { id, fileName }, testFilter, hitLimit }) {
    if (this.#watchdog.hasSeen(id)) return { status: MutantRunStatus.Timeout, reason: 'loops' }
    if (this.#times.size === 0) this.#times = new Map(JSON.parse(readFileSync(join(this.#folder, TIMES), 'utf8')))
    const wanted = new Map()
    for (const test of testFilter) {
      const [file, number] = test.split('#')
      wanted.set(file, (wanted.get(file) ?? new Set()).add(Number(number)))
    }
    stryker.activeMutant = process.env[ACTIVE] = id
    stryker.hitCount = hitLimit === undefined ? undefined : 0
    stryker.hitLimit = hitLimit
    try {
      return await this.#judge(fileName, wanted, hitLimit)
    } finally {
      stryker.activeMutant = ''
      delete process.env[ACTIVE]
    }
  }

  async #judge (mutated, wanted, hitLimit) {
    let nrOfTests = 0
    const { alone, only } = this.#options
    const isAsked = (file) => [alone[file], only[file]].every((folders) => folders === undefined || folders.some((folder) => mutated.includes(`/lib/${folder}/`)))
    for (const file of this.#ordered([...wanted.keys()].filter(isAsked), mutated)) {
      const numbers = wanted.get(file)
      let last = 0
      // What only one test of a file has come by may have been done once for all of them.
      const isWhole = numbers.has(0) || numbers.size === 1
      const run = async () => await this.#run(file, (number) => isWhole || numbers.has(number), (number) => {
        last = number
        nrOfTests++
      })
      let failure = await run()
      // It may be of a test that an earlier mutant has ended before its time.
      if (failure?.isThrown === true) failure = await run()
      if (failure === HANGS) return { status: MutantRunStatus.Timeout, reason: file }
      const limit = determineHitLimitReached(stryker.hitCount, hitLimit)
      if (limit !== undefined) return limit
      if (failure !== undefined) {
        this.#note(mutated, file)
        return { status: MutantRunStatus.Killed, killedBy: [`${file}#${last}`], failureMessage: failure.message, nrOfTests }
      }
    }
    return { status: MutantRunStatus.Survived, nrOfTests }
  }

  async #run (file, isWanted, onTest) {
    const run = async () => file in this.#options.alone
      ? await runAlone(join(this.#folder, file), onTest)
      : await this.#runTestFile(this.#sources, pathToFileURL(join(this.#folder, file)).href, isWanted, onTest)
    const start = performance.now()
    const time = this.#times.get(file)
    if (time === undefined) {
      const failure = await run()
      this.#times.set(file, performance.now() - start)
      return failure
    }
    const timer = new AbortController()
    const limit = 2000 + 3 * time
    this.#watchdog.expect(stryker.activeMutant, limit + 3000)
    try {
      // This ends what waits for something that never comes, and the watchdog what loops.
      return await Promise.race([run(), wait(limit, HANGS, { signal: timer.signal })])
    } finally {
      timer.abort()
      this.#watchdog.rest()
    }
  }

  /** What has noticed the mutant before comes first: the next one is right beside it. */
  #ordered (files, mutated) {
    const { last, counts = {} } = this.#noticed[mutated] ?? {}
    const cost = (file) => file === last ? 0 : this.#times.get(file) / (1 + 3 * (counts[file] ?? 0))
    return files.sort((a, b) => cost(a) - cost(b))
  }

  #note (mutated, file) {
    const { counts = {} } = this.#noticed[mutated] ?? {}
    counts[file] = (counts[file] ?? 0) + 1
    this.#noticed[mutated] = { last: file, counts }
    // For the process that comes after this one.
    const path = join(this.#folder, NOTICED)
    writeFileSync(`${path}.${process.pid}`, JSON.stringify(this.#noticed))
    renameSync(`${path}.${process.pid}`, path)
  }
}

/** Of `tests` in the configuration. */
export const strykerValidationSchema = { properties: { tests: { type: 'object' } } }

/** Tests that need a process of their own. */
async function runAlone (path, onTest) {
  onTest(0)
  const child = spawn(process.execPath, [...process.execArgv, path], { stdio: ['ignore', 'pipe', 'ignore'] })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (chunk) => { output += chunk })
  const [code] = await once(child, 'close')
  return code === 0 ? undefined : { message: output.slice(output.search(/^ *not ok/m)).slice(0, 2000), isThrown: false }
}

function coverAlso (test, counts) {
  const covered = stryker.mutantCoverage.perTest[test] ??= {}
  for (const [id, count] of Object.entries(counts)) covered[id] = (covered[id] ?? 0) + count
}

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, 'in-process', Runner)]

/** Unit tests, and those files that stand above the folders. */
function testFiles (folder, { folders, files, without }) {
  const found = folders.flatMap((name) => readdirSync(join(folder, 'test', name)).filter((file) => /^[^.]+\.test\.ts$/.test(file)).map((file) => `test/${name}/${file}`))
  return [...found, ...files].filter((file) => !without.includes(file)).sort()
}
