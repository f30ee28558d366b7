import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import t from 'tap'

import { build } from '../../examples/live-file.ts'
import { APP, EVIL, seen } from '../fixtures/requests.ts'
import { until } from '../fixtures/until.ts'

const ADMIN = 'https://admin.example.com'
/** Far more than it takes: what is waited for is the state. */
const LIMIT_MS = 30_000

t.test('what is saved in the file holds, whether it is written to or replaced', async (t) => {
  const file = join(t.testdir({ 'origins.json': JSON.stringify([APP]) }), 'origins.json')
  const app = await build(file)
  t.teardown(async () => { await app.close() })
  const allowed = async (origin: string): Promise<boolean> =>
    'access-control-allow-origin' in (await seen(app, 'GET', '/products/1', { origin })).headers

  t.ok(await allowed(APP) && !await allowed(ADMIN))

  await writeFile(file, JSON.stringify([APP, ADMIN]))
  await until('the origin that was added is allowed', LIMIT_MS, async () => await allowed(ADMIN))

  await writeFile(`${file}.new`, JSON.stringify([ADMIN]))
  await rename(`${file}.new`, file)
  await until('the origin that was removed is refused', LIMIT_MS, async () => !await allowed(APP))
  t.ok(await allowed(ADMIN) && !await allowed(EVIL))

  // Half a file is no list: what held before holds on.
  await writeFile(file, `["${APP}", "https://ad`)
  await writeFile(file, JSON.stringify([APP]))
  await until('the list that was mended holds', LIMIT_MS, async () => await allowed(APP) && !await allowed(ADMIN))
})
