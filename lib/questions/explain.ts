import type { Application } from '../application.ts'
import { normalizeMethod } from '../fetch/methods.ts'
import type { Route } from '../routes/route.ts'
import { simulate } from '../testing/simulate.ts'
import type { Seen } from '../testing/types.ts'
import type { DryRun } from './dry-run.ts'
import { decidingRoute } from './deciding-route.ts'
import { explanationCode } from './explanation-code.ts'
import { ImaginedServer } from './imagined-server.ts'
import { provenanceOf } from './provenance.ts'
import type { RouterRequest, RouteSearch } from './route-search.ts'
import { nameOf, titleOf } from './route-name.ts'
import { sentences } from './sentences.ts'
import type { CorsAnswer, CorsExplanation, CorsQuestion } from './types.ts'

export { RouteSearch } from './route-search.ts'

/** A question, as a browser and the router take it. */
interface Asked extends RouterRequest {
  readonly target: URL
  readonly question: CorsQuestion
}

/** Answers a question by making the browser's requests to the plugin alone. */
export async function explain (application: Application, search: RouteSearch, question: CorsQuestion): Promise<CorsExplanation> {
  const asked = readQuestion(question)
  const [first, ...others] = search.routes(asked)
  let explained = await explainRoute(application, search, asked, first)
  // Where nothing in the question tells routes apart, what one of them refuses counts.
  for (const route of others) {
    if (explained.allowed) explained = await explainRoute(application, search, asked, route)
  }
  return explained
}

function readQuestion (question: CorsQuestion): Asked {
  const { method = 'GET', url, host, headers = {} } = question
  const target = urlOf(url, host)
  const version = Object.entries(headers).find(([name]) => name.toLowerCase() === 'accept-version')?.[1]
  return { method: normalizeMethod(method), url: target.pathname + target.search, host: target.host, version, target, question }
}

function urlOf (url: string, host: string | undefined): URL {
  // Not relative to a base: a path may begin with two slashes.
  const text = url.startsWith('/') ? `http://${host ?? 'localhost'}${url}` : url
  if (!URL.canParse(text)) throw new TypeError(`'${url}' is no URL; write a path such as '/orders/1'`)
  const target = new URL(text)
  if (host !== undefined) target.host = host
  return target
}

async function explainRoute (
  application: Application, search: RouteSearch, asked: Asked, reached: Route | undefined
): Promise<CorsExplanation> {
  const server = new ImaginedServer(application, search, reached)
  const seen = await simulateWith(server, asked)
  const { preflight, response } = server
  const last = response ?? preflight
  const selected = last?.choice?.name
  const candidates = preflight === undefined ? [] : search.candidates(asked)
  const route = decidingRoute(seen, { origin: asked.question.origin, selected }, reached, candidates)
  const instance = route?.instance ?? search.notFoundInstance(asked.url)
  const chain = application.chainOf(instance)
  const code = explanationCode(seen, last)
  const policy = code === 'NO_CORS' ? undefined : provenanceOf(route?.cors, chain, selected)
  const { header, message = '' } = seen.reason ?? {}
  return {
    allowed: seen.verdict === 'readable',
    code,
    ...sentences[code]({
      ...asked,
      origin: asked.question.origin,
      route: route === undefined ? undefined : titleOf(route),
      cors: route?.cors,
      isCovered: chain.length > 0,
      policy,
      served: search.methods(asked.url, asked.host),
      header,
      failure: last?.error?.message ?? '',
      browserSays: message,
      isWildcard: seen.reason?.value === '*'
    }),
    ...(header !== undefined && { header }),
    ...(route !== undefined && { route: nameOf(route) }),
    ...(policy !== undefined && { policy }),
    ...(preflight !== undefined && { preflight: answerOf(preflight) }),
    ...(response !== undefined && { response: answerOf(response) })
  }
}

async function simulateWith (server: ImaginedServer, { target, method, question }: Asked): Promise<Seen> {
  const { origin, headers = {}, credentials = 'same-origin' } = question
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

function answerOf ({ status, headers }: DryRun): CorsAnswer {
  return { status, headers }
}
