import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'

import type { Origins, Site } from '../../fixtures/random-cases.ts'

const TRIES = 5

/** Answers what reaches one origin, and what Node.js's parser does not take for a request. */
export interface Handler {
  readonly request: RequestListener
  readonly clientError: (error: Error & { rawPacket?: Buffer }, socket: Duplex) => void
}

/** Three origins that listen, and answer nothing until they are told how. */
export interface Sites {
  readonly origins: Origins
  readonly handle: (site: Site, handler: Handler) => void
  readonly close: () => Promise<void>
}

export async function openSites (): Promise<Sites> {
  const handlers = new Map<Site, Handler>()
  const servers: Server[] = []
  const open = async (site: Site, hosts: readonly string[]): Promise<number> => {
    const opened = await listen(() => createSite(() => handlers.get(site)), hosts)
    servers.push(...opened)
    return (opened[0]?.address() as AddressInfo).port
  }
  const P = `http://localhost:${await open('P', ['127.0.0.1', '::1'])}`
  const A = `http://localhost:${await open('A', ['127.0.0.1', '::1'])}`
  const L = `http://127.0.0.1:${await open('L', ['127.0.0.1'])}`
  return {
    origins: { P, A, L },
    handle: (site, handler) => { handlers.set(site, handler) },
    close: async () => { await Promise.all(servers.map(closeServer)) }
  }
}

function createSite (handler: () => Handler | undefined): Server {
  const server = createServer((request: IncomingMessage, response: ServerResponse) => { handler()?.request(request, response) })
  server.on('clientError', (error, socket) => { handler()?.clientError(error, socket) })
  // A connection that a browser wants to use again is still there.
  server.keepAliveTimeout = 0
  return server
}

/** One port on several addresses; those that the machine lacks are left out. */
async function listen (create: () => Server, hosts: readonly string[]): Promise<Server[]> {
  for (let time = 1; ; time++) {
    const servers: Server[] = []
    try {
      for (const host of hosts) {
        const first = servers[0]?.address() as AddressInfo | undefined
        const server = await listenOn(create(), host, first?.port ?? 0)
        if (server !== undefined) servers.push(server)
      }
      return servers
    } catch (error) {
      await Promise.all(servers.map(closeServer))
      if (time === TRIES) throw error
    }
  }
}

async function listenOn (server: Server, host: string, port: number): Promise<Server | undefined> {
  return await new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRNOTAVAIL' || error.code === 'EAFNOSUPPORT') resolve(undefined)
      else reject(error)
    })
    server.listen({ host, port, exclusive: true }, () => { resolve(server) })
  })
}

async function closeServer (server: Server): Promise<void> {
  await new Promise((resolve) => {
    server.close(resolve)
    server.closeAllConnections()
  })
}
