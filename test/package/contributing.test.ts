import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

import t from 'tap'

import { ROOT } from '../fixtures/packed.ts'

t.test('every place that CONTRIBUTING names exists', async (t) => {
  const rows = (await readFile(join(ROOT, 'CONTRIBUTING.md'), 'utf8')).split('\n').filter((line) => line.startsWith('|'))
  const missing: string[] = []
  for (const cell of rows.flatMap((row) => row.split('|'))) {
    let folder = ''
    for (const [, path] of cell.matchAll(/`([\w./-]*[./][\w./-]*)`/g)) {
      // A name without a folder is beside the one before it.
      const named = path as string
      const place = named.includes('/') || existsSync(join(ROOT, named)) ? named : join(folder, named)
      folder = place.endsWith('/') ? place : dirname(place)
      if (!existsSync(join(ROOT, place))) missing.push(place)
    }
  }
  t.ok(rows.length > 10)
  t.strictSame(missing, [])
})

t.test('every folder of tests is run by one file of test/', async (t) => {
  const entries = await readdir(join(ROOT, 'test'), { withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  const texts = await Promise.all(files.map(async ({ name }) => await readFile(join(ROOT, 'test', name), 'utf8')))
  const run = texts.flatMap((text) => [...text.matchAll(/importTests\(([^)]*)\)/g)].flatMap(([, names = '']) => names.match(/[\w-]+/g) ?? []))
  const folders: string[] = []
  for (const { name } of entries.filter((entry) => entry.isDirectory() && entry.name !== 'fixtures')) {
    const tests = (await readdir(join(ROOT, 'test', name))).filter((file) => /^[^.]+\.test\.ts$/.test(file))
    if (tests.length > 0) folders.push(name)
  }
  t.strictSame(run.sort(), folders.sort())
})
