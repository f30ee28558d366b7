// Runs in a process of its own, so that only the server is measured. Told for how long, it sends as much as it can, and
// tells what was answered that should not have been.
import { request as httpRequest } from 'node:http'
import http2, { type ClientHttp2Session } from 'node:http2'
import { createRequire } from 'node:module'
import { connect, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'

import type { Answer, Exchange } from '../../lib/browser/index.ts'
import { seeded } from '../fixtures/seeded.ts'
import { THROWS } from './application.ts'
import { answerOf, Reference, type Expected } from './expected.ts'
import { HOSTILE } from './hostile.ts'
import { PAGES } from './pages.ts'

export interface Told {
  readonly seconds: number
  readonly port: number
  readonly http2Port: number
}

/** How many answers came, of each kind, and what was wrong. */
export interface Report {
  readonly counts: Readonly<Record<string, number>>
  readonly wrong: readonly string[]
}

type OnResponse = (status: number, body: string, context: object, headers: Readonly<Record<string, string>>) => void
type Autocannon = (options: object) => Promise<{ readonly errors: number, readonly timeouts: number }>

const autocannon = createRequire(import.meta.url)('autocannon') as Autocannon
const CHECKED = 1000
const MAX_WRONG = 20
const { pick, chance } = seeded(15)
const reference = await Reference.build()

let pages = 0

class Slice {
  readonly #told: Told
  readonly #end: number
  readonly #counts: Record<string, number> = {}
  readonly #wrong: string[] = []
  readonly #checks: Array<Promise<void>> = []

  constructor (told: Told) {
    this.#told = told
    this.#end = performance.now() + told.seconds * 1000
  }

  async run (): Promise<Report> {
    await Promise.all([
      this.#pipelined(), this.#http2(), ...Array.from({ length: 4 }, async () => { await this.#aborts() }),
      ...Array.from({ length: 8 }, async () => { await this.#slowly() }), ...Array.from({ length: 3 }, async () => { await this.#readsSlowly() }), ...Array.from({ length: 8 }, async () => { await this.#hostile() }), this.#throwing()
    ])
    await Promise.all(this.#checks)
    return { counts: this.#counts, wrong: this.#wrong }
  }

  get #isOver (): boolean {
    return performance.now() >= this.#end
  }

  #blame (what: string): void {
    if (this.#wrong.length < MAX_WRONG) this.#wrong.push(what)
  }

  #count (kind: string): number {
    return (this.#counts[kind] = (this.#counts[kind] ?? 0) + 1)
  }

  /** Every thousandth answer is compared with the application's without load, and a page asks with the model for a browser. */
  #answered (kind: string, { exchange, answers }: Expected, status: number, headers: Readonly<Record<string, unknown>>): void {
    if (this.#count(kind) % CHECKED !== 1) return
    const answer = answerOf({ status, headers: Object.entries(headers).map(([name, value]) => [name, String(value)]) })
    this.#count('compared')
    if (!answers.has(answer)) this.#blame(`${kind}: ${JSON.stringify([exchange.method, exchange.url, exchange.headers])} is answered with ${answer}, not ${[...answers].join(' or ')}`)
    const page = PAGES[pages++ % PAGES.length] as typeof PAGES[number]
    this.#checks.push(reference.wrongVerdict(page, async (exchange) => await this.#send(exchange)).then((wrong) => {
      this.#count('asked by a page')
      if (wrong !== undefined) this.#blame(wrong)
    }))
  }

  async #pipelined (): Promise<void> {
    const requests = reference.exchanges.map((expected) => {
      const { method, url, headers, body } = expected.exchange
      const { pathname } = new URL(url)
      const onResponse: OnResponse = (status, _body, _context, headers) => {
        this.#answered('HTTP/1', expected, status, Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])))
      }
      return { method, path: pathname, headers: Object.fromEntries(headers), ...(body !== undefined && { body }), onResponse }
    })
    const { errors, timeouts } = await autocannon({ url: `http://127.0.0.1:${this.#told.port}`, connections: 20, pipelining: 4, timeout: 60, duration: this.#told.seconds, requests })
    if (errors + timeouts > 0) this.#blame(`HTTP/1: ${errors} errors, ${timeouts} of them of time`)
  }

  async #http2 (): Promise<void> {
    while (!this.#isOver) {
      const session = http2.connect(`http://127.0.0.1:${this.#told.http2Port}`)
      session.on('error', (error) => { this.#blame(`HTTP/2: ${String(error)}`) })
      await Promise.all(Array.from({ length: 10 }, async () => {
        for (let i = 0; i < 100 && !this.#isOver; i++) await this.#stream(session)
      }))
      await new Promise<void>((resolve) => { session.close(resolve) })
    }
  }

  async #stream (session: ClientHttp2Session): Promise<void> {
    const expected = pick(reference.exchanges)
    const { method, url, headers, body } = expected.exchange
    const { host, pathname } = new URL(url)
    const others = Object.fromEntries(headers.filter(([name]) => name !== 'host' && name !== 'connection'))
    const stream = session.request({ ':method': method, ':authority': host, ':path': pathname, ...others })
    await new Promise<void>((resolve) => {
      stream.on('error', () => { resolve() }).on('close', resolve)
      if (chance(0.05)) {
        this.#count('HTTP/2, aborted')
        stream.close(http2.constants.NGHTTP2_CANCEL)
        return
      }
      stream.on('response', ({ ':status': status = 0, ...answered }) => { this.#answered('HTTP/2', expected, status, answered) })
      stream.resume().end(body)
    })
  }

  /** Ends where nobody would: before the head is whole, while the server works, before the answer is read. */
  async #aborts (): Promise<void> {
    while (!this.#isOver) {
      const { method, url, headers } = pick(reference.exchanges).exchange
      const path = chance(0.3) ? '/slow' : new URL(url).pathname
      const head = `${method} ${path} HTTP/1.1\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`
      const socket = this.#connect()
      socket.write(chance(0.4) ? head.slice(0, Math.floor(head.length / 2)) : head)
      await wait(pick([0, 1, 5]))
      if (chance(0.5)) socket.resetAndDestroy()
      else socket.destroy()
      this.#count('aborted')
    }
  }

  /** Sends a request byte by byte. */
  async #slowly (): Promise<void> {
    while (!this.#isOver) {
      const socket = this.#connect()
      const answer = readAll(socket)
      for (const character of `GET /list HTTP/1.1\r\nHost: a\r\nConnection: close\r\nOrigin: ${THROWS}\r\n\r\n`) {
        if (this.#isOver) break
        socket.write(character)
        await wait(10)
      }
      if (this.#isOver) socket.destroy()
      const text = await answer
      if (text !== '') {
        this.#count('sent slowly')
        if (!text.startsWith('HTTP/1.1 200 ') || /access-control-allow-origin/i.test(text)) this.#blame(`sent slowly: ${text.slice(0, 200)}`)
      }
    }
  }

  async #readsSlowly (): Promise<void> {
    while (!this.#isOver) {
      const socket = this.#connect()
      socket.write('GET /big HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
      let length = 0
      socket.on('data', (chunk) => {
        length += chunk.length
        socket.pause()
        setTimeout(() => { socket.resume() }, 20)
      })
      await new Promise<void>((resolve) => { socket.on('close', resolve) })
      this.#count('read slowly')
      if (length < 256 * 1024) this.#blame(`read slowly: ${length} bytes`)
    }
  }

  async #hostile (): Promise<void> {
    while (!this.#isOver) {
      const { method, path, lines } = pick(HOSTILE)
      const socket = this.#connect()
      socket.write(`${method} ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`, 'latin1')
      const text = await readAll(socket)
      this.#count('hostile')
      const [, status] = /^HTTP\/1\.1 (\d{3}) /.exec(text) ?? []
      if (status === undefined || Number(status) >= 500) this.#blame(`hostile: ${JSON.stringify([method, path, lines]).slice(0, 200)} is answered with ${text.slice(0, 100)}`)
      await wait(1)
    }
  }

  /** What is asked for is a 500. */
  async #throwing (): Promise<void> {
    while (!this.#isOver) {
      const { status } = await this.#send({ method: 'GET', url: 'http://a/function', headers: [['host', 'a'], ['origin', THROWS]], body: undefined })
      this.#count('500, asked for')
      if (status !== 500) this.#blame(`an origin function that throws: ${status}`)
      await wait(50)
    }
  }

  #connect (): Socket {
    const socket = connect(this.#told.port, '127.0.0.1')
    socket.on('error', () => {})
    return socket
  }

  async #send ({ method, url, headers, body }: Exchange): Promise<Answer> {
    return await new Promise((resolve, reject) => {
      httpRequest({ host: '127.0.0.1', port: this.#told.port, method, path: new URL(url).pathname, headers: Object.fromEntries(headers), agent: false }, (response) => {
        const lines: Array<[string, string]> = []
        for (let i = 0; i < response.rawHeaders.length; i += 2) lines.push(response.rawHeaders.slice(i, i + 2) as [string, string])
        let text = ''
        response.setEncoding('utf8').on('data', (chunk: string) => { text += chunk }).on('error', reject)
          .on('end', () => { resolve({ status: response.statusCode as number, headers: lines, body: text }) })
      }).on('error', reject).end(body)
    })
  }
}

async function readAll (socket: Socket): Promise<string> {
  let text = ''
  socket.setEncoding('latin1').on('data', (chunk: string) => { text += chunk })
  await new Promise<void>((resolve) => { socket.on('close', resolve) })
  return text
}

process.on('message', async (told: Told) => {
  process.send?.(await new Slice(told).run())
})
process.send?.('ready')
