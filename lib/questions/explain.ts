import type { FastifyRequest } from 'fastify'

import { pageProblem } from '../browser/arguments.ts'
import type { ReasonCode } from '../browser/reasons.ts'
import { simulate } from '../browser/simulate.ts'
import type { Seen } from '../browser/types.ts'
import { SelectedError, type Governed } from '../decision/select.ts'
import { isServableMethod, normalizeMethod } from '../fetch/headers.ts'
import { parseUrl } from '../fetch/origins.ts'
import type { OriginRule } from '../policy/origin-rule.ts'
import type { Policy } from '../policy/policy.ts'
import { nameOf, titleOf } from '../routes/route-name.ts'
import type { Route } from '../routes/route.ts'
import type { Snapshot } from '../snapshot.ts'
import { quote, show } from '../text.ts'
import { ImaginedServer, type Imagined } from './imagined-server.ts'
import type { RouterRequest, RouteSearch } from './route-search.ts'
import { sentences } from './sentences.ts'
import type { CorsAnswer, CorsExplanation, CorsExplanationCode, CorsQuestion, CorsQuestionFrom } from './types.ts'

export { RouteSearch } from './route-search.ts'

/** A question, as a browser and the router take it. */
interface Asked extends RouterRequest {
  readonly target: URL
  /** Of the page. */
  readonly origin: string
  readonly question: CorsQuestion | CorsQuestionFrom
}

/** Answers a question by making the browser's requests to the plugin alone. */
export async function explain (snapshot: Snapshot, search: RouteSearch, question: CorsQuestion | CorsQuestionFrom): Promise<CorsExplanation> {
  const asked = readQuestion(question)
  const [first, ...others] = search.routes(asked)
  let explained = await explainRoute(snapshot, search, asked, first)
  // Where nothing in the question tells routes apart, what one of them refuses counts.
  for (const route of others) {
    if (explained.allowed) explained = await explainRoute(snapshot, search, asked, route)
  }
  return explained
}

function readQuestion (question: CorsQuestion | CorsQuestionFrom): Asked {
  if (typeof question !== 'object' || question === null) throw new TypeError("explain needs a question, such as { origin: 'https://app.example.com', url: '/orders/1' }")
  const { method = 'GET', url, host, headers = {}, from, origin = from } = question as Partial<CorsQuestion & CorsQuestionFrom>
  const problem = pageProblem('origin', origin)
  if (problem !== undefined) throw new TypeError(problem)
  if (typeof url !== 'string') throw new TypeError(`url has to be a path such as '/orders/1', or an absolute URL, not ${show(url)}`)
  if (typeof method !== 'string') throw new TypeError(`method has to be a name such as 'PUT', not ${show(method)}`)
  const target = urlOf(url, host)
  const version = Object.entries(headers).find(([name]) => name.toLowerCase() === 'accept-version')?.[1]
  return { method: normalizeMethod(method), url: target.pathname + target.search, host: target.host, version, target, origin: origin as string, question }
}

function urlOf (url: string, host: string | undefined): URL {
  // Not relative to a base: a path may begin with two slashes.
  const text = url.startsWith('/') ? `http://${host ?? 'localhost'}${url}` : url
  const target = parseUrl(text)
  if (target === undefined) throw new TypeError(`'${url}' is no URL; write a path such as '/orders/1'`)
  if (host !== undefined) target.host = host
  return target
}

async function explainRoute (
  snapshot: Snapshot, search: RouteSearch, asked: Asked, reached: Route | undefined
): Promise<CorsExplanation> {
  const server = new ImaginedServer(snapshot, search, reached)
  const seen = await simulateWith(server, asked)
  const { preflight, response } = server
  const last = response ?? preflight
  const selected = last?.selected
  const candidates = preflight === undefined ? [] : search.candidates(asked)
  const route = decidingRoute(snapshot, seen, { origin: asked.origin, selected, request: last?.request }, reached, candidates)
  const scope = snapshot.scopeAround(route?.instance ?? search.notFoundInstance(asked.url))?.scope
  const code = explanationCode(seen, last)
  const policy = code === 'NO_CORS' ? undefined : scope?.merge(route?.cors, selected)
  const { header, message = '' } = seen.reason ?? {}
  return {
    allowed: seen.verdict === 'readable',
    code,
    ...sentences[code]({
      ...asked,
      route: route === undefined ? undefined : titleOf(route),
      cors: route?.cors,
      isCovered: scope !== undefined,
      policy,
      served: search.methods(asked.url, asked.host),
      header,
      failure: failureOf(last?.error),
      browserSays: message,
      isWildcard: seen.reason?.value === '*',
      request: last?.request
    }),
    ...(seen.verdict !== 'readable' && caseAdvice(asked.method)),
    ...(header !== undefined && { header }),
    ...(route !== undefined && { route: nameOf(route) }),
    ...(policy !== undefined && { policy }),
    ...(preflight !== undefined && { preflight: answerOf(preflight) }),
    ...(response !== undefined && { response: answerOf(response) })
  }
}

