import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process'
import { rmSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'

const END_TRIES = 50
const END_PAUSE_MS = 40

/** A process and all that it starts: a group of its own, ended as one. */
export interface Group {
  readonly child: ChildProcess
  /** Settles when the process has ended, for whatever reason. */
  readonly ended: Promise<string>
  readonly end: () => Promise<void>
}

const running = new Set<Group>()
const directories = new Set<string>()

export function startGroup (command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}, stdio: StdioOptions = 'ignore'): Group {
  const child = spawn(command, args, { detached: true, stdio, env: { ...process.env, ...env } })
  const ended = new Promise<string>((resolve) => {
    child.once('error', ({ message }) => { resolve(message) })
    child.once('exit', (code, signal) => { resolve(`it ended by itself (${signal ?? `code ${code}`})`) })
  })
  const group: Group = {
    child,
    ended,
    async end () {
      signalGroup(child, 'SIGKILL')
      await ended
      for (let time = 0; time < END_TRIES && signalGroup(child, 0); time++) await setTimeout(END_PAUSE_MS)
      running.delete(group)
    }
  }
  running.add(group)
  return group
}

/** A directory that is gone when this process is. */
export function removeAtExit (directory: string): void {
  directories.add(directory)
}

export function removeDirectory (directory: string): void {
  // A browser that has just been ended may still be writing.
  rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  directories.delete(directory)
}

/** Ctrl-C: whatever runs, and whatever it wrote, goes. */
export function cleanUpOnSignals (): void {
  process.once('exit', () => {
    for (const { child } of running) signalGroup(child, 'SIGKILL')
    for (const directory of [...directories]) removeDirectory(directory)
  })
  for (const [signal, code] of [['SIGINT', 130], ['SIGTERM', 143], ['SIGHUP', 129]] as const) {
    process.once(signal, () => { process.exit(code) })
  }
}

function signalGroup ({ pid }: ChildProcess, signal: NodeJS.Signals | 0): boolean {
  if (pid === undefined) return false
  try {
    return process.kill(-pid, signal)
  } catch {
    return false
  }
}
