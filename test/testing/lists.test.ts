import t from 'tap'
import { extractTokens } from '../../lib/fetch/headers.ts'
import { maxAgeOf } from '../../lib/browser/preflight.ts'
import { profiles } from '../../lib/browser/profiles.ts'
import type { HeaderLines } from '../../lib/browser/index.ts'

const lines = (...values: string[]): HeaderLines => values.map((value) => ['X-List', value] as const)

t.test('lists of tokens', async (t) => {
  t.equal(extractTokens([], 'x-list'), null)
  t.same(extractTokens(lines(''), 'x-list'), [])
  t.same(extractTokens(lines(',,PUT, ,'), 'x-list'), ['PUT'])
  t.same(extractTokens(lines('GET,\tPUT', 'b'), 'x-list'), ['GET', 'PUT', 'b'])
  for (const value of ['GET PUT', '"PUT"', 'PUT;q=1', 'PUT, b@d', 'x a', 'é']) {
    t.equal(extractTokens(lines('GET', value), 'x-list'), 'failure', value)
  }
})

t.test('max-age in seconds', async (t) => {
  const seconds = (...values: string[]): number[] => Object.values(profiles).map((profile) =>
    maxAgeOf(values.map((value) => ['Access-Control-Max-Age', value] as const), profile))
  t.same(Object.keys(profiles), ['spec', 'chromium', 'firefox', 'webkit'])
  t.same(seconds(), [5, 5, 5, 5])
  t.same(seconds(''), [5, 5, 5, 5])
  t.same(seconds('0'), [0, 0, 0, 0])
  t.same(seconds('  10 '), [10, 10, 10, 10])
  t.same(seconds('99999999999999999999'), [1e20, 7200, 86400, 600])
  t.same(seconds('-1'), [5, 0, 0, 0])
  t.same(seconds('+10'), [5, 5, 0, 10])
  for (const value of ['abc', '10.5', '10, 10', '"10"', '0x10', '1e3']) t.same(seconds(value), [5, 5, 0, 5], value)
  t.same(seconds('10', '10'), [5, 5, 0, 5])
  t.same(seconds('', ''), [5, 5, 0, 5])
})
