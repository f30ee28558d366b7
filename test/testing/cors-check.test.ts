import t from 'tap'
import { corsCheck } from '../../lib/fetch/cors.ts'
import type { HeaderLines } from '../../lib/browser/index.ts'

const origin = 'https://app.example.com'
const acao = (...values: string[]): HeaderLines => values.map((value) => ['Access-Control-Allow-Origin', value] as const)

t.test('passes', async (t) => {
  for (const lines of [acao('*'), acao(' * '), acao('\t*'), acao(origin), [['access-control-allow-origin', '*']]] as HeaderLines[]) {
    t.equal(corsCheck(origin, 'same-origin', lines), undefined)
    t.equal(corsCheck(origin, 'omit', [...lines, ['Access-Control-Allow-Credentials', 'nonsense']]), undefined)
  }
  t.equal(corsCheck('null', 'omit', acao('null')), undefined)
  t.equal(corsCheck(origin, 'include', [...acao(origin), ['Access-Control-Allow-Credentials', ' true ']]), undefined)
})

t.test('fails', async (t) => {
  const cases: Array<[lines: HeaderLines, code: string, value?: string]> = [
    [[], 'ACAO_MISSING'],
    [acao(''), 'ACAO_INVALID', ''],
    [acao('"*"'), 'ACAO_INVALID', '"*"'],
    [acao('app.example.com'), 'ACAO_INVALID', 'app.example.com'],
    [acao('*.example.com'), 'ACAO_INVALID', '*.example.com'],
    [acao('https://app.example.com:*'), 'ACAO_INVALID', 'https://app.example.com:*'],
    [acao(`${origin}/`), 'ACAO_MISMATCH', `${origin}/`],
    [acao('HTTPS://app.example.com'), 'ACAO_MISMATCH', 'HTTPS://app.example.com'],
    [acao('https://APP.example.com'), 'ACAO_MISMATCH', 'https://APP.example.com'],
    [acao('null'), 'ACAO_MISMATCH', 'null'],
    [acao(origin, origin), 'ACAO_MULTIPLE', `${origin}, ${origin}`],
    [acao('*', '*'), 'ACAO_MULTIPLE', '*, *'],
    [acao('', '*'), 'ACAO_MULTIPLE', ', *'],
    [acao(`${origin} https://b.example`), 'ACAO_MULTIPLE', `${origin} https://b.example`]
  ]
  for (const [lines, code, value] of cases) {
    const expected = value === undefined ? { code } : { code, value }
    t.same(corsCheck(origin, 'same-origin', lines), expected)
    t.same(corsCheck(origin, 'include', lines), expected)
  }
})

t.test('fails with credentials only', async (t) => {
  t.same(corsCheck(origin, 'include', acao('*')), { code: 'ACAO_WILDCARD_WITH_CREDENTIALS', value: '*' })
  t.same(corsCheck(origin, 'include', acao(origin)), { code: 'ACAC_NOT_TRUE' })
  for (const value of ['True', 'TRUE', '1', 'false', '']) {
    t.same(corsCheck(origin, 'include', [...acao(origin), ['Access-Control-Allow-Credentials', value]]), { code: 'ACAC_NOT_TRUE', value })
  }
  const twice: HeaderLines = [...acao(origin), ['Access-Control-Allow-Credentials', 'true'], ['access-control-allow-credentials', 'true']]
  t.same(corsCheck(origin, 'include', twice), { code: 'ACAC_NOT_TRUE', value: 'true, true' })
})
