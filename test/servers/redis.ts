import { randomBytes } from 'node:crypto'
import { Redis } from 'ioredis'

import { startServer, temporaryDirectory } from './processes.ts'
import type { Kind } from './source.ts'

const NAME = 'allowed-origins'

/** Redis in a directory of its own. What it has acknowledged is in its file, and there when it comes back. */
export function redis (): Kind {
  const directory = temporaryDirectory()
  const password = randomBytes(16).toString('hex')
  return {
    start (port) {
      const server = startServer('redis-server', ['-'], ['pipe', 'pipe', 'pipe'])
      server.child.stdin?.on('error', () => {})
      server.child.stdin?.end([`port ${port}`, 'bind 127.0.0.1', `dir ${directory}`, `requirepass ${password}`, 'appendonly yes', 'appendfsync always', 'save ""', ''].join('\n'))
      return server
    },
    url: (port) => `redis://:${password}@127.0.0.1:${port}`,
    ping: async (url) => { await ask(url, async (client) => await client.ping()) },
    prepare: async () => {},
    add: async (url, origin) => { await ask(url, async (client) => await client.multi().sadd(NAME, origin).publish(NAME, 'changed').exec()) },
    remove: async (url, origin) => { await ask(url, async (client) => await client.multi().srem(NAME, origin).publish(NAME, 'changed').exec()) },
    listeners: async (url) => await ask(url, async (client) => Number((await client.pubsub('NUMSUB', NAME))[1]))
  }
}

async function ask<T> (url: string, what: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(url, { lazyConnect: true, connectTimeout: 2000, commandTimeout: 2000, retryStrategy: () => null })
  client.on('error', () => {})
  try {
    await client.connect()
    return await what(client)
  } finally {
    client.disconnect()
  }
}
