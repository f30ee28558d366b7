// Runs the tests with libraries that have CORS headers of their own, each as it is published. Only these tests need
// them, so they are installed in the folder of the tests, where they stay for the next time.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = join(root, 'test/with-real')
/** Says which lock file the packages came from; it goes when they go. */
const mark = join(folder, 'node_modules/.installed')

function run (cwd, file, ...args) {
  const { status, error } = spawnSync(file, args, { cwd, stdio: 'inherit', timeout: 600_000, shell: process.platform === 'win32' })
  if (error !== undefined) throw error
  if (status !== 0) process.exit(status ?? 1)
}

function readMark () {
  try {
    return readFileSync(mark, 'utf8')
  } catch {
    return undefined
  }
}

const lock = createHash('sha256').update(readFileSync(join(folder, 'package-lock.json'))).digest('hex')
if (readMark() !== lock) {
  // No library needs a script to be there, nor what it has for other servers.
  run(folder, 'npm', 'ci', '--ignore-scripts', '--omit=optional', '--prefer-offline')
  writeFileSync(mark, lock)
}

const tool = (name) => join(root, 'node_modules/.bin', name)
run(root, tool('tsc'), '-p', 'test/with-real')
const files = readdirSync(folder).filter((name) => name.endsWith('.real.test.ts')).map((name) => join('test/with-real', name))
run(root, tool('tap'), '--disable-coverage', '--allow-empty-coverage', '--reporter=terse', ...files)
