import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { StdioOptions } from 'node:child_process'

import { cleanUpOnSignals, removeAtExit, startGroup, type Group } from '../browsers/processes.ts'

cleanUpOnSignals()

/** A directory that is gone when this process is. */
export function temporaryDirectory (): string {
  const directory = mkdtempSync(join(tmpdir(), 'fastify-route-cors-live-'))
  removeAtExit(directory)
  return directory
}

/** Starts a server that does not outlive this process, whatever ends it; as another user, if one is named. */
export function startServer (program: string, args: readonly string[], stdio: StdioOptions, user?: string): Group {
  if (process.platform !== 'linux') return startGroup(program, args, {}, stdio)
  const as = user === undefined ? [] : [`--reuid=${user}`, `--regid=${user}`, '--clear-groups']
  return startGroup('setpriv', ['--pdeathsig=KILL', ...as, '--', program, ...args], {}, stdio)
}
