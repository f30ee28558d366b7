import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

import t from 'tap'

import { ROOT } from '../fixtures/packed.ts'

const SMALL = 10
const LARGE = 200

t.test('a request costs the same however much is configured', async (t) => {
  const program = fileURLToPath(new URL('../fixtures/work.ts', import.meta.url))
  // Coverage would be counted by the same counters; what is optimized may be counted as a part of what calls it.
  const { NODE_V8_COVERAGE: _, NODE_OPTIONS: __, ...env } = process.env
  const args = ['--no-opt', '--import=./test/fixtures/use-source.js', program, String(SMALL), String(LARGE)]
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: ROOT, env, timeout: 120_000 })
  const counts = Object.entries(JSON.parse(stdout) as Record<string, [number, number]>)
  t.ok(counts.length > 100)
  for (const [request, [small, large]] of counts) {
    t.ok(small > 10, `${request} does something`)
    t.equal(large, small, request)
  }
})
