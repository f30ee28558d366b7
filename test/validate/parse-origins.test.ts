import Fastify from 'fastify'
import { test } from 'tap'

import cors, { parseOrigins } from '../../lib/index.ts'

const A = 'https://a.example'
const B = 'http://localhost:*'

for (const [text, expected] of [
  [A, [A]],
  [`${A},${B}`, [A, B]],
  [` ${A} , ${B},\n`, [A, B]],
  [`${A}\n${B}\t`, [A, B]],
  [`"${A}, ${B}"`, [A, B]],
  [`'${A}','${B}'`, [A, B]],
  [JSON.stringify([A, B]), [A, B]],
  [` '${JSON.stringify([A, B])}' `, [A, B]],
  ['[""]', ['']],
  ['a.example', ['a.example']],
  ['http://[::1]:3000', ['http://[::1]:3000']]
] as const) {
  test(`parseOrigins reads ${JSON.stringify(text)}`, async t => {
    t.strictSame(parseOrigins(text), expected)
    t.strictSame(parseOrigins(text, Object.freeze({ fallback: 'https://other.example' })), expected)
  })
}

for (const text of [undefined, '', ' \n', ',', '""', '[]', '\'[ ]\'']) {
  test(`parseOrigins finds nothing in ${JSON.stringify(text)}`, async t => {
    t.throws(() => parseOrigins(text), { code: 'FST_ERR_CORS_NO_ORIGINS', message: /\{ fallback: 'https:\/\/app\.example\.com' \}/ })
    t.throws(() => parseOrigins(text, { fallback: undefined }), { code: 'FST_ERR_CORS_NO_ORIGINS' })
    t.strictSame(parseOrigins(text, { fallback: A }), [A])
    const fallback = Object.freeze([A, B] as const)
    t.strictSame(parseOrigins(text, { fallback }), fallback)
    t.not(parseOrigins(text, { fallback }) as unknown, fallback, 'a list of its own')
    t.strictSame(parseOrigins(text, { fallback: [] }), [])
  })
}

for (const text of [3, null, true, [A], {}, '[', '[1]', `["${A}", null]`, '[["x"]]', `[${A}]`, `["${A}"], ${B}`, `["${A}"] x`]) {
  test(`parseOrigins refuses ${JSON.stringify(text)}`, async t => {
    t.throws(() => parseOrigins(text as string, { fallback: A }), { code: 'FST_ERR_CORS_ORIGINS_TEXT' })
  })
}

for (const options of [null, A, [A], { fallback: 3 }, { fallback: null }, { fallback: [A, 3] }, { fallback: /x/ }]) {
  test(`parseOrigins refuses the options ${JSON.stringify(options)}, needed or not`, async t => {
    t.throws(() => parseOrigins(A, options as object), { code: 'FST_ERR_CORS_ORIGINS_TEXT' })
  })
}

test('parseOrigins says what it takes', async t => {
  const messageOf = (...given: unknown[]): string => {
    try {
      return String((parseOrigins as (...given: unknown[]) => unknown)(...given))
    } catch (error) {
      return (error as Error).message
    }
  }
  t.equal(messageOf(3), 'origins are read from a text, as a variable holds it')
  t.equal(messageOf('['), 'a text that begins with [ is read as a JSON array of strings, such as ["https://app.example.com"]')
  t.equal(messageOf(A, null), "the second argument of parseOrigins is an object such as { fallback: 'https://app.example.com' }")
  t.equal(messageOf(A, { fallback: 3 }), 'fallback is an origin or an array of origins')
})

test('what parseOrigins gives is checked at boot as any other list', async t => {
  const app = Fastify()
  t.teardown(() => app.close())
  await t.rejects(async () => await app.register(cors, { origin: parseOrigins(`${A}/`) }), { code: 'FST_ERR_CORS_INVALID_CONFIG' })
})

test('require has it on the plugin', async t => {
  t.equal((cors as unknown as { parseOrigins: unknown }).parseOrigins, parseOrigins)
})
