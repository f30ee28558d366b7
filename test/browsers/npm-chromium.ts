import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

import { pathOf } from '../../examples/demo/files.ts'

const run = promisify(execFile)
const modules = pathOf('node_modules')
const SCRIPT = "import('@sparticuz/chromium').then(async ({ default: chromium }) => { await chromium.executablePath() })"

let unpacking: Promise<string | undefined> | undefined

/**
 * The Chromium that npm installed, unpacked once for each version. The package
 * unpacks to the temporary directory and takes what lies there as it is, so
 * that it is given a new one, which gets its name when it is complete.
 */
export async function unpackChromium (): Promise<string | undefined> {
  unpacking ??= unpack()
  return await unpacking
}

async function unpack (): Promise<string | undefined> {
  if (process.platform !== 'linux') return undefined
  const { version } = JSON.parse(await readFile(join(modules, '@sparticuz/chromium/package.json'), 'utf8')) as { version: string }
  const cache = join(modules, '.cache')
  const directory = join(cache, `chromium-${version}`)
  const executable = join(directory, 'chromium')
  if (existsSync(executable)) return executable

  await mkdir(cache, { recursive: true })
  const unpacked = await mkdtemp(join(cache, 'unpacking-'))
  try {
    // `VERCEL` has it unpack libraries of its own, which a bare machine lacks.
    await run(process.execPath, ['-e', SCRIPT], { cwd: modules, env: { ...process.env, TMPDIR: unpacked, VERCEL: '1' } })
    await rename(unpacked, directory).catch((error: unknown) => {
      // Somebody else was faster.
      if (!existsSync(executable)) throw error
    })
  } finally {
    await rm(unpacked, { recursive: true, force: true })
  }
  return executable
}

/** What a machine without libnss3, or without a single font, lacks. */
export async function chromiumEnvironment (executable: string): Promise<Readonly<Record<string, string>>> {
  const directory = dirname(executable)
  const fonts = join(directory, 'own-fonts.conf')
  await writeFile(fonts, '<fontconfig><include ignore_missing="yes">/etc/fonts/fonts.conf</include>' +
    `<dir>${directory}/fonts</dir><cachedir>${directory}/fonts-cache</cachedir></fontconfig>\n`)
  const { stdout } = await run('ldd', [executable]).catch(() => ({ stdout: 'not found' }))
  return { FONTCONFIG_FILE: fonts, ...(stdout.includes('not found') && { LD_LIBRARY_PATH: join(directory, 'al2023/lib') }) }
}
