import { AssertionError } from 'node:assert'
import t from 'tap'
import { assertBlocked, assertReadable, formatSeen, simulate } from '../../lib/browser/index.ts'
import { sentences } from '../../lib/browser/reasons.ts'
import { allow, answering, api, page } from '../fixtures/server.ts'
import type { Seen } from '../../lib/browser/index.ts'

const readable = async (): Promise<Seen> => await simulate(answering([allow.any]).target, { from: page, url: api })
const blocked = async (): Promise<Seen> => await simulate(answering([]).target, { from: page, url: api, headers: { cookie: 'a=1' } })

function failure (action: () => void): AssertionError {
  try {
    action()
  } catch (error) {
    if (error instanceof AssertionError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

t.test('assertReadable', async (t) => {
  assertReadable(await readable())
  const seen = await blocked()
  const error = failure(() => assertReadable(seen))
  t.match(error, { actual: 'ACAO_MISSING', expected: 'readable', operator: 'assertReadable' })
  t.equal(error.message, [
    'the page can not read the response',
    'blocked: ACAO_MISSING',
    '  The response of https://api.example.com/ has no Access-Control-Allow-Origin; allow https://app.example.com (option origin), ' +
      'on error responses too.',
    'GET https://api.example.com/ (the request itself)',
    '  > host: api.example.com',
    '  > accept: */*',
    '  > sec-fetch-dest: empty',
    '  > sec-fetch-mode: cors',
    '  > sec-fetch-site: same-site',
    '  > origin: https://app.example.com',
    '  < 200',
    'note: the browser drops the header cookie, which scripts may not set'
  ].join('\n'))
  t.notMatch(error.stack, 'assertions.ts')
  const opaque = await simulate(answering([]).target, { from: page, url: api, mode: 'no-cors' })
  t.match(failure(() => assertReadable(opaque)), { actual: 'opaque' })
})

t.test('assertBlocked', async (t) => {
  const seen = await blocked()
  assertBlocked(seen)
  assertBlocked(seen, 'ACAO_MISSING')
  assertBlocked(await simulate(answering([]).target, { from: page, url: api, method: 'TRACE' }), 'METHOD_FORBIDDEN')
  t.match(failure(() => assertBlocked(seen, 'ACAO_MISMATCH')), {
    actual: 'ACAO_MISSING', expected: 'ACAO_MISMATCH', message: /^the browser refuses for another reason than ACAO_MISMATCH\nblocked: ACAO_MISSING\n/
  })
  const fine = await readable()
  t.match(failure(() => assertBlocked(fine)), { actual: 'readable', expected: 'blocked', message: /does not refuse.*\nreadable\nGET/ })
  t.match(failure(() => assertBlocked(fine, 'CORP')), { actual: 'readable', expected: 'CORP' })
})

t.test('a promise in place of its result is a TypeError', async (t) => {
  const promise = readable()
  t.throws(() => assertReadable(promise as never), { name: 'TypeError', message: 'assertReadable needs what simulate resolves to: await it first' })
  t.throws(() => assertBlocked(undefined as never), { name: 'TypeError', message: /^assertBlocked needs/ })
  await promise
})

t.test('an exchange without an answer is in the trace', async (t) => {
  const seen = await simulate(() => { throw new Error('cut') }, { from: page, url: api })
  t.match(seen, { verdict: 'blocked', reason: { code: 'NETWORK', value: 'cut' } })
  t.match(formatSeen(seen), /\n {2}< no answer$/)
  const odd = await simulate(async () => await Promise.reject('odd'), { from: page, url: api }) // eslint-disable-line prefer-promise-reject-errors
  t.equal(odd.reason?.value, 'odd')
})

t.test('every reason has a section and a sentence with a correction', async (t) => {
  const detail = { url: api, origin: page, header: 'x-a', method: 'PUT', value: 'v' }
  const seen = new Set<string>()
  for (const [code, [step, sentence]] of Object.entries(sentences)) {
    const text = sentence(detail)
    t.match(text, /^[A-Z'].*[a-z' ].*\.$/s, code)
    t.ok(step.length > 4)
    t.notOk(seen.has(text), `${code} has a sentence of its own`)
    t.notMatch(text, /undefined/)
    seen.add(text)
  }
  t.equal(seen.size, 42)
  t.match(sentences.ACAC_NOT_TRUE[1]({ url: api }), 'has no Access-Control-Allow-Credentials,')
  t.match(sentences.METHOD_NOT_ALLOWED[1]({ url: api, method: 'PUT' }), '(it has no Access-Control-Allow-Methods)')
})
