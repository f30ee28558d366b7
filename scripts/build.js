// Builds what is published: a file of code for each entry, with what they share in others, and the declarations that
// users see. What is imported at a start is few files, without TypeBox and without small CommonJS packages: to
// import those takes a process longer than all that this package does.
import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

import { build } from 'esbuild'

import { policySchema } from './policy-schema.js'
import { builtins, load, precomputed } from './precomputed.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = join(root, 'dist')
/** By what they are imported as: the model of the browser is `fastify-route-cors/testing`. */
const entries = { 'lib/index': 'lib/index', 'lib/testing/index': 'lib/browser/index', 'lib/command/main': 'lib/command/main' }
/** Whatever else is imported becomes part of what is published, and stands in LICENSE. */
const external = ['fastify', 'find-my-way']
const typescript = join(root, 'node_modules/typescript/bin/tsc')
// Whoever reads the folder meanwhile finds the old one or the new one, never half of one.
const output = mkdtempSync(join(root, '.build-'))

const [{ metafile }] = await Promise.all([buildCode(), buildDeclarations(), buildSchema()])
checkLicence(Object.keys(metafile.inputs))
mkdirSync(dirname(dist), { recursive: true })
rmSync(dist, { recursive: true, force: true })
renameSync(output, dist)

async function buildCode () {
  return await build({
    entryPoints: Object.fromEntries(Object.entries(entries).map(([out, source]) => [out, join(root, `${source}.ts`)])),
    outdir: output,
    chunkNames: 'lib/[name]-[hash]',
    bundle: true,
    splitting: true,
    external,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    charset: 'utf8',
    plugins: [precomputed, builtins],
    metafile: true,
    logLevel: 'warning'
  })
}

/** For editors and validators, of policies that stand in files; where a path into node_modules finds it. */
async function buildSchema () {
  const { CorsPolicySchema } = await load('options/schemas.ts')
  writeFileSync(join(root, 'policy.schema.json'), `${JSON.stringify(policySchema(CorsPolicySchema), undefined, 2)}\n`)
}

/** Those that users see. */
async function buildDeclarations () {
  const folder = mkdtempSync(join(root, '.build-'))
  await promisify(execFile)(process.execPath, [typescript, '-p', 'tsconfig.build.json', '--outDir', folder], { cwd: root }).catch((error) => {
    throw new Error(error.stdout)
  })
  const declarations = new Set()
  for (const source of Object.values(entries)) reachableFrom(join(folder, `${source}.d.ts`), declarations)
  for (const file of declarations) cpSync(file, join(output, relative(folder, file)))
  for (const [out, source] of Object.entries(entries).filter(([out, source]) => out !== source)) {
    mkdirSync(dirname(join(output, out)), { recursive: true })
    writeFileSync(join(output, `${out}.d.ts`), `export * from '${relative(dirname(out), source)}.js'\n`)
  }
  rmSync(folder, { recursive: true })
}

/** Throws where LICENSE does not name a package that became part of what is published. */
function checkLicence (inputs) {
  const licence = readFileSync(join(root, 'LICENSE'), 'utf8')
  const bundled = inputs.flatMap((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? [])
  const missing = [...new Set(bundled)].filter((name) => !licence.includes(` ${name} `))
  if (missing.length > 0) throw new Error(`LICENSE does not name ${missing.join(', ')}`)
}

/** A declaration file and all that it refers to. */
function reachableFrom (file, found = new Set()) {
  if (found.has(file)) return found
  found.add(file)
  for (const [, specifier] of readFileSync(file, 'utf8').matchAll(/(?:from|import|import\() ?['"](\.[^'"]+)['"]/g)) {
    reachableFrom(resolve(dirname(file), specifier.replace(/\.[jt]s$/, '.d.ts')), found)
  }
  return found
}
