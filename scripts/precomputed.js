// What the build works out beforehand, so that an application loads neither TypeBox nor a parser of the
// Public Suffix List: modules of constants in place of those that compute the same from source.
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { brotliCompressSync } from 'node:zlib'

import { TypeCompiler } from '@sinclair/typebox/compiler'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))

/** A plugin of esbuild. */
export const precomputed = {
  name: 'precomputed',
  setup ({ onLoad }) {
    for (const [file, write] of Object.entries({ 'options/schemas.ts': schemas, 'options/boot-schema.ts': checks, 'validate/suffix-list.ts': suffixes })) {
      const path = join(root, 'lib', file)
      onLoad({ filter: new RegExp(`${file.replaceAll('.', '\\.')}$`) }, async (args) =>
        args.path === path ? { contents: write(await load(file)), loader: 'js' } : undefined)
    }
  }
}

/** Lets CommonJS packages that are bundled have the modules of Node.js, which an ES module cannot require. */
export const builtins = {
  name: 'builtins',
  setup ({ onResolve, onLoad }) {
    onResolve({ filter: /^node:/ }, ({ kind, path }) => kind === 'require-call' ? { path, namespace: 'builtin' } : undefined)
    onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({ contents: `export * from '${path}'` }))
  }
}

const loaded = new Map()

/** The exports of a module of lib/, run from source. */
export function load (file) {
  if (!loaded.has(file)) loaded.set(file, run(file))
  return loaded.get(file)
}

async function run (file) {
  const { outputFiles: [{ text }] } = await build({
    entryPoints: [join(root, 'lib', file)], bundle: true, packages: 'external', platform: 'node', format: 'esm', write: false
  })
  // In the project, so that it finds the packages.
  const copy = join(root, `.build-${process.pid}-${file.replaceAll('/', '-')}.mjs`)
  writeFileSync(copy, text)
  try {
    return await import(pathToFileURL(copy).href)
  } finally {
    rmSync(copy)
  }
}

/** The exported schemas: TypeBox tells them by symbols that are registered, and so the same in every copy of it. */
function schemas (exported) {
  const shared = new Map()
  count(Object.values(exported), shared)
  const names = new Map()
  const lines = []
  /** Objects that have a name, and are large: others hold all of them and more. */
  const parts = []
  const emit = (value) => {
    const text = literal(value, literal)
    if (typeof value !== 'object' || shared.get(text) < 2 || text.length < 40) return write(value)
    if (!names.has(text)) {
      const body = write(value)
      names.set(text, `schema${names.size}`)
      lines.push(`const ${names.get(text)} = ${body}`)
      if (Object.keys(value).length > 5) parts.push([names.get(text), value])
    }
    return names.get(text)
  }
  const write = (value) => {
    const [name, part] = parts.find(([, part]) => holds(value, part)) ?? []
    if (part === undefined) return literal(value, emit)
    const rest = Object.fromEntries(Object.entries(value).filter(([key]) => !(key in part)))
    return `{ ...${name}, ${literal(rest, emit).slice(2)}`
  }
  const exports = Object.entries(exported).map(([name, schema]) => `export const ${name} = ${emit(schema)}`)
  return [...symbolsOf(Object.values(exported)), ...lines, ...exports].join('\n')
}

/** Whether an object has all that another one has. */
function holds (value, part) {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Reflect.ownKeys(part).every((key) => (
    key in value && literal(value[key], literal) === literal(part[key], literal)
  ))
}

/** A constant for each symbol of a value: `TypeBox.Kind` is `Kind`. */
function symbolsOf (value, found = new Set()) {
  if (typeof value === 'object' && value !== null) {
    for (const symbol of Object.getOwnPropertySymbols(value)) found.add(`const ${nameOf(symbol)} = Symbol.for(${JSON.stringify(Symbol.keyFor(symbol))})`)
    for (const item of Object.values(value)) symbolsOf(item, found)
  }
  return found
}

function nameOf (symbol) {
  return Symbol.keyFor(symbol).replace('TypeBox.', '')
}

/** How often each object occurs in a value, by its text. */
function count (value, counts) {
  if (typeof value !== 'object' || value === null) return
  const text = literal(value, literal)
  counts.set(text, (counts.get(text) ?? 0) + 1)
  for (const item of Object.values(value)) count(item, counts)
}

/** A value as an expression; `inner` writes what it holds. */
function literal (value, inner = literal) {
  if (Array.isArray(value)) return `[${value.map((item) => inner(item)).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const properties = Reflect.ownKeys(value).map((key) => {
    const name = typeof key === 'symbol' ? `[${nameOf(key)}]` : JSON.stringify(key)
    return `${name}: ${inner(value[key])}`
  })
  return `{ ${properties.join(', ')} }`
}

/** The checks of the options, as TypeBox's compiler writes them. */
function checks ({ bootSchemas, itemSchema }) {
  const names = new Map()
  const lines = [
    "import { types } from 'node:util'",
    "import { isBlock } from './copy.ts'",
    "import { isLiveOrigins } from './live.ts'",
    // What a check calls where a schema is of a kind of our own.
    "const kinds = { 'fastify-route-cors:RegExp': types.isRegExp, 'fastify-route-cors:LiveOrigins': isLiveOrigins, 'fastify-route-cors:Block': isBlock }",
    'const kind = (name, _key, value) => kinds[name](value)'
  ]
  const check = (schema) => {
    const code = TypeCompiler.Code(schema, [], { language: 'javascript' })
    if (!names.has(code)) {
      names.set(code, `check${names.size}`)
      lines.push(`const ${names.get(code)} = (() => {\n${code}\n})()`)
    }
    return names.get(code)
  }
  const exported = []
  for (const [name, schemas] of Object.entries(bootSchemas)) {
    const properties = Object.entries(schemas).map(([option, schema]) => {
      const items = itemSchema(schema)
      return `${option}: { matches: ${check(schema)}${items === undefined ? '' : `, matchesItem: ${check(items)}`} }`
    })
    // The options of a policy are among those of the plugin, and of a route.
    const part = exported.find(({ properties: others }) => others.every((property) => properties.includes(property)))
    const own = part === undefined ? properties : [`...${part.name}`, ...properties.filter((property) => !part.properties.includes(property))]
    exported.push({ name, properties, line: `export const ${name} = { ${own.join(', ')} }` })
  }
  const exports = exported.map(({ line }) => line)
  return [...lines, ...exports].join('\n')
}

/** The list of public suffixes: compressed it is a third as big, and those who need it can do without a millisecond. */
function suffixes ({ publicSuffixes }) {
  return [
    "import { brotliDecompressSync } from 'node:zlib'",
    `export const publicSuffixes = brotliDecompressSync(Buffer.from('${brotliCompressSync(publicSuffixes).toString('base64')}', 'base64')).toString()`
  ].join('\n')
}
