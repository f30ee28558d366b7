import Fastify from 'fastify'
import { test } from 'tap'
import { parse } from 'tldts'
import cors from '../../lib/index.ts'
import { isPublicSuffix, publicSuffixBelow, RulesIndex, RulesText } from '../../lib/validate/public-suffix.ts'
import { needsRareChecks } from '../../lib/validate/rare-checks.ts'
import { publicSuffixes } from '../../lib/validate/suffix-list.ts'

/** What tldts says of a name, and of every name right below it. */
function expected (host: string): boolean {
  return [host, `any-name.${host}`].some((candidate) => {
    const { publicSuffix, isIcann, isPrivate } = parse(candidate, { allowPrivateDomains: true })
    return publicSuffix === candidate && (isIcann === true || isPrivate === true)
  })
}

test('the rules are the same as one text and sorted out', async t => {
  const [text, index] = [new RulesText(publicSuffixes), new RulesIndex(publicSuffixes)]
  const rules = publicSuffixes.trim().split('\n')
  const hosts = rules.filter((_, index) => index % 50 === 0).flatMap((rule) => [rule, rule.replace(/^[^.]+\./, ''), `x.${rule}`])
  for (const host of ['com', 'ck', '*.ck', '!www.ck', 'amazonaws.com', 'example.com', 'a.example', '', ...hosts]) {
    t.equal(index.has(host), text.has(host), host)
    t.equal(index.below(host), text.below(host), `below ${host}`)
  }
  t.strictSame([text.has('github.io'), text.has('example.com'), text.below('ck'), text.below('example.com')], [true, false, '*.ck', undefined])
})

test('many questions have the answers of a few', async t => {
  const hosts = ['ck', 'github.io', 'amazonaws.com', 'example.com']
  const answers = (): unknown[] => hosts.map((host) => [host, isPublicSuffix(host), publicSuffixBelow(host)])
  const few = answers()
  t.match(few, [['ck', true, 'x.ck'], ['github.io', true, undefined], ['amazonaws.com', false, /\.amazonaws\.com$/], ['example.com', false, undefined]])
  for (let i = 0; i < 200; i++) isPublicSuffix(`${i}.example`)
  t.strictSame(answers(), few)
})

test('what the list names is a public suffix as tldts has it, and what is above and below it', async t => {
  const rules = publicSuffixes.trim().split('\n')
  const hosts = new Set(rules.flatMap((rule) => {
    const name = rule.replace(/^!|^\*\./, '')
    return [name, `a.${name}`, `a.b.${name}`, name.replace(/^[^.]+\./, '')]
  }))
  t.ok(rules.length > 9000, `${rules.length} rules`)
  t.strictSame([...hosts].filter((host) => isPublicSuffix(host) !== expected(host)), [])
})

test('names of every kind of rule', async t => {
  const names = ['ck', 'com', 'co.uk', 'github.io', 'compute.amazonaws.com', 'foo.ck', 'xn--p1ai', 'kobe.jp', 'x.kobe.jp']
  t.strictSame(names.filter((name) => !isPublicSuffix(name)), [])
  t.strictSame(['example.com', 'www.ck', 'city.kobe.jp', 'internal', 'a.internal', 'example.github.io', ''].filter(isPublicSuffix), [])
})

test('options need the list where they mention a pattern of subdomains', async t => {
  const needing: unknown[] = ['https://*.a.example', ['x', 'https://*.a.example:*'], 'https://pr-*.a.example', { policies: { a: { origin: ['https://*.a.example'] } } }, /^https:\/\/a\.example$/]
  t.strictSame(needing.map(needsRareChecks), [true, true, true, true, true])
  t.strictSame(['*', 'https://a.example', ['http://localhost:*'], {}, null, undefined, 5].filter(needsRareChecks), [])
})

test('the list is not sought in what cannot be copied: options that are wrong are refused as such', async t => {
  class Endless { readonly self = this }
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  for (const wrong of [new Endless(), proxy]) {
    const refused = { code: 'FST_ERR_CORS_INVALID_CONFIG' }
    await t.rejects(Promise.resolve(Fastify().register(cors, { origin: wrong as never })), refused)
    const app = Fastify()
    await app.register(cors)
    app.get('/u', { config: { cors: { origin: [wrong as never] } } }, async () => 'ok')
    await t.rejects(Promise.resolve(app.ready()), refused)
  }
})
