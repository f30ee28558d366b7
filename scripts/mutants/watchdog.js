// Ends this process when a mutant loops where nothing else gets its turn: StrykerJS starts another one, and asks again.
import { existsSync, writeFileSync } from 'node:fs'
import { isMainThread, Worker, workerData } from 'node:worker_threads'

const LOOK = 250
/** In the memory that is shared: when it is too late, by the clock, or 0 for never; and the number of the mutant. */
const [DEADLINE, MUTANT] = [0, 1]

export class Watchdog {
  #shared = new Float64Array(new SharedArrayBuffer(16))
  #prefix

  /** With `prefix`, and the number of a mutant, begins the name of the file that says of it that it has ended a process. */
  constructor (prefix) {
    this.#prefix = prefix
    // It has to look on from a thread of its own.
    new Worker(new URL(import.meta.url), { workerData: { shared: this.#shared, prefix }, execArgv: [] }).unref()
  }

  hasSeen (mutant) {
    return existsSync(`${this.#prefix}${mutant}`)
  }

  expect (mutant, milliseconds) {
    this.#shared[MUTANT] = Number(mutant)
    this.#shared[DEADLINE] = Date.now() + milliseconds
  }

  rest () {
    this.#shared[DEADLINE] = 0
  }
}

if (!isMainThread) {
  const { shared, prefix } = workerData
  setInterval(() => {
    if (shared[DEADLINE] === 0 || Date.now() < shared[DEADLINE]) return
    writeFileSync(`${prefix}${shared[MUTANT]}`, '')
    process.kill(process.pid, 'SIGKILL')
  }, LOOK)
}
