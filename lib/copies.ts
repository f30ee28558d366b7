import type { FastifyInstance } from 'fastify'

import { VersionsError } from './errors.ts'

/** As in package.json. */
export const VERSION = '1.1.0'

/** What the copies of this package in one process have of each other; its form does not change within a major version. */
export interface Copy {
  readonly version: string
  readonly register: (instance: FastifyInstance, options: unknown) => Promise<void>
  readonly corsOf: (instance: FastifyInstance) => unknown
}

const kCopy = Symbol.for('fastify-route-cors')

/** The copy that serves the process, where a dependency may have brought another one along: the first that was loaded. */
export function servingCopy (own: Copy): Copy {
  const holder = globalThis as { [kCopy]?: Copy }
  if (holder[kCopy] === undefined) Object.defineProperty(holder, kCopy, { value: Object.freeze(own) })
  return holder[kCopy] as Copy
}

/** @throws FST_ERR_CORS_VERSIONS where another major version serves the process */
export function checkVersion ({ version }: Copy): void {
  if (majorOf(version) !== majorOf(VERSION)) throw new VersionsError(VERSION, version)
}

function majorOf (version: string): string | undefined {
  return version.split('.')[0]
}
