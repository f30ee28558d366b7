import { once } from 'node:events'
import { existsSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { setTimeout } from 'node:timers/promises'

import { startGroup } from './processes.ts'

const XVFB = '/usr/bin/Xvfb'
const START_MS = 30_000

let display: Promise<string | undefined> | undefined

/** A window system that nobody sees, one for all engines; `undefined` where there is none. */
export async function findDisplay (): Promise<string | undefined> {
  display ??= startDisplay()
  return await display
}

async function startDisplay (): Promise<string | undefined> {
  if (!existsSync(XVFB)) return process.env['DISPLAY']
  const { child, ended } = startGroup(XVFB, ['-displayfd', '3', '-screen', '0', '1280x800x24', '-nolisten', 'tcp'], {},
    ['ignore', 'ignore', 'ignore', 'pipe'])
  child.unref()
  const said = once(child.stdio[3] as Readable, 'data').then(([number]) => `:${String(number).trim()}`)
  const late = setTimeout(START_MS, undefined, { ref: false }).then(() => 'it did not start in time')
  const first = await Promise.race([said, ended, late])
  if (!first.startsWith(':')) throw new Error(`Xvfb: ${first}`)
  return first
}
