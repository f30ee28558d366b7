import fc from 'fast-check'
import { test } from 'tap'
import type { OriginText } from '../../lib/options/types.ts'
import { allows } from '../fixtures/rules.ts'
import { propertyOptions } from '../fixtures/property.ts'

// The reference takes the URL parser's word for what an origin is, and compares texts.
function referenceMatches (pattern: string, origin: string): boolean {
  if (!URL.canParse(origin) || new URL(origin).origin !== origin) return false
  const { protocol, hostname, port } = new URL(origin)
  // The parser takes hosts that no name server knows.
  if (hostname.split('.').includes('') || /[^a-z0-9.:[\]_-]/.test(hostname)) return false
  const anyPort = pattern.endsWith(':*')
  const rest = anyPort ? pattern.slice(0, -2) : pattern
  const candidate = anyPort || port === '' ? `${protocol}//${hostname}` : `${protocol}//${hostname}:${port}`
  const [start, end] = /^(.*[^/.])\*(.*)$|^(.*)\*([^.].*)$/.exec(rest)?.slice(1).filter(part => part !== undefined) ?? []
  if (start !== undefined && end !== undefined) {
    const between = candidate.slice(start.length, candidate.length - end.length)
    return candidate.length > start.length + end.length && candidate.startsWith(start) && candidate.endsWith(end) && !/[.:]/.test(between)
  }
  if (!rest.includes('://*.')) return candidate === rest
  const [scheme, suffix] = rest.split('://*.') as [string, string]
  return candidate.startsWith(`${scheme}://`) && candidate.length > `${scheme}://.${suffix}`.length && candidate.endsWith(`.${suffix}`)
}

const label = fc.constantFrom('a', 'b', 'example', 'com', 'co', 'x-y', 'n1', 'xn--bcher-kva')
const scheme = fc.constantFrom('http', 'https')
const host = fc.oneof(
  { weight: 5, arbitrary: fc.array(label, { minLength: 1, maxLength: 4 }).map(labels => labels.join('.')) },
  fc.constantFrom('localhost', '127.0.0.1', '[::1]', '[2001:db8::1]')
)
const canonical = (text: string): boolean => URL.canParse(text) && new URL(text).origin === text
const port = fc.constantFrom('', ':8080', ':3000', ':*')

const part = fc.tuple(scheme, fc.array(label, { maxLength: 2 }), label, fc.nat(9), fc.array(label, { maxLength: 2 }), port)
  .map(([s, left, text, at, right, p]) => `${s}://${[...left, `${text.slice(0, at)}*${text.slice(at)}`, ...right].join('.')}${p}`)
  .filter(text => canonical(text.replace('*', 'x').replace(':*', '')))
const whole = fc.tuple(scheme, fc.boolean(), host, port)
  .map(([s, below, h, p]) => `${s}://${below ? '*.' : ''}${h}${p}`)
  .filter(text => text.includes('*') && canonical(text.replace('*.', 'x.').replace(':*', '')))
const pattern = fc.oneof(whole, part)

const near = (text: string): fc.Arbitrary<string> => {
  const origin = text.replace(':*', '')
  const below = origin.replace('*', 'sub')
  return fc.constantFrom(
    origin.replace('*', ''), origin.replace('*', '-'), origin.replace('*', 'a.b'), origin.replace('*', ':1'), origin.replace('*', 'x--1_'), origin.replace('*', 'é'),
    below, origin.replace('*.', ''), origin.replace('*.', 'a.b.'), origin, text, `${below}.`, `${below}/`, `${below}:443`, `${below}:80`,
    `${below}:08080`, `${below}:`, `${below}:65536`, below.toUpperCase(), below.replace('://', '://u@'), below.replace('http', 'https'),
    below.replace('https', 'http'), `${below}.evil.com`, below.replace('sub.', 'sub'), below.replace('sub.', '.'), below.replace('sub.', 'sub..'),
    below.replace(/[^.]+\./, ''), below.replace('://', '://evil.com#'), `${below}, ${below}`, ` ${below}`, below.replace('[::1]', '[0::1]')
  )
}

test('a set of patterns matches what the URL parser and text comparison say', async t => {
  const runs = propertyOptions(t, 2000)
  fc.assert(fc.property(
    fc.array(pattern, { minLength: 1, maxLength: 5 }).chain(patterns => fc.record({
      patterns: fc.constant(patterns),
      origin: fc.oneof(
        fc.constantFrom(...patterns).chain(near),
        fc.tuple(scheme, host, port).map(([s, h, p]) => `${s}://${h}${p}`),
        fc.webUrl(),
        fc.string({ maxLength: 40 })
      )
    })),
    ({ patterns, origin }) => {
      return allows(patterns as OriginText[])(origin) === patterns.some(text => referenceMatches(text, origin))
    }
  ), runs)
  t.pass(`${runs.numRuns} sets of patterns`)
})