/** Of a method in another case the route that is meant is not to blame. */
function caseAdvice (method: string): { readonly reason?: string } {
  const upperCased = method.toUpperCase()
  if (method === upperCased || !isServableMethod(upperCased)) return {}
  return { reason: `Browsers send ${quote(method)} as it is written, which no route serves: write '${upperCased}'` }
}

async function simulateWith (server: ImaginedServer, { target, method, origin, question }: Asked): Promise<Seen> {
  const { headers = {}, credentials = 'same-origin' } = question
  return await simulate(async (exchange) => {
    const { status, headers } = await server.answer(exchange)
    return { status, headers: Object.entries(headers) }
  }, {
    from: origin,
    method,
    url: target.href,
    headers,
    credentials: typeof credentials === 'string' ? credentials : credentials ? 'include' : 'same-origin'
  })
}

function answerOf ({ status, headers }: Imagined): CorsAnswer {
  return { status, headers }
}

/** Of all that a browser can find wrong, what can be wrong with an answer of the plugin that allows the origin. */
const CODES: Readonly<Record<string, CorsExplanationCode>> = {
  ACAO_MISMATCH: 'ORIGIN_NOT_ALLOWED',
  ACAO_WILDCARD_WITH_CREDENTIALS: 'CREDENTIALS_NOT_ALLOWED',
  ACAC_NOT_TRUE: 'CREDENTIALS_NOT_ALLOWED',
  METHOD_NOT_ALLOWED: 'METHOD_NOT_ALLOWED',
  HEADER_NOT_ALLOWED: 'HEADER_NOT_ALLOWED',
  AUTHORIZATION_NEEDS_EXPLICIT: 'HEADER_NOT_ALLOWED'
}

/** What the browser's verdict means on the side of the plugin, which gave the last answer. */
function explanationCode ({ verdict, type, reason }: Seen, last: Imagined | undefined): CorsExplanationCode {
  if (verdict === 'readable') return type === 'basic' ? 'SAME_ORIGIN' : 'ALLOWED'
  if (last === undefined) return 'NOT_SENT'
  return CODES[reason?.code.replace(/^PREFLIGHT_/, '') as string] ?? last.code
}

/** What a browser did not find. */
interface Wanted {
  readonly code: ReasonCode
  readonly origin: string
  readonly method: string
  readonly header: string
  readonly request: FastifyRequest | undefined
}

interface AskedBy {
  readonly origin: string
  /** The name that `select` gave, if any. */
  readonly selected: string | undefined
  readonly request: FastifyRequest | undefined
}

/**
 * The route whose policy decides: the one that the request reaches, or, where
 * the preflight is refused, the one of those it may be about that refuses it.
 * The plugin's own OPTIONS routes decide nothing.
 */
function decidingRoute (
  snapshot: Snapshot, { reason }: Seen, { origin, selected, request }: AskedBy, reached: Route | undefined, candidates: readonly Route[]
): Route | undefined {
  const [first] = candidates
  if (reason !== undefined && first !== undefined) {
    const wanted = { code: reason.code, origin, method: reason.method ?? '', header: reason.header ?? '', request }
    return candidates.find((route) => refuses(policyOf(snapshot.governing(route), selected), wanted)) ?? first
  }
  return reached?.generated === true ? undefined : reached
}

function policyOf ({ policy, choices }: Governed, selected: string | undefined): Policy | undefined {
  return choices === undefined ? policy : choices.byName.get(selected)?.policy
}

function refuses (policy: Policy | undefined, { code, origin, method, header, request }: Wanted): boolean {
  if (policy === undefined) return true
  if (code === 'METHOD_NOT_ALLOWED') return policy.methods?.includes(method) === false
  if (code === 'HEADER_NOT_ALLOWED' || code === 'AUTHORIZATION_NEEDS_EXPLICIT') {
    return policy.allowedHeaders !== true && !policy.allowedHeaders.some((name) => name.toLowerCase() === header)
  }
  if (code.endsWith('ACAC_NOT_TRUE')) return !policy.credentials
  return refusesOrigin(policy.origin, origin, request as FastifyRequest)
}

function refusesOrigin (rule: OriginRule, origin: string, request: FastifyRequest): boolean {
  if (rule.kind === 'match') {
    try {
      return !rule.matches(origin, request)
    } catch {
      // The key function of a live list failed.
      return true
    }
  }
  return rule.kind === 'ask' || (rule.kind === 'one' && rule.origin !== origin)
}

function failureOf (error: Error | undefined): string {
  return error?.cause instanceof SelectedError ? error.cause.advice : error?.message ?? ''
}
