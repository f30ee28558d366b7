import { CorsConfigError, type CorsProblem } from '../errors.ts'
import { appendVary, isToken, listItems } from '../fetch/headers.ts'
import type { OptionCheck } from '../options/boot-schema.ts'
import { isBlock } from '../options/copy.ts'
import type { LiveOrigins } from '../options/live.ts'
import { quote } from '../text.ts'
import { checkShape, inBlockOrder, pointer } from '../validate/shape.ts'
import { realClock, type Clock } from './clock.ts'
import { LiveList, type Initial, type ListOptions } from './list.ts'
import { itemsOf, NoListError, readAtOnce } from './read.ts'
import type { LiveOriginsOptions, LiveTenantsOptions } from './types.ts'

const MAX_REFRESH = 86_400
const MAX_ENTRIES = 10_000_000

const isFunction = (value: unknown): boolean => typeof value === 'function'

function check (expectation: string, matches: (value: unknown) => boolean, matchesItem?: (item: unknown) => boolean): OptionCheck {
  return { matches, matchesItem, expectation }
}

const CHECKS: Readonly<Record<keyof LiveTenantsOptions, OptionCheck>> = {
  load: check('a function that gives the origins', isFunction),
  refresh: check(`seconds from 0 to ${MAX_REFRESH}`, (value) => typeof value === 'number' && value >= 0 && value <= MAX_REFRESH),
  subscribe: check('a function that is given what to call when the list has changed', isFunction),
  key: check('a function that tells whose list holds for a request', isFunction),
  vary: check(
    'an array of names, or one string with commas',
    (value) => typeof value === 'string' || (Array.isArray(value) && value.every((item) => typeof item === 'string')),
    (item) => typeof item === 'string'
  ),
  max: check(`an integer from 1 to ${MAX_ENTRIES}`, (value) => Number.isInteger(value) && (value as number) >= 1 && (value as number) <= MAX_ENTRIES),
  initial: check('a list, as load gives it', (value) => typeof value === 'object' && value !== null),
  onProblem: check('a function', isFunction)
}

/** What the options come to, of which all but `load` may be left out. */
interface Given extends Omit<ListOptions, 'vary' | 'refresh' | 'max'>, Partial<Pick<ListOptions, 'refresh' | 'max'>> {
  readonly vary?: string | readonly string[]
  readonly initial?: unknown
}

/**
 * Origins that change while the application runs, as in a database: a value for `origin`, alone or in a list beside fixed ones.
 * A request is one look into what is in memory; nothing waits for the source, and no request makes it load.
 *
 * The list is loaded when an application that uses it gets ready, and kept up to date until the last such application
 * closes. With `key` it is a list for each tenant, and no tenant's origins are another's.
 *
 * @example
 * const origin = liveOrigins({ load: async () => (await db.query('select origin from origins')).rows.map((row) => row.origin) })
 * await app.register(cors, { origin, credentials: true })
 *
 * @throws CorsConfigError with all options that are wrong
 */
export function liveOrigins (options: LiveOriginsOptions): LiveOrigins
export function liveOrigins (options: LiveTenantsOptions): LiveOrigins
export function liveOrigins (options: LiveOriginsOptions | LiveTenantsOptions): LiveOrigins {
  return createLiveOrigins(options, realClock)
}

/** The same, by another clock. */
export function createLiveOrigins (options: unknown, clock: Clock): LiveOrigins {
  const written = isBlock(options) ? Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) : options
  const shaped = checkShape(written, CHECKS, 'must be an object of options')
  const given = shaped.options as unknown as Given
  const problems = [...shaped.problems, ...missingLoad(written), ...varyProblems(given)]
  const isKeyed = given.key !== undefined
  const { max = 1_000_000, refresh = 60 } = given
  const initial = given.initial === undefined || problems.length > 0 ? undefined : readInitial(given.initial, isKeyed, max)
  problems.push(...initial?.problems ?? [])
  if (problems.length > 0) throw new CorsConfigError(inBlockOrder(problems, written), undefined, 'liveOrigins')
  const vary = listItems(given.vary ?? []).reduce((names, { text }) => appendVary(names, text), '')
  const { load, subscribe, key, onProblem } = given
  return new LiveList({ load, refresh, subscribe, key, vary, max, onProblem }, clock, initial).handle
}

function missingLoad (written: unknown): CorsProblem[] {
  if (!isBlock(written) || 'load' in written) return []
  return [{ path: '/load', code: 'invalid-type', message: `must be ${CHECKS.load.expectation as string}, got nothing`, value: undefined }]
}

function varyProblems ({ vary, key }: Given): CorsProblem[] {
  if (vary === undefined) return []
  const problems: CorsProblem[] = listItems(vary)
    .filter(({ text }) => !isToken(text) || text === '*')
    .map(({ text, index }) => ({
      path: index === undefined ? pointer('vary') : pointer('vary', index),
      code: 'invalid-header-name',
      message: `${quote(text)} is not a header name; write names such as 'X-Tenant'`,
      value: text
    }))
  if (key === undefined) {
    problems.push({ path: '/vary', code: 'vary-without-key', message: 'names what key depends on, and there is no key beside it; leave it out', value: vary })
  }
  return problems
}

function readInitial (written: unknown, isKeyed: boolean, max: number): Initial & { readonly problems: readonly CorsProblem[] } {
  try {
    // It may be there to be gone through only once.
    const items = [...itemsOf(written, isKeyed, 'must be')]
    const { entries, problems } = readAtOnce(items, isKeyed, max)
    return { items, entries, problems: problems.map(({ code, message, value }) => ({ path: '/initial', code: code as CorsProblem['code'], message, value })) }
  } catch (error) {
    if (!(error instanceof NoListError)) throw error
    return { items: [], entries: readAtOnce([], isKeyed, max).entries, problems: [{ path: '/initial', code: 'invalid-type', message: error.message, value: written }] }
  }
}
