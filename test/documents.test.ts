import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'

import type { FastifyInstance } from 'fastify'
import t from 'tap'
import ts from 'typescript'

import { CorsPluginOptionsSchema } from '../lib/index.ts'
import { blocksOf, documents, filesOf, moduleOf } from './fixtures/documents.ts'

const ROOT = fileURLToPath(new URL('../', import.meta.url))
const PACKAGE = /(from ')fastify-route-cors((?:\/testing)?')/g
const blocks = [...documents.keys()].filter((path) => path === 'README.md' || path.startsWith('docs/')).flatMap(blocksOf)

t.test('every block of TypeScript compiles under strict, and its application gets ready', async (t) => {
  const folder = t.testdir()
  const files = new Map(blocks.map((block, index) => [join(folder, `block-${index}.ts`), block]))
  for (const [file, block] of files) await writeFile(file, moduleOf(block))

  const { options } = ts.parseJsonConfigFileContent(ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile).config, ts.sys, ROOT)
  // What a block declares for all modules is not for other blocks.
  const [alone, together] = [true, false].map((isAlone) => [...files].filter(([, { code }]) => code.includes('declare module') === isAlone).map(([file]) => file)) as [string[], string[]]
  const programs = [ts.createProgram(together, options), ...alone.map((file) => ts.createProgram([file], options))]
  for (const [file, { place }] of files) {
    const program = programs.find((program) => program.getRootFileNames().includes(file)) as ts.Program
    const source = program.getSourceFile(file) as ts.SourceFile
    const problems = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)]
    t.strictSame(problems.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n')), [], place)
  }

  const here = (_: string, before: string, after: string): string => `${before}${after === "'" ? join(ROOT, 'lib/index.ts') : join(ROOT, 'lib/browser/index.ts')}'`
  for (const [file, block] of files) {
    await writeFile(file, moduleOf(block).replace(PACKAGE, here))
    await t.resolves(import(pathToFileURL(file).href).then(async ({ app }: { app: FastifyInstance }) => {
      await app.ready()
      await app.close()
    }), block.place)
  }
})

t.test('the tests of docs/testing.md pass on its application', async (t) => {
  const folder = t.testdir({ ...filesOf('docs/testing.md'), 'package.json': '{ "type": "module" }' })
  const { stdout } = await promisify(execFile)(process.execPath, [...process.execArgv, '--test-reporter=tap', join(folder, 'app.test.ts')])
  t.match(stdout, '# pass 3\n')
})

t.test('docs/options.md has every option, and every code of a problem', async (t) => {
  const page = documents.get('docs/options.md') as string
  const [, codes = ''] = /type CorsProblemCode =([^]*?)\n\n/.exec(await readFile(join(ROOT, 'lib/errors.ts'), 'utf8')) ?? []
  const names = [...codes.matchAll(/'([\w-]+)'/g)].map(([, code = '']) => code)
  t.ok(names.length > 20)
  for (const name of [...names, ...Object.keys(CorsPluginOptionsSchema.properties), 'select', 'policy']) t.ok(page.includes(`\`${name}\``) || page.includes(`${name}:`), name)
})

t.test('every link leads somewhere', async (t) => {
  for (const [path, text] of documents) {
    const prose = text.replace(/^```[^]*?^```/gm, '')
    for (const [, target = ''] of prose.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target)) continue
      const [file = '', anchor] = target.replaceAll('\\', '').split('#')
      const to = file === '' ? path : join(dirname(path), file)
      t.ok(existsSync(join(ROOT, to)), `${path} links ${target}`)
      if (anchor !== undefined) t.ok(anchorsOf(documents.get(to) ?? '').includes(anchor), `${path} links the heading ${target}`)
    }
  }
})

/** As on GitHub. */
function anchorsOf (text: string): string[] {
  const headings = [...text.replace(/^```[^]*?^```/gm, '').matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => heading)
  return headings.map((heading) => heading.toLowerCase().replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-'))
}
