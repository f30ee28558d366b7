import type { FastifyRequest } from 'fastify'

import { isLiveOrigins, sourceOf, type LiveOrigins } from '../options/live.ts'
import type { PolicyOptions } from '../options/types.ts'
import { namesSchema } from '../policy/policy.ts'
import { escapeText, quote, show, showOption } from '../text.ts'
import { placeOf } from './report.ts'
import type { CorsDecidingOption, CorsEffectivePolicy, CorsExplanationCode } from './types.ts'

/** What a sentence can be about. */
export interface Circumstances {
  /** The requested method, as the browser sends it. */
  readonly method: string
  readonly url: string
  readonly origin: string
  /** `PUT /orders/:id`; none where no route serves the request. */
  readonly route: string | undefined
  /** `config.cors` of the route. */
  readonly cors: unknown
  /** There is one wherever an option of it decides. */
  readonly policy: CorsEffectivePolicy | undefined
  /** The methods that the URL serves. */
  readonly served: readonly string[]
  /** The request header that is missing. */
  readonly header: string | undefined
  /** The message of the origin function's error. */
  readonly failure: string
  /** What the model of the browser says, where only that knows. */
  readonly browserSays: string
  readonly isWildcard: boolean
  /** As the plugin has seen it; none where it has no part in it. */
  readonly request: FastifyRequest | undefined
  /** A registration of the plugin is around it. */
  readonly isCovered: boolean
}

interface Verdict {
  readonly reason: string
  readonly option?: CorsDecidingOption
}

type Sentence = (circumstances: Circumstances) => Verdict

/** Why, and for a refusal what to change, and where. */
export const sentences: Readonly<Record<CorsExplanationCode, Sentence>> = {
  ALLOWED: (about) => {
    const { policy, origin, route } = about
    const setting = describe(policy, 'origin')
    const reason = route === undefined
      ? `No route serves ${wanted(about)}; a page of ${quote(origin)} can read the 404: ${setting}`
      : `${route} allows ${quote(origin)}: ${setting}`
    return { reason, ...decided(policy, 'origin') }
  },
  SAME_ORIGIN: ({ origin }) => ({ reason: `${quote(origin)} is the origin of the server itself, where browsers need no CORS` }),
  ORIGIN_NOT_ALLOWED: (about) => {
    const { origin, policy } = about
    return { reason: `${subject(about)} does not allow ${quote(origin)}: ${originAdvice(about)}`, ...decided(policy, 'origin') }
  },
  ORIGIN_FUNCTION_FAILED: (about) => ({
    reason: `${subject(about)} has ${typeof about.policy?.options.origin === 'function' ? 'an origin function' : 'live origins with a key function'} that failed (${escapeText(about.failure)}): it stands in ` +
      placeOf((about.policy as CorsEffectivePolicy).from.origin),
    ...decided(about.policy, 'origin')
  }),
  SELECT_FAILED: (about) => ({ reason: `No policy could be selected for ${wanted(about)}: correct select, which failed (${escapeText(about.failure)})` }),
  NO_CORS: (about) => noCors(about),
  METHOD_NOT_ALLOWED: (about) => {
    const { route, method, served, policy } = about
    if (route !== undefined || served.length === 0) {
      return { reason: `${subject(about)} is not granted: add '${method}' to methods; ${describe(policy, 'methods')}`, ...decided(policy, 'methods') }
    }
    return { reason: `No route serves ${wanted(about)}, only ${served.join(', ')}: declare one for ${method}` }
  },
  HEADER_NOT_ALLOWED: (about) => {
    const { route, header, policy } = about
    if (route === undefined && about.served.length > 0) {
      return { reason: `No route serves ${wanted(about)}, so that its preflight is granted no header: declare a route for ${about.method}` }
    }
    const advice = headerAdvice(policy as CorsEffectivePolicy)
    return { reason: `${subject(about)} does not allow the request header ${quote(header as string)}: ${advice}`, ...decided(policy, 'allowedHeaders') }
  },
  CREDENTIALS_NOT_ALLOWED: (about) => {
    const { policy, isWildcard } = about
    const name = isWildcard ? 'origin' : 'credentials'
    const advice = isWildcard
      ? "name the origins instead of '*' and set credentials: true"
      : 'set credentials: true'
    return { reason: `${subject(about)} allows no credentials: ${advice}; ${describe(policy, name)}`, ...decided(policy, name) }
  },
  BAD_URL: ({ url }) => ({ reason: `Fastify refuses ${quote(url)} with 400 before any hook: correct its percent-encoding` }),
  NOT_SENT: ({ browserSays }) => ({ reason: `A browser does not send this request: ${browserSays}` })
}

