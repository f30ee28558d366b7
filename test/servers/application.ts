// One instance of an example, in a process of its own. It says where it listens, and ends
// by itself after it was told to close.
import type { FastifyInstance } from 'fastify'

const [example, url] = process.argv.slice(2)
const { build } = await import(`../../examples/${example}.ts`) as { build: (url: string | undefined) => Promise<FastifyInstance> }

// Whoever started it is gone.
const orphaned = (): void => { process.exit(1) }
process.once('disconnect', orphaned)

const app = await build(url)
const address = await app.listen({ host: '127.0.0.1', port: 0 })
process.once('message', async () => {
  process.off('disconnect', orphaned)
  process.disconnect()
  await app.close()
})
process.send?.(address)
