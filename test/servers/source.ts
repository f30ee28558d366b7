import type { Group } from '../browsers/processes.ts'
import { freePort } from '../../examples/demo/ports.ts'
import { until } from '../fixtures/until.ts'

const START_MS = 20_000

/** How one kind of server is started, and how origins are kept in it. */
export interface Kind {
  /** Starts a process on a port of 127.0.0.1, with the data of the one before. */
  readonly start: (port: number) => Group
  readonly url: (port: number) => string
  /** Rejects as long as the server does not answer. */
  readonly ping: (url: string) => Promise<void>
  /** What is done once, when the server is new. */
  readonly prepare: (url: string) => Promise<void>
  /** Adds an origin, as an administrator's page would: who listens is told. */
  readonly add: (url: string, origin: string) => Promise<void>
  readonly remove: (url: string, origin: string) => Promise<void>
  /** How many are told of changes. */
  readonly listeners: (url: string) => Promise<number>
}

/** A server with origins in it, which can be killed and comes back. */
export class Source {
  readonly #kind: Kind
  readonly #port: number
  #process: Group | undefined

  private constructor (kind: Kind, port: number) {
    this.#kind = kind
    this.#port = port
  }

  static async start (kind: Kind): Promise<Source> {
    const source = new Source(kind, await freePort(0))
    await source.comeBack()
    await kind.prepare(source.url)
    return source
  }

  get url (): string {
    return this.#kind.url(this.#port)
  }

  async add (origin: string): Promise<void> {
    await this.#kind.add(this.url, origin)
  }

  async remove (origin: string): Promise<void> {
    await this.#kind.remove(this.url, origin)
  }

  async listeners (): Promise<number> {
    return await this.#kind.listeners(this.url)
  }

  async kill (): Promise<void> {
    await this.#process?.end()
    this.#process = undefined
  }

  /** Settles as soon as the server answers again. */
  async comeBack (): Promise<void> {
    this.#process = await this.#startOn(this.#port)
  }

  /** Changes what is kept while the server is away: nobody is connected, and so nobody is told. */
  async changeWhileAway (added: string, removed: string): Promise<void> {
    const port = await freePort(0)
    const server = await this.#startOn(port)
    try {
      const url = this.#kind.url(port)
      await this.#kind.add(url, added)
      await this.#kind.remove(url, removed)
      server.child.kill('SIGINT')
      await server.ended
    } finally {
      await server.end()
    }
  }

  /** A server whose forerunner was killed may refuse to start until the last process of that one is gone. */
  async #startOn (port: number): Promise<Group> {
    let server = this.#kind.start(port)
    let end: string | undefined
    let output = ''
    const watch = (): void => {
      const watched = server
      for (const stream of [server.child.stdout, server.child.stderr]) stream?.on('data', (data) => { output = `${output}${data}`.slice(-2000) })
      watched.ended.then((how) => { if (watched === server) end = how }, () => {})
    }
    watch()
    try {
      await until('the server answers', START_MS, async () => {
        if (end !== undefined) {
          await server.end()
          end = undefined
          server = this.#kind.start(port)
          watch()
        }
        return await this.#kind.ping(this.#kind.url(port)).then(() => true, () => false)
      })
    } catch (error) {
      await server.end()
      throw new Error(`${(error as Error).message}\n${output}`)
    }
    return server
  }
}
