import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import t from 'tap'

import { createProject, output, pack, removeFolder, ROOT, temporaryFolder, tool } from '../fixtures/packed.ts'

const MAX_UNPACKED_SIZE = 120_000
const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall', 'prepublish', 'preprepare', 'prepare', 'postprepare']

const manifest = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'))

async function versionOf (name: string): Promise<string> {
  return JSON.parse(await readFile(join(ROOT, 'node_modules', name, 'package.json'), 'utf8')).version
}

const folder = await temporaryFolder()
t.teardown(async () => { await removeFolder(folder) })
const packed = await pack(folder)

t.test('the package holds the code, its declarations and what a user reads, and nothing else', async (t) => {
  const documents = ['CHANGELOG.md', 'LICENSE', 'README.md', 'SECURITY.md', 'package.json']
  const isExpected = (file: string): boolean => file === 'dist/lib/index.js' || /^dist\/(lib|types)\/.*\.d\.ts$/.test(file)
  t.strictSame(packed.files.filter((file) => !documents.includes(file) && !isExpected(file)), [])
  for (const file of ['LICENSE', 'package.json', 'dist/lib/index.js', 'dist/lib/index.d.ts']) t.ok(packed.files.includes(file), file)
})

t.test('the package is small', async (t) => {
  t.ok(packed.unpackedSize < MAX_UNPACKED_SIZE, `${packed.unpackedSize} bytes unpacked`)
})

t.test('the package runs no script when it is installed', async (t) => {
  t.strictSame(INSTALL_SCRIPTS.filter((name) => name in manifest.scripts), [])
})

t.test('its types are found by every kind of import', async (t) => {
  const report = JSON.parse(await tool(ROOT, 'attw', packed.tarball, '--profile', 'esm-only', '--format', 'json'))
  // What require() cannot do on a Node.js without require(esm), which the engines leave out.
  const kinds = (report.analysis.problems as Array<{ kind: string }>).map(({ kind }) => kind)
  t.strictSame([...new Set(kinds)], ['CJSResolvesToESM'])
})

t.test('publint finds nothing to say about it', async (t) => {
  t.match(await tool(ROOT, 'publint', packed.tarball, '--strict'), /All good!/)
})

t.test('a project that installs it', async (t) => {
  const project = await createProject(
    folder, packed.tarball, `fastify@${await versionOf('fastify')}`, `@types/node@${await versionOf('@types/node')}`
  )

  await t.test('compiles in TypeScript, which refuses mistakes, and runs as ESM and CommonJS', async (t) => {
    const compilerOptions = { target: 'es2023', module: 'nodenext', strict: true, skipLibCheck: true, outDir: 'out', types: ['node'] }
    await writeFile(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['esm.ts', 'commonjs.cts'] }))
    await tool(project, 'tsc', '-p', '.')
    t.equal(await output(project, process.execPath, 'out/esm.js'), 'esm works')
    t.equal(await output(project, process.execPath, 'out/commonjs.cjs'), 'commonjs works')
  })

  await t.test('gets the plugin by require() and by a registered import()', async (t) => {
    t.equal(await output(project, process.execPath, 'require.cjs'), 'require works')
  })

  await t.test('cannot reach what is internal', async (t) => {
    const reach = "import('fastify-route-cors/dist/lib/index.js').catch(({ code }) => console.log(code))"
    t.equal(await output(project, process.execPath, '--eval', reach), 'ERR_PACKAGE_PATH_NOT_EXPORTED')
  })
})
