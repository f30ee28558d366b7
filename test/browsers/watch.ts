import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyPluginAsync } from 'fastify'

import { pathOf } from '../../examples/demo/files.ts'

/** What a page has said so far; one that says nothing for too long is given up. */
export class Watch<Result> {
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

/** Pages that ask for it are served with the Referrer-Policy that helmet sets, which hides their origin from forms. */
export function hideReferrers (app: FastifyInstance): void {
  app.addHook('onSend', async ({ query }, reply) => {
    if ('no-referrer' in (query as object)) reply.header('referrer-policy', 'no-referrer')
  })
}

/** Serves the cases, and takes what the page has to say. */
export function casesPage<Result> (watch: Watch<Result>): FastifyPluginAsync {
  return async (app) => {
    hideReferrers(app)
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

function withResolvers<T> (): { promise: Promise<T>, resolve: (value: T) => void, reject: (error: Error) => void } {
  let resolve!: (value: T) => void
  let reject!: (error: Error) => void
  const promise = new Promise<T>((_resolve, _reject) => {
    resolve = _resolve
    reject = _reject
  })
  return { promise, resolve, reject }
}
