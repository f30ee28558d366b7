// Uses the packed package on every runtime, with every TypeScript, and with the oldest and
// the newest Fastify. Runtimes come as npm packages into a folder of their own, for they
// would take `node` over in the project's node_modules; they stay there for the next time.
import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const root = fileURLToPath(new URL('..', import.meta.url))
const home = join(root, '.runtimes')
const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
const oldest = manifest.peerDependencies.fastify.replace('^', '')
const QUIET = ['--no-audit', '--no-fund', '--prefer-offline']

const NODES = ['20', '22', '24', '26']
const TYPESCRIPTS = ['5.9', '6.0', '7.0']
/** What a tsconfig says, and which of the consumers it can compile. */
const SETTINGS = {
  nodenext: { compilerOptions: { module: 'nodenext' }, files: ['esm.ts', 'commonjs.cts', 'settings.ts'] },
  node20: { compilerOptions: { module: 'node20' }, files: ['esm.ts', 'commonjs.cts', 'settings.ts'] },
  bundler: { compilerOptions: { module: 'esnext', moduleResolution: 'bundler' }, files: ['esm.ts', 'settings.ts'] },
  commonjs: { compilerOptions: { module: 'commonjs', esModuleInterop: true }, files: ['settings.ts'] }
}

let failures = 0

/** Says whether a program did what it should. */
async function check (what, cwd, file, args, expected) {
  try {
    const { stdout } = await run(file, args, { cwd, timeout: 120_000, env: { ...process.env, NODE_OPTIONS: '', NO_COLOR: '1' } })
    if (expected !== undefined && stdout.trim() !== expected) throw new Error(`it said ${JSON.stringify(stdout)}`)
    console.log(`ok      ${what}`)
  } catch (error) {
    failures++
    console.log(`not ok  ${what}\n${error.stdout ?? ''}${error.stderr ?? ''}${error.message}`)
  }
}

async function install (cwd, ...packages) {
  await run('npm', ['install', ...QUIET, ...packages], { cwd, timeout: 600_000, maxBuffer: 2 ** 26 })
}

async function project (folder, name, ...packages) {
  const cwd = join(folder, name)
  await mkdir(cwd)
  await cp(join(root, 'test/fixtures/consumers'), cwd, { recursive: true })
  await writeFile(join(cwd, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
  await install(cwd, ...packages)
  return cwd
}

await mkdir(home, { recursive: true })
await writeFile(join(home, 'package.json'), JSON.stringify({ private: true }))
await install(home, ...NODES.map((version) => `node${version}@npm:node@${version}`), 'bun@1', 'deno@2',
  ...TYPESCRIPTS.map((version) => `typescript${version}@npm:typescript@~${version}.0`))
const modules = join(home, 'node_modules')
const runtimes = [
  ...NODES.map((version) => [`Node ${version}`, join(modules, `node${version}/bin/node`), ['smoke.js']]),
  ['Bun', join(modules, '.bin/bun'), ['smoke.js']],
  ['Deno', join(modules, '.bin/deno'), ['run', '--allow-all', '--no-lock', '--node-modules-dir=manual', 'smoke.js']]
]

const folder = await mkdtemp(join(tmpdir(), 'fastify-route-cors-'))
try {
  const { stdout } = await run('npm', ['pack', '--pack-destination', folder], { cwd: root })
  const tarball = join(folder, stdout.trim().split('\n').at(-1))
  const fastifys = [['the newest Fastify', 'fastify@5'], [`Fastify ${oldest}`, `fastify@${oldest}`]]
  for (const [index, [name, fastify]] of fastifys.entries()) {
    const cwd = await project(folder, `fastify-${index}`, tarball, fastify, '@types/node@20')
    for (const [runtime, file, args] of runtimes) await check(`${runtime} with ${name}`, cwd, file, args, '30 cases pass')
  }
  const cwd = join(folder, 'fastify-0')
  for (const version of TYPESCRIPTS) {
    for (const [name, { compilerOptions, files }] of Object.entries(SETTINGS)) {
      const config = { compilerOptions: { target: 'es2022', strict: true, noEmit: true, types: ['node'], ...compilerOptions }, files }
      await writeFile(join(cwd, 'tsconfig.json'), JSON.stringify(config))
      await check(`TypeScript ${version} with ${name}`, cwd, process.execPath, [join(modules, `typescript${version}/bin/tsc`), '-p', '.'], '')
    }
  }
} finally {
  await rm(folder, { recursive: true, force: true })
}
if (failures > 0) process.exitCode = 1
