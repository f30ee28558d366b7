// Runs the core of the suite, from source, on another version of Fastify: the oldest that the
// peer range names, or the one given. `npm run test:oldest`, `node scripts/core-suite.js 5.4.0`
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const { peerDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const version = process.argv[2] ?? peerDependencies.fastify.replace('^', '')
/** What is no source, and large. */
const LEFT = ['.git', '.tap', 'build', 'coverage', 'dist', 'node_modules']
/** What needs no other plugin, no browser and no packed package. */
const CORE = ['boot', 'hostile', 'policies', 'questions', 'requests', 'routes/late-import.alone', 'routes/preflight.property']

const folder = mkdtempSync(join(tmpdir(), 'fastify-route-cors-'))
try {
  const project = join(folder, 'project')
  const sources = readdirSync(root).filter((name) => !LEFT.includes(name) && !name.startsWith('.build-'))
  for (const name of sources) cpSync(join(root, name), join(project, name), { recursive: true, filter: (path) => basename(path) !== 'node_modules' })
  installFastify(join(folder, 'fastify'))
  link(join(root, 'node_modules'), join(project, 'node_modules'))
  link(join(folder, 'fastify/node_modules'), join(project, 'node_modules'))
  const { version: installed } = JSON.parse(readFileSync(join(project, 'node_modules/fastify/package.json'), 'utf8'))
  console.log(`Fastify ${installed}`)
  const tap = join(root, 'node_modules/.bin/tap')
  const files = CORE.map((name) => join('test', `${name}.test.ts`))
  const { status } = spawnSync(tap, ['--disable-coverage', '--allow-empty-coverage', '--reporter=terse', ...files], { cwd: project, stdio: 'inherit', timeout: 900_000 })
  process.exitCode = status ?? 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function installFastify (home) {
  mkdirSync(home)
  writeFileSync(join(home, 'package.json'), JSON.stringify({ private: true }))
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error', `fastify@${version}`], { cwd: home, stdio: 'inherit', timeout: 600_000 })
}

/** Links packages; those that were linked before make room. */
function link (from, to) {
  mkdirSync(to, { recursive: true })
  for (const name of readdirSync(from)) {
    if (name.startsWith('.')) continue
    const target = join(to, name)
    // A scope is a folder of packages: it may hold some of both.
    if (name.startsWith('@')) {
      link(join(from, name), target)
      continue
    }
    rmSync(target, { recursive: true, force: true })
    symlinkSync(join(from, name), target)
  }
}
