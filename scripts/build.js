// Builds what is published: a file of code for each entry, with what they share in one more, and
// the declarations that users see. The modules side by side, with declarations of what
// is internal, would be three times as big.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

import { build } from 'esbuild'

import { precomputed } from './precomputed.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = join(root, 'dist')
const entries = ['lib/index', 'lib/browser/index', 'lib/command/main']
const typescript = join(root, 'node_modules/typescript/bin/tsc')
// Whoever reads the folder meanwhile finds the old one or the new one, never half of one.
const output = mkdtempSync(join(root, '.build-'))

execFileSync(process.execPath, [typescript, '-p', 'tsconfig.build.json', '--outDir', output], { cwd: root, stdio: 'inherit' })
const declarations = new Set()
for (const entry of entries) reachableFrom(join(output, `${entry}.d.ts`), declarations)
removeUnused(output, declarations)
await build({
  entryPoints: entries.map((entry) => join(root, `${entry}.ts`)),
  outdir: join(output, 'lib'),
  outbase: join(root, 'lib'),
  bundle: true,
  splitting: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  charset: 'utf8',
  plugins: [precomputed],
  logLevel: 'warning'
})
mkdirSync(dirname(dist), { recursive: true })
rmSync(dist, { recursive: true, force: true })
renameSync(output, dist)

/** A declaration file and all that it refers to. */
function reachableFrom (file, found = new Set()) {
  if (found.has(file)) return found
  found.add(file)
  for (const [, specifier] of readFileSync(file, 'utf8').matchAll(/(?:from|import|import\() ?['"](\.[^'"]+)['"]/g)) {
    reachableFrom(resolve(dirname(file), specifier.replace(/\.[jt]s$/, '.d.ts')), found)
  }
  return found
}

function removeUnused (directory, used) {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name)
    if (entry.isDirectory()) removeUnused(path, used)
    else if (!used.has(path)) rmSync(path)
  }
  if (readdirSync(directory).length === 0) rmdirSync(directory)
}
