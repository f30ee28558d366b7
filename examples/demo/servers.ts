import fastifyStatic from '@fastify/static'
import Fastify, { type FastifyInstance, type FastifyPluginAsync } from 'fastify'

import { demoApi } from './api.ts'
import { columnsFor } from './columns.ts'
import { pathOf } from './files.ts'
import { freePort } from './ports.ts'
import type { Origins, Setup } from './setup.ts'
import { WireLog } from './wire-log.ts'

const PAGE_PORT = 8080
const TRIES = 3

/** The files of the page: HTML and CSS as written, scripts as compiled. */
const PAGE_FILES = ['examples/demo/page', 'build/examples/demo/page'].map(pathOf)

export interface Demo {
  readonly origins: Origins
  readonly wireLog: WireLog
  readonly close: () => Promise<void>
}

export interface DemoOptions {
  /** The first port to try; 0 takes any that are free. */
  readonly port?: number
  /** More routes for the API, and for the two servers of the page. */
  readonly api?: (origins: Origins) => FastifyPluginAsync
  readonly page?: (origins: Origins) => FastifyPluginAsync
}

/** Starts the page, the API and someone else's site, each on an origin of its own. */
export async function startDemo ({ port = PAGE_PORT, api, page }: DemoOptions = {}): Promise<Demo> {
  for (let time = 1; ; time++) {
    try {
      return await listen(await freePorts(port, 3), api, page)
    } catch (error) {
      // Somebody took a port that was free a moment ago.
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || time === TRIES) throw error
    }
  }
}

async function listen (ports: readonly number[], api: DemoOptions['api'], page: DemoOptions['page']): Promise<Demo> {
  const wireLog = new WireLog()
  const [pageOrigin, apiOrigin, otherOrigin] = ports.map((free) => `http://localhost:${free}`) as [string, string, string]
  const origins = { page: pageOrigin, api: apiOrigin, other: otherOrigin }

  function siteServer (): FastifyInstance {
    const site = Fastify({ forceCloseConnections: true })
    site.register(pageServer(origins, wireLog))
    if (page !== undefined) site.register(page(origins))
    return site
  }

  const apiServer = Fastify({ http: { ServerResponse: wireLog.ServerResponse }, forceCloseConnections: true })
  apiServer.register(demoApi(origins))
  if (api !== undefined) apiServer.register(api(origins))
  const servers = [siteServer(), apiServer, siteServer()]
  const close = async (): Promise<void> => { await Promise.all(servers.map((server) => server.close())) }
  // All of them, and then what became of each: Fastify does not bear to be closed while it still looks for the addresses of localhost.
  const listening = await Promise.allSettled(servers.map((server, index) => server.listen({ host: 'localhost', port: ports[index] as number })))
  const failed = listening.find((each) => each.status === 'rejected')
  if (failed !== undefined) {
    await close()
    throw failed.reason
  }
  return { origins, wireLog, close }
}

async function freePorts (first: number, count: number): Promise<number[]> {
  const ports: number[] = []
  let next = first
  while (ports.length < count) {
    const port = await freePort(next)
    // The system may name the same port twice.
    if (!ports.includes(port)) ports.push(port)
    next = first === 0 ? 0 : port + 1
  }
  return ports
}

function pageServer (origins: Origins, wireLog: WireLog): FastifyPluginAsync {
  const here = `${origins.page} ${origins.other}`

  return async (app) => {
    app.addHook('onSend', async (_request, reply) => {
      // Whatever is typed into the page, it reaches nothing but the demo.
      reply.header('content-security-policy', `default-src 'none'; style-src ${here}; img-src ${here} ${origins.api}; ` +
        `script-src ${here} ${origins.api}; connect-src ${here} ${origins.api}; font-src ${origins.api}; frame-src ${here}`)
      reply.header('cache-control', 'no-store')
    })
    await app.register(fastifyStatic, { root: PAGE_FILES, cacheControl: false })
    app.get('/setup.json', async (request) => setupFor(origins, `${request.protocol}://${request.host}`))
    app.get<{ Params: { id: string } }>('/wire/:id', async (request) => wireLog.of(request.params.id))
    app.get('/cookie', async (_request, reply) => {
      reply.header('set-cookie', 'demo=from-the-page; Path=/; SameSite=Lax')
      return await reply.code(204).send()
    })
  }
}

/** What the page is told: of the API all that is for the page to see, in the words of whoever looks at it. */
function setupFor (origins: Origins, seenFrom: string): Setup {
  const columns = columnsFor(origins, seenFrom).map(({ id, label, registration, routes }) => ({
    id, label, registration, routes: routes.map(({ methods, url, code }) => ({ methods, url, code }))
  }))
  return { ...origins, columns }
}
