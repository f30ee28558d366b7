import t from 'tap'
import type { Test } from 'tap'
import { CookieJar } from '../../lib/browser/index.ts'
import { runVector } from '../fixtures/measured-page.ts'
import { comparable } from '../fixtures/measuring-server.ts'
import { againstTheStandard, notModelled } from '../fixtures/not-modelled.ts'
import { corsErrorOf, corsErrorParameter } from '../fixtures/cors-errors.ts'
import { declarative, engines, measuredIn, vectors } from '../fixtures/vectors.ts'
import type { ProfileName, Seen } from '../../lib/browser/index.ts'
import type { Engine, Measured, Vector, WireEntry } from '../fixtures/vectors.ts'

/** Not `sfs` by the standard: after redirects each engine has its own mind about it. */
const columns: Readonly<Record<ProfileName, readonly string[]>> = {
  spec: ['on', 'm', 'sub', 'o', 'acrm', 'acrh', 'ck', 'ct', 'auth', 'sfm', 'sfd'],
  chromium: ['on', 'm', 'sub', 'o', 'acrm', 'acrh', 'ck', 'ct', 'auth', 'sfm', 'sfd', 'sfs'],
  firefox: ['on', 'm', 'sub', 'o', 'acrm', 'acrh', 'ck', 'ct', 'auth', 'sfm', 'sfd', 'sfs'],
  webkit: ['on', 'm', 'sub', 'o', 'acrm', 'acrh', 'ck', 'ct', 'auth', 'sfm', 'sfd', 'sfs']
}

for (const engine of engines) {
  t.test(`agrees with ${engine}`, async (t) => {
    for (const vector of vectors) {
      const exception = notModelled.get(vector.id)
      const isModelled = exception?.engines.includes(engine) !== true
      if (isModelled || exception?.comparesWire === true) {
        await t.test(vector.id, async (t) => await compare(t, vector, engine, isModelled))
      }
    }
  })
}

t.test('the standard agrees where all engines do', async (t) => {
  const unanimous = vectors.filter(({ id, results }) => results.length === 1 && !notModelled.has(id))
  t.ok(unanimous.length >= 170, `${unanimous.length} cases`)
  for (const vector of unanimous.filter(({ id }) => !againstTheStandard.has(id))) {
    await t.test(vector.id, async (t) => await compare(t, vector, 'chromium', true, 'spec'))
  }
})

t.test('models all declarative cases, and all but 45 of the others', async (t) => {
  t.equal(declarative.length, 122)
  t.equal(vectors.length - declarative.length, 149)
  t.same(declarative.filter(({ id }) => notModelled.has(id)), [])
  t.ok(notModelled.size <= 45, `${notModelled.size} cases are not modelled`)
  t.same([...notModelled.keys()].filter((id) => !vectors.some((vector) => vector.id === id)), [])
})

async function compare (
  t: Test, vector: Vector, engine: Engine, isModelled: boolean, profile: ProfileName = engine
): Promise<void> {
  const measured = measuredIn(engine, vector)
  const { out, wire, seen } = await runVector(vector, profile, jarBefore(vector, measured))
  if (isHang(measured.out)) {
    t.ok(seen.some(({ notes }) => notes.some((note) => /password/.test(note))), 'the model says why the engine waits')
    return
  }
  if (isModelled) t.same(common(out, measured.out), common(measured.out, measured.out), 'outcome')
  const isSynchronous = /sync: true/.test(vector.js ?? '')
  // WebKit sends the worker of a data: URL out as if from the page.
  const hidden = isSynchronous ? /^sf/ : engine === 'webkit' && vector.id === 'dataworker-null' ? /^sfs$/ : /^$/
  const log = (entries: ReadonlyArray<WireEntry | Record<string, string>>): unknown[] =>
    withoutRetries(vector, entries.map((entry) => comparable(entry, columns[profile].filter((name) => !hidden.test(name)))))
  t.same(log(wire), log(measured.wire), 'wire')
  if (engine === 'chromium') compareReason(t, vector, seen)
}

function compareReason (t: Test, vector: Vector, seen: readonly Seen[]): void {
  const reasons = seen.flatMap(({ reason }) => reason === undefined ? [] : [reason])
  const expected = (vector.cdp ?? []).filter(({ cors }) => cors !== undefined)
  const named = reasons.filter(({ code }) => corsErrorOf(code) !== undefined)
  if (expected.length > 0) t.same(named.map(({ code }) => corsErrorOf(code)), expected.map(({ cors }) => cors), 'reason')
  for (const [index, { param }] of expected.entries()) {
    if (param !== undefined && param !== '') t.equal(corsErrorParameter(named[index] as never), param, 'parameter')
  }
}

/** Cookies that the cases before this one left behind; those that the page itself sets are not among them. */
function jarBefore ({ id, js = '' }: Vector, { wire }: Measured): CookieJar {
  const sent = wire.find(({ ck }) => ck !== undefined)?.ck ?? (keepsCookies(id) ? 'z=1' : '')
  const own = /document\.cookie='(\w+)=/.exec(js)?.[1]
  const jar = new CookieJar()
  for (const pair of sent.split('; ')) {
    if (pair !== '' && pair.split('=')[0] !== own) jar.set('http://127.0.0.1/t/RUN/earlier', pair)
  }
  return jar
}

/** Where the run of cases had cookies of 127.0.0.1 in its jar from the start. */
function keepsCookies (id: string): boolean {
  return /^(?:red|org|sbx|blobworker|dataworker|img|script|module|import|css|es|beacon)-/.test(id)
}

/** A connection that is cut is tried again by the network stack, two to ten times. */
function withoutRetries (vector: Vector, entries: unknown[]): unknown[] {
  const isCut = [vector.server.pre ?? []].flat().some(({ destroy }) => destroy)
  return isCut ? entries.slice(0, 1) : entries
}

function isHang (out: unknown): boolean {
  return /TIMEOUT|HANG/.test(String((out as { err?: string }).err))
}

/** The parts of `value` that `reference` has too, with 1 and 0 for booleans as the harness wrote them. */
function common (value: unknown, reference: unknown): unknown {
  if (Array.isArray(reference)) return reference.map((item, index) => common((value as unknown[])[index], item))
  if (typeof reference === 'object' && reference !== null) {
    return Object.fromEntries(Object.entries(reference).map(([key, item]) =>
      [key, key === 'h' ? withoutConnection((value as Record<string, string>)[key]) : common((value as Record<string, unknown>)[key], item)]))
  }
  return typeof value === 'boolean' ? Number(value) : value
}

/** Headers of the connection, which Node's server adds. */
function withoutConnection (headers = ''): string {
  return headers.split(' | ').filter((line) => !/^(?:connection|date|keep-alive|transfer-encoding):/.test(line)).join(' | ')
}
