import { fork } from 'node:child_process'

/** A process of its own that answers one message at a time. */
export class Worker {
  #child
  #settle

  /** What it said as soon as it could be asked. */
  greeting

  static async start (url, args, execArgv = []) {
    const worker = new Worker(url, args, execArgv)
    worker.greeting = await worker.#answer()
    return worker
  }

  /** What one says that is asked nothing. */
  static async run (url, args = [], execArgv = []) {
    const worker = new Worker(url, args, execArgv)
    try {
      return await worker.#answer()
    } finally {
      worker.stop()
    }
  }

  constructor (url, args, execArgv) {
    this.#child = fork(url, args, { execArgv })
    this.#child.on('message', (answer) => { this.#settle.resolve(answer) })
    this.#child.on('exit', (code) => { this.#settle.reject(new Error(`a worker ended with code ${code}`)) })
  }

  ask (message) {
    this.#child.send(message)
    return this.#answer()
  }

  stop () {
    this.#child.removeAllListeners('exit')
    this.#child.kill()
  }

  #answer () {
    return new Promise((resolve, reject) => { this.#settle = { resolve, reject } })
  }
}
