import type { FastifyInstance } from 'fastify'
import createRouter from 'find-my-way'
import t from 'tap'

import { covers, expandOptionalParameter, heedsCase, normalizePattern, OverlapIndex, parsePattern, pathOfStaticPattern, routerOptionsOf } from '../../lib/routes/pattern.ts'

const OPTIONS = Object.freeze({
  caseSensitive: true,
  ignoreTrailingSlash: false,
  ignoreDuplicateSlashes: false,
  useSemicolonDelimiter: false,
  maxParamLength: 100
})

const parse = (pattern: string): ReturnType<typeof parsePattern> => parsePattern(pattern, OPTIONS)

t.test('an optional last parameter makes two patterns', async (t) => {
  t.strictSame(expandOptionalParameter('/u/:id?'), ['/u/:id', '/u'])
  t.strictSame(expandOptionalParameter('/:id?'), ['/:id', '/'])
  t.strictSame(expandOptionalParameter('/u/:id'), ['/u/:id'])
  t.strictSame(expandOptionalParameter('/u/:id?/'), ['/u/:id/', '/u/'])
})

const same: Array<[string, string, boolean]> = [
  ['/u/:id', '/u/:name', true],
  ['/u/:id.png', '/u/:name.png', true],
  ['/u/:id.png', '/u/:id.jpg', false],
  ['/u/:id(^\\d+$)', '/u/:id(^\\w+$)', false],
  ['/u/:id((?:a|b))', '/u/:id((?:c|d))', false],
  ['/u/:id', '/u/*', false],
  ['/u/::id', '/u/:id', false],
  ['*', '/*', true],
  ['/u', '/u/', false],
  ['/u/:from-:to', '/u/:a-:b', true],
  ['/u/x::y-:id', '/u/x::y-:name', true]
]

for (const [a, b, expected] of same) {
  t.test(`${a} and ${b} are ${expected ? '' : 'not '}the same to the router`, async (t) => {
    t.equal(parse(a).key === parse(b).key, expected)
  })
}

t.test('router options make patterns the same', async (t) => {
  const key = (pattern: string, options: object): string => parsePattern(pattern, { ...OPTIONS, ...options }).key
  t.equal(key('/U/X', { caseSensitive: false }), key('/u/x', { caseSensitive: false }))
  t.equal(key('/U::X', { caseSensitive: false }), key('/u::x', { caseSensitive: false }))
  t.equal(key('/u/', { ignoreTrailingSlash: true }), key('/u', { ignoreTrailingSlash: true }))
  t.equal(key('//u', { ignoreDuplicateSlashes: true }), key('/u', { ignoreDuplicateSlashes: true }))
  t.equal(key('///u////x', { ignoreDuplicateSlashes: true }), key('/u/x', { ignoreDuplicateSlashes: true }))
  t.equal(key('/', { ignoreTrailingSlash: true }), key('/', {}))
  const duplicates = (pattern: string, options: object): string => parsePattern(pattern, { ...OPTIONS, ...options }).duplicatesKey
  t.equal(duplicates('/A:id(x)', { caseSensitive: false }), duplicates('/a:id(y)', { caseSensitive: false }))
  t.not(duplicates('/A:id(x)', {}), duplicates('/a:id(x)', {}))
})

t.test('a pattern without parameters matches the path that it spells', async (t) => {
  t.equal(pathOfStaticPattern(parse('/u/x-1.json').segments), '/u/x-1.json')
  for (const pattern of ['/u/:id', '/u/*', '/u/a b', '/u/ü', '/u/a%20b', '/u/a;b']) {
    t.equal(pathOfStaticPattern(parse(pattern).segments), undefined, pattern)
  }
})

const duplicates: Array<[string, string, boolean]> = [
  ['/:id(^\\d+$)', '/:low(^[a-z]+$)', true],
  ['/:id(^\\d+$)', '/:id', false],
  ['/:id(^\\d+$).png', '/:name.png', true],
  ['/:a-:b', '/:c(x)-:d(\\(y\\))', true],
  ['/a:id', '/a:name', true],
  ['/a:id', '/a:name(x)', false],
  ['/a::b', '/a::b', true],
  ['/a::b:c', '/a::b:d', true],
  ['/a::b:c(x)', '/a::b:d(y)', true],
  ['/a\\:c(x)', '/a\\:d(y)', true],
  ['/:a(x)c', '/:a(x)d', false],
  ['/:a(x)c', '/:b(y)c', true],
  ['/:a(x)c', '/:ac', false],
  ['/:a(x)', '/:ac(x)', true],
  ['/:a(x(y)\\()c-:d', '/:e(z)c-:f(w)', true],
  ['/:b::c', '/:x::c', true],
  ['/x::y/:id(a)', '/x::z/:id(b)', false],
  ['/a::b:c(x)', '/a:p(q)b:c(x)', false],
  ['/:a(x)-:b', '/-:a(x)', false],
  ['/a', '/A', false],
  ['/*', '/:id', false]
]

