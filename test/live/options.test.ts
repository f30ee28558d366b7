import t from 'tap'

import { CorsConfigError, liveOrigins } from '../../lib/index.ts'

const load = (): string[] => ['https://a.example']

function refusal (options: unknown): string {
  try {
    liveOrigins(options as never)
  } catch (error) {
    if (error instanceof CorsConfigError) return error.message
    throw error
  }
  throw new Error('these options were taken')
}

const wrong: ReadonlyArray<readonly [options: unknown, message: string]> = [
  [undefined, '  options    must be an object of options, got undefined'],
  [null, '  options    must be an object of options, got null'],
  [load, '  options    must be an object of options, got a function'],
  [[load], '  options    must be an object of options, got an array'],
  [{}, '  /load    must be a function that gives the origins, got nothing'],
  [{ load: undefined }, '  /load    must be a function that gives the origins, got nothing'],
  [{ load: ['https://a.example'] }, '  /load    must be a function that gives the origins, got an array'],
  [{ load, refresh: '60' }, "  /refresh    must be seconds from 0 to 86400, got '60'; write 60"],
  [{ load, refresh: -1 }, '  /refresh    must be seconds from 0 to 86400, got -1; write 0'],
  [{ load, refresh: 60_000_000 }, '  /refresh    must be seconds from 0 to 86400, got 60000000; write 86400'],
  [{ load, refresh: NaN }, '  /refresh    must be seconds from 0 to 86400, got NaN'],
  [{ load, subscribe: true }, '  /subscribe    must be a function that is given what to call when the list has changed, got true'],
  [{ load, key: 'host' }, "  /key    must be a function that tells whose list holds for a request, got 'host'"],
  [{ load, max: 0 }, '  /max    must be an integer from 1 to 10000000, got 0; write 1'],
  [{ load, max: 1.5 }, '  /max    must be an integer from 1 to 10000000, got 1.5; write 2'],
  [{ load, max: '100' }, "  /max    must be an integer from 1 to 10000000, got '100'; write 100"],
  [{ load, initial: 'https://a.example' }, "  /initial    must be a list, as load gives it, got 'https://a.example'"],
  [{ load, initial: null }, '  /initial    must be a list, as load gives it, got null; leave it out'],
  [{ load, initial: { a: ['https://a.example'] } }, '  /initial    must be an array of origins, got an object'],
  [{ load, initial: ['a.example'] }, "  /initial    'a.example' lacks a scheme; write 'https://a.example'"],
  [{ load, initial: ['https://a.example/', 7] }, [
    "  /initial    'https://a.example/' is not an origin a browser sends; write 'https://a.example'",
    '  /initial    must be an origin or a pattern, got 7'
  ].join('\n')],
  [{ load, max: 1, initial: ['https://a.example', 'https://b.example'] }, '  /initial    there are more than 1 entries; raise max, or look what they are'],
  [{ load, key: () => '', initial: ['https://a.example'] }, "  /initial    must be a pair of a key and an origin, got 'https://a.example'"],
  [{ load, key: () => '', initial: { a: 'https://a.example' } }, "  /initial    must be an array of origins for 'a', got 'https://a.example'"],
  [{ load, onProblem: {} }, '  /onProblem    must be a function, got an object'],
  [{ load, vary: 'X-Tenant' }, '  /vary    names what key depends on, and there is no key beside it; leave it out'],
  [{ load, key: () => '', vary: 'X Tenant' }, "  /vary    'X Tenant' is not a header name; write names such as 'X-Tenant'"],
  [{ load, key: () => '', vary: ['X-Tenant', '*'] }, "  /vary/1    '*' is not a header name; write names such as 'X-Tenant'"],
  [{ load, key: () => '', vary: ['X-Tenant', 7] }, '  /vary/1    must be the name of a header, got 7'],
  [{ load, refresch: 60 }, "  /refresch    'refresch' is not an option; did you mean 'refresh'?"]
]

t.test('an option of the wrong kind is refused at once, by its name', async (t) => {
  for (const [options, message] of wrong) t.equal(refusal(options), `invalid liveOrigins options\n${message}`)
})

t.test('all that is wrong is said at once, in the order of the options', async (t) => {
  const error = await Promise.resolve().then(() => liveOrigins({ refresh: '1', max: 'x' } as never)).catch((error: unknown) => error) as CorsConfigError
  t.equal(error.code, 'FST_ERR_CORS_INVALID_CONFIG')
  t.strictSame(error.problems.map(({ path, code }) => [path, code]), [['/refresh', 'invalid-type'], ['/max', 'invalid-type'], ['/load', 'invalid-type']])
})

t.test('what is undefined is left out, and the smallest and largest values are taken', async (t) => {
  for (const options of [
    { load, refresh: undefined, subscribe: undefined, key: undefined, vary: undefined, max: undefined, initial: undefined, onProblem: undefined },
    { load, refresh: 0, max: 1 },
    { load, refresh: 86_400, max: 10_000_000 },
    { load, refresh: 0.5 }
  ]) t.equal(liveOrigins(options as never).size, 0)
})

t.test('what reading initial throws comes through', async (t) => {
  const initial = { * [Symbol.iterator] () { throw new Error('no file') } }
  t.throws(() => liveOrigins({ load, initial: initial as never }), { message: 'no file' })
})

t.test('initial is there at once, also where it can be gone through only once', async (t) => {
  const list = liveOrigins({ load, initial: new Set(['https://a.example', 'https://*.b.example']).values() })
  t.strictSame([list.size, list.loadedAt, list.has('https://a.example'), list.has('https://x.b.example'), list.has('https://c.example')], [2, undefined, true, true, false])
  const tenants = liveOrigins({ load: () => [], key: () => '', initial: { a: ['https://a.example'], b: ['https://b.example'] } })
  t.strictSame([tenants.size, tenants.has('https://a.example', 'a'), tenants.has('https://a.example', 'b'), tenants.has('https://a.example')], [2, true, false, false])
})

t.test('a list shows as what it is', async (t) => {
  const list = liveOrigins({ load })
  t.equal(JSON.stringify({ origin: list }), '{"origin":{"liveOrigins":{"size":0}}}')
  t.strictSame(Object.keys(list), [])
  t.equal(Object.isFrozen(list), true)
})
