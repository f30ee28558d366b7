import type { CorsProblemCode } from '../errors.ts'
import { isLoopbackHost, splitOrigin } from '../fetch/origins.ts'
import type { OriginParts } from '../fetch/origins.ts'
import type { MergedPolicyOptions } from '../merge.ts'
import { originTextProblem } from '../origins/origin-problems.ts'
import { isPublicSuffix } from '../origins/public-suffix.ts'
import { quote } from '../text/show.ts'
import { listItems } from '../fetch/headers.ts'
import type { PolicyKey, PolicyProblem } from './policy-problem.ts'

/** What is wrong only because pages may use the credentials of their users. */
export function * credentialsProblems (options: MergedPolicyOptions): Generator<PolicyProblem> {
  if (options.credentials !== true) return
  yield * wildcardProblems(options)
  yield * riskyOriginProblems(options)
}

function * wildcardProblems (options: MergedPolicyOptions): Generator<PolicyProblem> {
  const { origin } = options
  if (origin === '*' || origin === true) {
    yield wildcardProblem('origin', origin, origin === '*'
      ? "'*' is every origin, and browsers refuse it with credentials: true; name the origins, or drop credentials"
      : 'true reflects every origin, so that with credentials: true any page acts as its user; ' +
        'name the origins, or drop credentials')
  }
  if (isStar(options.allowedHeaders)) {
    yield wildcardProblem('allowedHeaders', options.allowedHeaders,
      "'*' is no wildcard to browsers with credentials: true; name the headers, or write true to grant what is asked")
  }
  if (isStar(options.exposedHeaders)) {
    yield wildcardProblem('exposedHeaders', options.exposedHeaders,
      "'*' is no wildcard to browsers with credentials: true; name the headers")
  }
}

function isStar (list: boolean | string | readonly string[] | undefined): boolean {
  if (list === undefined || typeof list === 'boolean') return false
  const items = listItems(list)
  return items.length === 1 && items[0]?.text === '*'
}

function wildcardProblem (key: PolicyKey, value: unknown, message: string): PolicyProblem {
  return { path: `/${key}`, code: 'wildcard-with-credentials', message, value, keys: [key, 'credentials'] }
}

/** One risk of an origin with credentials, and the option that lifts the problem. */
interface Risk {
  readonly code: CorsProblemCode
  readonly message: string
  readonly lift: 'dangerouslyAllowInsecureOrigins' | 'dangerouslyAllowPublicSuffixes'
}

/** An origin with a risk. */
interface RiskyOrigin extends Risk {
  readonly path: string
  readonly value: string
}

function * riskyOriginProblems (options: MergedPolicyOptions): Generator<PolicyProblem> {
  for (const { path, code, message, lift, value } of riskyOrigins(options.origin)) {
    if (options[lift]) continue
    yield {
      path,
      code,
      message: `${quote(value)} ${message}, or set ${lift}: true`,
      value,
      keys: ['origin', 'credentials', lift]
    }
  }
}

// Many routes may inherit one long list: it is looked at once.
const riskyOriginsOfList = new WeakMap<readonly unknown[], readonly RiskyOrigin[]>()

function riskyOrigins (origin: MergedPolicyOptions['origin']): readonly RiskyOrigin[] {
  if (!Array.isArray(origin)) return risksAt('/origin', origin)
  let risky = riskyOriginsOfList.get(origin)
  if (risky === undefined) {
    risky = origin.flatMap((item, index) => risksAt(`/origin/${index}`, item))
    riskyOriginsOfList.set(origin, risky)
  }
  return risky
}

function risksAt (path: string, item: unknown): RiskyOrigin[] {
  return typeof item === 'string' ? [...risksOf(item)].map(risk => ({ ...risk, path, value: item })) : []
}

function * risksOf (origin: string): Generator<Risk> {
  if (origin === '*' || originTextProblem(origin) !== undefined) return
  const { scheme, host } = splitOrigin(origin) as OriginParts
  if (scheme === 'http' && !isLoopbackHost(host)) {
    yield {
      code: 'insecure-origin',
      message: 'is not encrypted, so that anyone on its network can act as its users; use https',
      lift: 'dangerouslyAllowInsecureOrigins'
    }
  }
  if (host.startsWith('*.') && isPublicSuffix(host.slice(2))) {
    yield {
      code: 'public-suffix',
      message: `matches everyone's sites, for anyone can get a name below ${quote(host.slice(2))}; name the sites`,
      lift: 'dangerouslyAllowPublicSuffixes'
    }
  }
}
