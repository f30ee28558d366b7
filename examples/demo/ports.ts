import { createServer } from 'node:net'

const LOOPBACK = ['127.0.0.1', '::1']
const TRIES = 100

/** The first free port from `wanted` on; 0 asks the system for any. */
export async function freePort (wanted: number): Promise<number> {
  for (let port = wanted; port < wanted + TRIES; port++) {
    const found = await portFreeOnLoopback(port)
    if (found !== undefined) return found
  }
  throw new Error(`No port from ${wanted} to ${wanted + TRIES - 1} is free`)
}

/** `localhost` is both addresses: a browser takes whichever answers. */
async function portFreeOnLoopback (wanted: number): Promise<number | undefined> {
  let port = wanted
  for (const host of LOOPBACK) {
    const bound = await bind(port, host)
    if (bound === 'in use') return undefined
    if (bound !== 'no such address') port = bound
  }
  return port
}

async function bind (port: number, host: string): Promise<number | 'in use' | 'no such address'> {
  return await new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve('in use')
      else if (error.code === 'EADDRNOTAVAIL' || error.code === 'EAFNOSUPPORT') resolve('no such address')
      else reject(error)
    })
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address()
      server.close(() => { resolve(typeof address === 'object' && address !== null ? address.port : port) })
    })
  })
}
