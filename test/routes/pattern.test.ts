import createRouter from 'find-my-way'
import t from 'tap'

import { covers, expandOptionalParameter, OverlapIndex, parsePattern, pathOfStaticPattern } from '../../lib/routes/pattern.ts'

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
