import { readdir, readFile } from 'node:fs/promises'
import { join, normalize } from 'node:path'

import t from 'tap'

import { ROOT } from '../fixtures/packed.ts'

/** From the ground up. What is on one floor together may import each other, but in no circle. */
const FLOORS = [
  'fetch/', 'options/', 'text.ts', 'errors.ts', 'copies.ts', 'validate/', 'policy/', 'live/', 'decision/', 'routes/', 'snapshot.ts', 'application.ts',
  'on-request.ts', 'warnings.ts', 'browser/', 'questions/', 'register.ts', 'plugin.ts', 'commonjs.ts', 'index.ts', 'command/'
]

/** What the model of the browser may know: the standard, and never what the server decides. */
const BROWSER = ['fetch/', 'text.ts', 'browser/']

const LIB = join(ROOT, 'lib')
const floorOf = (file: string): number => FLOORS.findIndex((floor) => file.startsWith(floor))

/** The files of lib that each of them imports, types and dynamic imports included. */
async function readImports (): Promise<Map<string, string[]>> {
  const files = (await readdir(LIB, { recursive: true })).filter((file) => file.endsWith('.ts'))
  return new Map(await Promise.all(files.map(async (file) => {
    const specifiers = (await readFile(join(LIB, file), 'utf8')).matchAll(/(?:from |import |import\()'(\.[^']+)'/g)
    return [file, Array.from(specifiers, ([, specifier]) => normalize(join(file, '..', specifier as string)))] as const
  })))
}

t.test('imports of lib point down, and never in a circle', async (t) => {
  const imports = await readImports()
  t.strictSame([...imports.keys()].filter((file) => floorOf(file) === -1), [], 'every file has a floor')
  const all = [...imports].flatMap(([file, imported]) => imported.filter((other) => imports.has(other)).map((other) => [file, other] as const))
  t.ok(all.length > 100)
  t.strictSame(all.filter(([file, other]) => floorOf(other) > floorOf(file)), [], 'none points up')
  t.strictSame(all.filter(([file, other]) => file.startsWith('browser/') && !BROWSER.some((floor) => other.startsWith(floor))), [])
  // Files whose imports are all gone go, too, until none is left, or a circle.
  const left = new Map(imports)
  for (let size = -1; size !== left.size;) {
    size = left.size
    for (const [file, imported] of left) if (!imported.some((other) => left.has(other))) left.delete(file)
  }
  t.strictSame([...left.keys()], [], 'in a circle')
})
