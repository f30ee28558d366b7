import { fork } from 'node:child_process'

/** A process of its own that answers one message at a time. */
export class Worker {
  #child
  #settle

  static async start (url, args = [], execArgv = []) {
    const worker = new Worker()
    worker.#child = fork(url, args, { execArgv })
    worker.#child.on('message', (answer) => { worker.#settle.resolve(answer) })
    worker.#child.on('exit', (code) => { worker.#settle.reject(new Error(`a worker ended with code ${code}`)) })
    await worker.#answer()
    return worker
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
