import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { findDisplay } from './display.ts'
import type { Launcher } from './engines.ts'
import { removeAtExit, removeDirectory, startGroup } from './processes.ts'
import type { Watch } from './watch.ts'

/** A browser that says nothing for so long is ended. */
export const SILENCE_MS = 90_000

export interface Installed {
  readonly name: string
  readonly launcher: Launcher
  readonly executable: string
}

/** Opens a page in a browser with a profile of its own, until the page has said what it found. */
export async function openPage<Result> ({ name, launcher, executable }: Installed, url: string, watch: Watch<Result>): Promise<readonly Result[]> {
  const profile = await mkdtemp(join(tmpdir(), `cors-cases-${name}-`))
  removeAtExit(profile)
  const display = launcher.needsDisplay === true ? await findDisplay() : undefined
  const browser = startGroup(executable, launcher.args(profile, url), {
    ...await launcher.env?.(profile, executable),
    ...(display !== undefined && { DISPLAY: display })
  })
  watch.start()
  browser.ended.then((reason) => { watch.fail(reason) }, () => {})
  try {
    return await watch.results
  } finally {
    await browser.end()
    removeDirectory(profile)
  }
}
