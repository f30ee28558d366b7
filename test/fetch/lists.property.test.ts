import fc from 'fast-check'
import t from 'tap'

import { appendVary, mergeNames, reflectRequestHeaders } from '../../lib/fetch/headers.ts'
import { propertyOptions } from '../fixtures/property.ts'

// The lists of names that come from the network, compared with what their definitions say in as few words as can be.

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const item = fc.oneof(fc.constantFrom('x-a', 'X-A', 'content-type', '*', '', ' ', '\t', 'a b', 'x-é', '"x"', 'x;y', 'constructor', '__proto__'), fc.string({ maxLength: 5 }))
const separator = fc.constantFrom(',', ', ', ' ,\t', ',,')
const list = fc.oneof(
  fc.tuple(fc.array(item, { maxLength: 6 }), separator).map(([items, separator]) => items.join(separator)),
  fc.tuple(item, fc.constantFrom(1, 300, 2048, 4096, 9000)).map(([item, times]) => `${item},`.repeat(times))
)

function items (text: string): string[] {
  return text.split(',').map((each) => each.trim()).filter((each) => each !== '')
}

function unique (names: readonly string[]): string[] {
  const seen = new Set<string>()
  return names.filter((name) => seen.size < seen.add(name.toLowerCase()).size)
}

t.test('requested headers are reflected as far as they are tokens, and not at all where they are too long', async (t) => {
  const runs = propertyOptions(t, 2000)
  fc.assert(fc.property(list, (requested) => {
    const tokens = requested.length > 8192 ? [] : items(requested).filter((each) => TOKEN.test(each))
    return reflectRequestHeaders(requested) === (tokens.length === 0 ? undefined : tokens.join(', '))
  }), runs)
  t.pass(`${runs.numRuns} lists`)
})

t.test('Vary holds what it held and what is added, and nothing beside a star', async (t) => {
  const runs = propertyOptions(t, 2000)
  fc.assert(fc.property(list, fc.constantFrom('', 'Origin', 'Origin, X-A', 'Access-Control-Request-Method, Access-Control-Request-Headers'), (given, names) => {
    const held = items(given)
    const ends = items(appendVary(given, names))
    if (held.includes('*')) return ends.join() === '*'
    const lowerCased = new Set(held.map((name) => name.toLowerCase()))
    const added = items(names).filter((name) => !lowerCased.has(name.toLowerCase()))
    return ends.join() === [...held, ...added].join()
  }), runs)
  t.pass(`${runs.numRuns} lists`)
})

t.test('two lists of names are one, with each name once', async (t) => {
  const runs = propertyOptions(t, 2000)
  fc.assert(fc.property(fc.option(list, { nil: undefined }), list, (first, second) => {
    return mergeNames(first, second) === unique([...items(first ?? ''), ...items(second)]).join(', ')
  }), runs)
  t.pass(`${runs.numRuns} lists`)
})