function wanted ({ method, url }: Circumstances): string {
  return `${method} ${escapeText(url)}`
}

function subject (about: Circumstances): string {
  return about.route ?? (about.served.length > 0 ? wanted(about) : `The 404 of ${wanted(about)}`)
}

function decided (policy: CorsEffectivePolicy | undefined, name: keyof PolicyOptions): { option: CorsDecidingOption } {
  return { option: { name, from: (policy as CorsEffectivePolicy).from[name] } }
}

/** `origin is '*' by default`, `maxAge is 600 in the plugin's options` */
function describe (policy: CorsEffectivePolicy | undefined, name: keyof PolicyOptions): string {
  const { options, from } = policy as CorsEffectivePolicy
  const where = from[name] === 'default' ? 'by default' : `in ${placeOf(from[name])}`
  return `${name} is ${showOption(options[name])} ${where}`
}

function originAdvice (about: Circumstances): string {
  const { policy, origin } = about
  const value = (policy as CorsEffectivePolicy).options.origin
  const where = describe(policy, 'origin')
  if (typeof value === 'function') return `the origin function says no; ${where}`
  if (origin === 'null') return `only '*' or a function serves the origin null; ${where}`
  const live = [value].flat().filter(isLiveOrigins)
  if (live.length > 0) return `${live.map((list) => liveAdvice(list, about)).join(', and ')}; origin stands in ${placeOf((policy as CorsEffectivePolicy).from.origin)}`
  return value === false ? `name it in origin; ${where}` : `add it to origin; ${where}`
}

/** `it is not in the live list of 'acme' (8,412 origins of 900 keys, loaded 12 s ago)` */
function liveAdvice (list: LiveOrigins, { origin, request }: Circumstances): string {
  const { key: keyOf, description, entries } = sourceOf(list)
  const key = keyOf?.(request as FastifyRequest)
  const name = `the live list${keyOf === undefined ? '' : ` of ${show(key)}`} (${description})`
  return entries.matches(origin, key, true)
    ? `${name} has it, but a policy with credentials leaves out what strangers could serve: http:, and patterns below public suffixes`
    : `it is not in ${name}`
}

function headerAdvice (policy: CorsEffectivePolicy): string {
  const { allowedHeaders } = policy.options
  if (allowedHeaders === true) return 'the requested names are too long to be reflected; ask for fewer'
  const where = namesSchema(allowedHeaders) ? 'declare it in schema.headers of the route' : 'add it to allowedHeaders'
  return `${where}; ${describe(policy, 'allowedHeaders')}`
}

function noCors (about: Circumstances): Verdict {
  const { route, cors, served } = about
  if (cors === false) {
    return { reason: `${subject(about)} has no CORS: config.cors of the route is false`, option: { name: 'cors', from: 'route' } }
  }
  if (!about.isCovered) return { reason: `${subject(about)} has no CORS: the plugin is not registered in its context` }
  if (route === undefined && served.length > 0) {
    return { reason: `No route serves ${wanted(about)}, and those of the URL (${served.join(', ')}) have no CORS: declare one for ${about.method}` }
  }
  const advice = route === undefined
    ? "global is not true in the plugin's options, so that requests without a route have none"
    : "give the route a config.cors, or set global: true in the plugin's options"
  return { reason: `${subject(about)} has no CORS: ${advice}`, option: { name: 'global', from: 'plugin' } }
}
