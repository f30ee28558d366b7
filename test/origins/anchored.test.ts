import { test } from 'tap'
import { isAnchored } from '../../lib/validate/regexps.ts'

const anchored = [
  '^a$', '^(a|b)$', '^(?:a|b)$', '^a$|^b$', '(^a$)', '(?<name>^a$|^b$)', '((^a$)|^b$)', '^[$^|)(]$', '^[\\]|]$', '^\\$$', '(?=.*x)^a$', '^a$(?<!x)',
  '(?!evil)^a(?:b|c)?$', '(?:^a|^b)c$', '^a(?:b$|c$)', '^(?<=x)a$', '^a{1,2}$', '^$', '(^a(?!b)c$)', '(^a(?<n>b)c$)'
]
const loose = [
  '', 'a', '^a', 'a$', '^a\\$', '\\^a$', '^a|b$', '^a$|b', '^a$|', '(^a|b)$', '^(a$|b)', '(^a$)?', '(^a$)*', '(^a$){0,1}', '[^]a$', '^a[$]', 'a^$',
  '^a$b', '(?=^a$)', '(?m:^a$)', '(?im-s:^a$)', '^a(?=$)', '.*^a$', '(?:a)^b$', '(^a$)+', '(^a$)?|^b$'
]

for (const source of anchored) {
  test(`${source} is anchored`, async t => {
    t.ok(isAnchored(source, 'i'))
  })
}

for (const source of loose) {
  test(`${source || 'an empty source'} is not anchored`, async t => {
    t.notOk(isAnchored(source, ''))
  })
}

test('the flag m makes anchors unreliable', async t => {
  t.notOk(isAnchored('^a$', 'm'))
})

test('classes nest with the flag v', async t => {
  t.ok(isAnchored('^[[a-z]--[x|y]]$', 'v'))
  t.notOk(isAnchored('^[[a]|b$]', 'v'))
  t.ok(isAnchored('^[[a]b$|c]d$', 'v'))
  t.notOk(isAnchored('^[[a]b$|c]d$', ''))
  t.ok(isAnchored('^[[a]$', ''))
})

test('groups may nest as deep as a RegExp can', async t => {
  t.ok(isAnchored(`${'('.repeat(100_000)}^a$${')'.repeat(100_000)}`, ''))
})
