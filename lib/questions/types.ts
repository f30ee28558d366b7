import type { FastifyInstance } from 'fastify'

import type { CorsDecisionCode } from '../decision/decision.ts'
import type { CorsPluginOptions, PolicyOptions, PolicySource } from '../options/types.ts'
import type { EffectiveOptions } from '../policy/merge.ts'
import type { CorsRouteName } from '../routes/route-name.ts'

/** A request that a page might make. */
export interface CorsQuestion {
  /** @default 'GET' */
  readonly method?: string
  /** A path, which stands on `http://localhost` or on `host`, or an absolute URL. As it is after `rewriteUrl`. */
  readonly url: string
  /** The page's origin as a browser writes it, `https://app.example.com`, or `'null'`. `from`, as `simulate` and the command have it, is taken too. */
  readonly origin: string
  /** The `Host` header, for routes with a host constraint. @default that of `url` */
  readonly host?: string
  /** The headers that the script sets. */
  readonly headers?: Readonly<Record<string, string>>
  /** As for `fetch()`; `true` is `'include'`. @default 'same-origin' */
  readonly credentials?: boolean | 'omit' | 'same-origin' | 'include'
}

/** The same, with another name for `origin`. */
export type CorsQuestionFrom = Omit<CorsQuestion, 'origin'> & { readonly from: string }

/**
 * Why the page may read the response or not: what the plugin decides, or that
 * the server itself is the page's origin, that credentials are not allowed,
 * that Fastify refuses the URL before any hook, or that a browser sends no such request.
 */
export type CorsExplanationCode = CorsDecisionCode | 'SAME_ORIGIN' | 'CREDENTIALS_NOT_ALLOWED' | 'BAD_URL' | 'NOT_SENT'

/** Where an option was set: `'plugin'` is the registration that the route is in, `'outer'` one around that. */
export type CorsOptionSource = PolicySource

/** The options that hold for a route, and where each of them was set. */
export interface CorsEffectivePolicy extends EffectiveOptions {
  /** The named policy that the route uses, or that `select` named. */
  readonly name?: string
}

/** What is sent. */
export interface CorsAnswer {
  readonly status: number
  /** By lower-case name: what the plugin sets. */
  readonly headers: Readonly<Record<string, string>>
}

/** The option that decided. */
export interface CorsDecidingOption {
  /** `cors` is the route's `config.cors` itself. */
  readonly name: keyof PolicyOptions | 'cors' | 'global'
  readonly from: CorsOptionSource
}

/** What the plugin, and then a browser, would do. */
export interface CorsExplanation {
  /** Whether the page can read the response, be it a 404. */
  readonly allowed: boolean
  readonly code: CorsExplanationCode
  /** One sentence; of a refusal it says what to change, and where. */
  readonly reason: string
  readonly option?: CorsDecidingOption
  /** The request header that is not allowed. */
  readonly header?: string
  /** The route that decides; none where no route serves the request. */
  readonly route?: CorsRouteName
  /** The policy that decides; none where there is no CORS. */
  readonly policy?: CorsEffectivePolicy
  /** The answer to the preflight; none where a browser sends none. */
  readonly preflight?: CorsAnswer
  /** The answer to the request itself; none where a browser does not send it. */
  readonly response?: CorsAnswer
}

/** One method of a route, with the policy that holds for it. */
export interface CorsRoute {
  readonly method: string
  /** As Fastify's router has it, prefix included. */
  readonly url: string
  readonly constraints: Readonly<Record<string, unknown>>
  /** None where the route has no CORS. */
  readonly policy?: CorsEffectivePolicy
  /** The policies that `select` may name for a request, in which case `policy` and `headers` are others. */
  readonly selectable?: readonly string[]
  /**
   * What an allowed origin gets. `<origin>` and `<requested headers>` stand for
   * what the request says.
   */
  readonly headers?: {
    readonly response: Readonly<Record<string, string>>
    readonly preflight: Readonly<Record<string, string>>
  }
}

export interface CorsReportOptions {
  /** @default 'table', for a terminal */
  readonly format?: 'table' | 'markdown'
}

export interface CorsReplaceOptions {
  /**
   * The instance that the plugin was registered on.
   *
   * @default the one of the registration that is within no other
   */
  readonly instance?: FastifyInstance | undefined
}

/** Questions that the plugin answers, about the whole application, from `ready()` on. */
export interface CorsQuestions {
  /**
   * What would happen if a page made this request: the policy is asked as a
   * request would ask it, nothing is sent and no handler runs. An origin
   * function and `select` are called, with a request that holds what the question says.
   *
   * @throws TypeError where no browser could make the request
   */
  explain (question: CorsQuestion | CorsQuestionFrom): Promise<CorsExplanation>
  /** The policy of every route, as data. */
  routes (): CorsRoute[]
  /** The same as a table. */
  report (options?: CorsReportOptions): string
  /**
   * Puts other options in the place of those that the plugin was registered with. They are merged with
   * the `config.cors` of the routes, checked and compiled as at boot, and are then in force for all
   * routes at once, or not at all. A request that has begun ends by the options that it began with.
   *
   * `global`, `hideOptionsRoute` and `logLevel` stay as they are, for the OPTIONS routes were declared
   * by them; to change one is refused.
   *
   * @throws CorsConfigError with all that is wrong; nothing has changed then
   * @throws FST_ERR_CORS_NOT_REGISTERED where no registration is meant, or more than one could be
   */
  replace (options: CorsPluginOptions, where?: CorsReplaceOptions): Promise<void>
}
