import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
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
