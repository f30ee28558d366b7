import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

import { startGroup, type Group } from '../browsers/processes.ts'

const APPLICATION = fileURLToPath(new URL('application.ts', import.meta.url))
const FROM_SOURCE = new URL('../fixtures/use-source.js', import.meta.url).href
const START_MS = 30_000
const END_MS = 10_000
/** A request that takes longer counts as one that waited. */
const REQUEST_MS = 1000
const PAUSE_MS = 5
const WARN = 40

/** What was seen by requests that followed one another for some time. */
export interface Traffic {
  count: number
  readonly failures: string[]
}

/** An application in a process of its own. */
export class Instance {
  readonly warnings: string[] = []
  readonly #process: Group
  #address = ''
  #closed = false

  private constructor (process: Group) {
    this.#process = process
  }

  static async start (example: string, url: string): Promise<Instance> {
    const group = startGroup(process.execPath, [`--import=${FROM_SOURCE}`, APPLICATION, example, url], {}, ['ignore', 'pipe', 'inherit', 'ipc'])
    const instance = new Instance(group)
    instance.#readLog()
    const how = group.ended.then((how) => { throw new Error(`${example}: ${how}`) })
    const [address] = await Promise.race([once(group.child, 'message', { signal: AbortSignal.timeout(START_MS) }), how])
    instance.#address = address
    return instance
  }

  /** Whether a page of this origin can read, with credentials; whatever else is answered is an error. */
  async allows (origin: string): Promise<boolean> {
    const response = await fetch(`${this.#address}/products/1`, { headers: { origin }, signal: AbortSignal.timeout(REQUEST_MS) })
    await response.text()
    const cors = [...response.headers].filter(([name]) => name.startsWith('access-control-') || name === 'vary').map((header) => header.join(': '))
    const answer = [response.status, ...cors.sort()].join(', ')
    if (answer === '200, vary: Origin') return false
    if (answer === `200, access-control-allow-credentials: true, access-control-allow-origin: ${origin}, vary: Origin`) return true
    throw new Error(`${origin} is answered ${answer}`)
  }

  /** Asks again and again, and notes what is answered in another way than it should be, or late, until it is stopped. */
  startTraffic (expected: Readonly<Record<string, boolean>>): Traffic & { stop: () => Promise<void> } {
    const traffic: Traffic = { count: 0, failures: [] }
    const stop = new AbortController()
    const run = async (): Promise<void> => {
      while (!stop.signal.aborted) {
        for (const [origin, allowed] of Object.entries(expected)) {
          const failure = await this.allows(origin).then(
            (allows) => allows === allowed ? undefined : `${origin} is ${allows ? 'allowed' : 'refused'}`,
            (error: Error) => error.message)
          if (failure !== undefined) traffic.failures.push(failure)
          traffic.count++
        }
        await setTimeout(PAUSE_MS)
      }
    }
    const running = run()
    return Object.assign(traffic, {
      async stop (): Promise<void> {
        stop.abort()
        await running
      }
    })
  }

  /** Closes the application, and gives how the process ended; nothing may keep it alive. */
  async close (): Promise<string> {
    this.#closed = true
    this.#process.child.send('close')
    const how = await Promise.race([this.#process.ended, setTimeout(END_MS, 'it did not end', { ref: false })])
    await this.#process.end()
    return how
  }

  async end (): Promise<void> {
    if (!this.#closed) await this.#process.end()
  }

  #readLog (): void {
    if (this.#process.child.stdout === null) return
    createInterface({ input: this.#process.child.stdout }).on('line', (line) => {
      const { level, msg } = JSON.parse(line) as { level: number, msg: string }
      if (level >= WARN) this.warnings.push(msg)
    })
  }
}
