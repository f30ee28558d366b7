import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyPluginAsync } from 'fastify'

import { pathOf } from '../../examples/demo/files.ts'
import { startDemo } from '../../examples/demo/servers.ts'
import { casesApi } from './api.ts'
import { findDisplay } from './display.ts'
import type { Launcher } from './engines.ts'
import type { Result } from './page/case.ts'
import { removeAtExit, removeDirectory, startGroup } from './processes.ts'

/** A browser that says nothing for so long is ended. */
const SILENCE_MS = 30_000

const PAGE = '/cases/test/browsers/page/index.html'

/** Runs every case in a browser, with a server and a profile of its own. */
export async function runSuite (name: string, launcher: Launcher, executable: string, silence = SILENCE_MS): Promise<readonly Result[]> {
  const watch = new Watch(name, silence)
  const demo = await startDemo({ port: 0, api: casesApi, page: () => casesPage(watch) })
  const profile = await mkdtemp(join(tmpdir(), `cors-cases-${name}-`))
  removeAtExit(profile)
  const display = launcher.needsDisplay === true ? await findDisplay() : undefined
  const browser = startGroup(executable, launcher.args(profile, `${demo.origins.page}${PAGE}?engine=${launcher.engine}`), {
    ...await launcher.env?.(profile, executable),
    ...(display !== undefined && { DISPLAY: display })
  })
  watch.start()
  browser.ended.then((reason) => { watch.fail(reason) }, () => {})
  try {
    return await watch.results
  } finally {
    await browser.end()
    await demo.close()
    removeDirectory(profile)
  }
}

/** What the page has said so far. */
class Watch {
  readonly results: Promise<readonly Result[]>
  readonly fail: (reason: string) => void
  readonly done: (results: readonly Result[]) => void
  readonly #silence: number
  #timer: NodeJS.Timeout | undefined
  #running = 'the first one'

  constructor (name: string, silence: number) {
    const { promise, resolve, reject } = withResolvers<readonly Result[]>()
    this.results = promise.finally(() => { clearTimeout(this.#timer) })
    this.done = resolve
    this.fail = (reason) => { reject(new Error(`${name}: ${reason}, in case '${this.#running}'`)) }
    this.#silence = silence
  }

  start (): void {
    this.#timer = setTimeout(() => { this.fail(`ended after ${this.#silence / 1000} s without a word`) }, this.#silence)
  }

  started (name: string): void {
    this.#running = name
    this.#timer?.refresh()
  }
}

function withResolvers<T> (): { promise: Promise<T>, resolve: (value: T) => void, reject: (error: Error) => void } {
  let resolve!: (value: T) => void
  let reject!: (error: Error) => void
  const promise = new Promise<T>((_resolve, _reject) => {
    resolve = _resolve
    reject = _reject
  })
  return { promise, resolve, reject }
}

/** Serves the cases, and takes what the page has to say. */
function casesPage (watch: Watch): FastifyPluginAsync {
  return async (app) => {
    await app.register(fastifyStatic, { root: [pathOf('.'), pathOf('build')], prefix: '/cases/', cacheControl: false, decorateReply: false })
    app.post<{ Body: string }>('/cases/started', async (request, reply) => {
      watch.started(request.body)
      return await reply.code(204).send()
    })
    app.post<{ Body: readonly Result[] }>('/cases/results', { bodyLimit: 2 ** 24 }, async (request, reply) => {
      watch.done(request.body)
      return await reply.code(204).send()
    })
  }
}