for (const [a, b, expected] of duplicates) {
  t.test(`the router takes ${expected ? 'only one of' : 'both'} ${a} and ${b}`, async (t) => {
    t.equal(parse(a).duplicatesKey === parse(b).duplicatesKey, expected)
    const router = createRouter()
    router.on('GET', a, () => {})
    if (expected) t.throws(() => { router.on('GET', b, () => {}) })
    else router.on('GET', b, () => {})
  })
}

const covering: Array<[string, string, boolean]> = [
  ['/*', '/u/x', true],
  ['/u/*', '/u/x/y', true],
  ['/u/*', '/u', false],
  ['/u/*', '/v/x', false],
  ['/u*', '/u/x', false],
  ['/:any', '/u', true],
  ['/:any', '/:id', true],
  ['/:any', '/*', false],
  ['/:any', '/u/x', false],
  ['/u/:any', '/u', false],
  ['/u/:id(^\\d+$)', '/u/7', false],
  ['/u/:id(^\\d+$)', '/u/:id(^\\d+$)', true],
  ['/::', '/:x', false],
  ['/::', '/u', false],
  ['/:x', '/::', true],
  ['/u', '/u', true]
]

for (const [a, b, expected] of covering) {
  t.test(`${a} ${expected ? 'covers' : 'does not cover'} ${b}`, async (t) => {
    t.equal(covers(parse(a).segments, parse(b).segments), expected)
  })
}

const patterns = ['/', '/u', '/u/me', '/u/:id', '/u/:id/x', '/v/:id', '/u/*', '/:any', '/*']

const overlaps: Array<[string, string[]]> = [
  ['/u/me', ['/*', '/u/*', '/u/me', '/u/:id']],
  ['/u/:id', ['/*', '/u/*', '/u/me', '/u/:id']],
  ['/u', ['/*', '/u', '/:any']],
  ['/u/me/x', ['/*', '/u/*', '/u/:id/x']],
  ['/u/*', ['/*', '/u/*', '/u/me', '/u/:id', '/u/:id/x']],
  ['/:any', ['/*', '/', '/u', '/:any']],
  ['/w/x', ['/*']]
]

for (const [pattern, expected] of overlaps) {
  t.test(`what may match a URL of ${pattern}`, async (t) => {
    const index = new OverlapIndex<string>()
    for (const other of patterns) index.add(parse(other).segments, other)
    t.strictSame([...index.overlapping(parse(pattern).segments)].sort(), [...expected].sort())
  })
}

const segments: Array<[pattern: string, segments: string[]]> = [
  ['/', ['static ']],
  ['//', ['static ', 'static ']],
  ['/U/x', ['static U', 'static x']],
  ['/a*', ['wildcard a*']],
  ['/a::*', ['wildcard a::*']],
  ['/x::y/::a', ['static x:y', 'static :a']],
  ['/:a-:b', ['dynamic :-:']],
  ['/a/:b::c', ['static a', 'dynamic :::c']],
  ['/a/:id(^[^/]+$)/b', ['static a', 'dynamic :id(^[^/]+$)', 'static b']],
  ['/:p(\\(a/b\\))/x', ['dynamic :p(\\(a/b\\))', 'static x']],
  ['/:a(x(y/w)/z)/c', ['dynamic :a(x(y/w)/z)', 'static c']],
  ['/:a(\\))/c', ['dynamic :a(\\))', 'static c']],
  ['/a\\)/b', ['static a\\)', 'static b']]
]

for (const [pattern, expected] of segments) {
  t.test(`${pattern} is taken apart`, async (t) => {
    t.strictSame(parse(pattern).segments.map(({ kind, text }) => `${kind} ${text}`), expected)
  })
}

t.test('a pattern is kept without what the router takes off', async (t) => {
  const options = { ...OPTIONS, ignoreTrailingSlash: true, ignoreDuplicateSlashes: true }
  for (const [pattern, expected] of [['/', '/'], ['*', '/*'], ['/u/', '/u'], ['//u//', '/u'], ['/u', '/u']] as const) t.equal(normalizePattern(pattern, options), expected, pattern)
  for (const pattern of ['/', '/u/', '//u//']) t.equal(normalizePattern(pattern, OPTIONS), pattern)
})

t.test('an expression heeds the case of letters, a parameter alone does not', async (t) => {
  for (const [pattern, expected] of [['/a/:id', false], ['/:id(x)/b', true], ['/a/:id.png', true], ['/a/*', false], ['/a/b', false], ['/', false]] as const) {
    t.equal(heedsCase(parse(pattern).segments), expected, pattern)
  }
})

t.test('the options of the router are read from both places', async (t) => {
  const defaults = { caseSensitive: true, ignoreTrailingSlash: false, ignoreDuplicateSlashes: false, useSemicolonDelimiter: false, maxParamLength: 100 }
  const read = (options: object): object => routerOptionsOf({ initialConfig: options } as FastifyInstance)
  const others = { caseSensitive: false, ignoreTrailingSlash: true, ignoreDuplicateSlashes: true, useSemicolonDelimiter: true, maxParamLength: 7 }
  t.strictSame(read({}), defaults)
  t.strictSame(read({ ...others, routerOptions: defaults }), others)
  t.strictSame(read({ ...defaults, routerOptions: others }), others)
  t.strictSame(read({ routerOptions: others }), others)
})
