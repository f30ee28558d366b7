import { readFile } from 'node:fs/promises'
import { register } from 'node:module'
import { fileURLToPath } from 'node:url'
import { isMainThread } from 'node:worker_threads'
import { build } from 'esbuild'

import { pathOf } from '../../examples/demo/files.ts'

// A build of the plugin that allows every origin, for a negative control:
// `node --import ./without-origin-check.js` puts it in the place of the real one.
const CHECKED = /export function compileOriginRule .*\{$/m
const UNCHECKED = '$&\n  return matchRule(() => true)'

const output = new URL('./plugin-without-origin-check.js', import.meta.url)

if (isMainThread) {
  await build({
    entryPoints: [pathOf('lib/index.ts')],
    outfile: fileURLToPath(output),
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    plugins: [{
      name: 'without-origin-check',
      setup ({ onLoad }) {
        onLoad({ filter: /origin-rule\.ts$/ }, async ({ path }) => {
          const source = await readFile(path, 'utf8')
          if (!CHECKED.test(source)) throw new Error(`${path} has no line like ${CHECKED}`)
          return { contents: source.replace(CHECKED, UNCHECKED), loader: 'ts' }
        })
      }
    }]
  })
  register(import.meta.url)
}

type Resolve = (specifier: string, context: object) => Promise<object>

export async function resolve (specifier: string, context: object, nextResolve: Resolve): Promise<object> {
  return await nextResolve(specifier === 'fastify-route-cors' ? output.href : specifier, context)
}
