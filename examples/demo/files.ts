import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const root = dirname(createRequire(import.meta.url).resolve('fastify-route-cors/package.json'))

/** A file or a folder of this repository, wherever the compiled code lies. */
export function pathOf (path: string): string {
  return join(root, path)
}
