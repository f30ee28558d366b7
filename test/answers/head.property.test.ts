import type { ServerResponse } from 'node:http'

import fc from 'fast-check'
import t from 'tap'

import { createHeadGuard, guardHead } from '../../lib/decision/head.ts'
import { isCorsResponseHeader } from '../../lib/fetch/headers.ts'
import { propertyOptions } from '../fixtures/property.ts'
import { APP } from '../fixtures/requests.ts'

// Whatever a head is written with, in whichever form of `writeHead`, it ends with the policy's headers once each, and keeps all others.

const NAMES = [
  'Vary', 'vary', 'Access-Control-Allow-Origin', 'access-control-allow-credentials', 'ACCESS-CONTROL-EXPOSE-HEADERS', 'Access-Control-Max-Age',
  'Access-Control-Allow-Methods', 'Timing-Allow-Origin', 'Cache-Control', 'X-Own', 'x-own', 'Set-Cookie', '__proto__', 'constructor', 'toString', ''
]
const name = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...NAMES) }, { weight: 1, arbitrary: fc.string({ maxLength: 12 }) })
const value = fc.oneof(fc.constantFrom('Origin', 'Accept', '*', '', 'https://evil.example', 'X-A, X-B'), fc.string({ maxLength: 12 }), fc.integer(), fc.array(fc.constantFrom('Accept', 'a=1', 'b=2'), { maxLength: 3 }))
const entries = fc.array(fc.tuple(name, value), { maxLength: 8 })
const form = fc.constantFrom('object', 'flat', 'pairs', 'reason and object', 'nothing')

const GUARDS = [
  createHeadGuard({ headers: { 'access-control-allow-credentials': 'true', 'access-control-expose-headers': 'X-Own' }, vary: 'Origin', exposes: true, allowsTiming: true }),
  createHeadGuard({ headers: { 'access-control-allow-origin': '*' }, vary: undefined }),
  createHeadGuard({ headers: {}, vary: 'Origin' })
] as const

type Entry = readonly [name: string, value: unknown]

/** What `writeHead` is called with in the end. */
function written (given: readonly Entry[], as: string, guard: typeof GUARDS[number], raw: readonly Entry[], allowOrigin: string | undefined): Entry[] {
  let head: unknown
  const set = new Map(raw.map(([name, value]) => [name.toLowerCase(), value]))
  const response = {
    headersSent: false,
    getHeaderNames: () => [...set.keys()],
    getHeader: (name: string) => set.get(name),
    removeHeader: (name: string) => { set.delete(name) },
    writeHead: (_status: number, ...rest: unknown[]) => { head = rest.at(-1) }
  }
  guardHead(response as unknown as ServerResponse, guard, allowOrigin)
  const { writeHead } = response as unknown as { writeHead (...args: unknown[]): void }
  const call = (...args: unknown[]): void => { writeHead.call(response, ...args) }
  const object = Object.fromEntries(given)
  if (as === 'object') call(200, object)
  else if (as === 'flat') call(200, given.flat(1))
  else if (as === 'pairs') call(200, given)
  else if (as === 'nothing') call(200)
  else call(200, 'Fine', object)
  if (!Array.isArray(head)) return [...set, ...Object.entries(head as object)]
  const flat = head as unknown[]
  return [...set, ...Array.from({ length: flat.length / 2 }, (_, i): Entry => [String(flat[2 * i]), flat[2 * i + 1]])]
}

const isCors = isCorsResponseHeader

t.test('the policy has the last word, whatever a head is written with', async (t) => {
  const runs = propertyOptions(t, 2000)
  fc.assert(fc.property(entries, form, fc.constantFrom(...GUARDS), entries, fc.boolean(), (given, as, guard, raw, isAllowed) => {
    const { vary, headers } = guard
    const constant = headers['access-control-allow-origin']
    const allowOrigin = isAllowed && constant === undefined && guard.exposes === true ? APP : undefined
    const origin = allowOrigin ?? constant
    const end = written(given, as, guard, raw, allowOrigin).map(([name, value]) => [name.toLowerCase(), value] as const)
    const of = (wanted: string): unknown[] => end.filter(([name]) => name === wanted).map(([, value]) => value)
    const cors = end.filter(([name]) => isCors(name))
    if (origin === undefined && cors.length > 0) return false
    if (origin !== undefined && of('access-control-allow-origin').join() !== origin) return false
    if (new Set(cors.map(([name]) => name)).size !== cors.length) return false
    if (guard.allowsTiming === true && of('timing-allow-origin').join() !== (origin ?? '')) return false
    const varied = of('vary').flat().join(', ').toLowerCase()
    if (vary !== undefined && !/(?:^|,\s*)(?:\*|origin)(?:\s*,|$)/.test(varied)) return false
    // All else stays, as a name at least.
    const names = new Set(end.map(([name]) => name))
    return as === 'nothing' || given.every(([name]) => isCors(name.toLowerCase()) || /^(?:vary|timing-allow-origin)$/i.test(name) || names.has(name.toLowerCase()))
  }), runs)
  t.pass(`${runs.numRuns} heads`)
})
