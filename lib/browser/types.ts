import type { InjectOptions, LightMyRequestResponse } from 'fastify'

import type { Credentials } from '../fetch/cors.ts'
import type { HeaderLines } from '../fetch/headers.ts'
import type { Api } from './elements.ts'
import type { ProfileName } from './profiles.ts'
import type { Reason } from './reasons.ts'
import type { CookieJar, PreflightCache } from './stores.ts'

export type Mode = 'cors' | 'no-cors' | 'same-origin'
export type Redirect = 'follow' | 'error' | 'manual'
export type CacheMode = 'default' | 'no-store' | 'reload' | 'no-cache' | 'force-cache'
export type ReferrerPolicy =
  | '' | 'no-referrer' | 'no-referrer-when-downgrade' | 'same-origin' | 'origin' | 'strict-origin'
  | 'origin-when-cross-origin' | 'strict-origin-when-cross-origin' | 'unsafe-url'

/** What a page does: a call of `fetch()`, an XMLHttpRequest, or an element or API that loads. */
export interface SimulateRequest {
  /**
   * The page's origin as a browser writes it, `https://app.example.com`; `'null'` for the opaque
   * origin of a sandboxed frame, a `data:` document or a `file:` page.
   */
  readonly from: string
  /** Absolute, or relative to `options.base`. */
  readonly url: string
  /** @default 'fetch' */
  readonly api?: Api
  /** @default 'GET' (a beacon: POST) */
  readonly method?: string
  /** What the script sets: a record, pairs (a name may come twice) or a `Headers`. */
  readonly headers?: Readonly<Record<string, string>> | Iterable<readonly [string, string]>
  /** As for `fetch()`; its Content-Type counts for CORS too. */
  readonly body?: RequestInit['body']
  /** For `fetch`: the request outlives its page, and its body has at most 64 KiB. A beacon is one. @default false */
  readonly keepalive?: boolean
  /** For a stream as body. */
  readonly duplex?: 'half'
  /** For `fetch`. @default 'cors' */
  readonly mode?: Mode
  /**
   * For `fetch`; for `xhr` and `eventsource` `'include'` is `withCredentials`; a beacon always includes.
   * @default 'same-origin'
   */
  readonly credentials?: Credentials
  /** For `fetch`. @default 'follow' */
  readonly redirect?: Redirect
  /** @default '', which is strict-origin-when-cross-origin */
  readonly referrerPolicy?: ReferrerPolicy
  /** For `fetch`. Only its effect on the preflight cache is modelled. @default 'default' */
  readonly cache?: CacheMode
  /** Subresource integrity, `sha256-…`, for `fetch` and elements. */
  readonly integrity?: string
  /** For `xhr`: a listener on `xhr.upload` is there when `send()` is called, which forces a preflight. */
  readonly upload?: boolean
  /** For elements: the attribute's value; null or left out, no attribute. */
  readonly crossorigin?: '' | 'anonymous' | 'use-credentials' | null
}

export interface SimulateOptions {
  /** Whose behaviour is modelled. @default 'spec', which is stricter than the engines about Authorization */
  readonly profile?: ProfileName
  /**
   * Where the app stands: the base of a relative `url`, and the only origin the app answers for.
   * @default 'http://localhost', or the origin of an absolute `url`
   */
  readonly base?: string
  /** Apps or functions behind further origins, for redirects: `{ 'https://login.example.com': login }`. */
  readonly servers?: Readonly<Record<string, App | Target>>
  /** Keeps what preflights granted from one call to the next. @default a new one, so nothing is kept */
  readonly cache?: PreflightCache
  /** Keeps cookies from one call to the next. @default none are sent */
  readonly cookies?: CookieJar
}

/** What a page gets. */
export type Verdict = 'readable' | 'opaque' | 'opaque-redirect' | 'blocked' | 'throws'

/** One HTTP exchange. */
export interface TraceEntry extends Exchange {
  /** Why the browser sent it. */
  readonly why: string
  readonly preflight: boolean
  /** Whether cookies and HTTP authentication may go along, and Set-Cookie is honoured. */
  readonly credentials: boolean
  /** How many redirects came before. */
  readonly hop: number
  /** What the server answered; without one the network failed. */
  readonly answer?: Pick<Answer, 'status' | 'headers'>
}

/** What the page sees, and what the network saw. */
export interface Seen {
  /**
   * `readable`: the script gets status, body and the headers in `headers`. `opaque`: it is used, and
   * nothing of it can be read. `opaque-redirect`: as `opaque`, for `redirect: 'manual'`. `blocked`: the
   * browser refuses. `throws`: the API refuses, before anything is sent.
   */
  readonly verdict: Verdict
  /** Why not, for `blocked` and `throws`. */
  readonly reason?: Reason
  readonly trace: readonly TraceEntry[]
  /** What went without a word: dropped headers, a preflight saved by the cache, a prompt. */
  readonly notes: readonly string[]
  /** 0 where the script can't see it. */
  readonly status: number
  readonly type: 'basic' | 'cors' | 'opaque' | 'opaqueredirect' | 'error'
  /** The final URL; empty where the script can't see it. */
  readonly url: string
  readonly redirected: boolean
  /** The headers that the script can see, as `response.headers` lists them. */
  readonly headers: Readonly<Record<string, string>>
  /** Names of headers that came and are hidden. */
  readonly hiddenHeaders: readonly string[]
  /** What the script catches: TypeError, or for XMLHttpRequest the exception or event's name. */
  readonly error?: { readonly name: string, readonly message: string }
  /** The event that an element or an XMLHttpRequest fires; whether the content can be decoded is not looked at. */
  readonly event?: 'load' | 'error' | 'open'
  /**
   * Whether a page may look inside what an element loaded: pixels through a canvas, the rules of a
   * stylesheet, the details of a script's errors.
   */
  readonly readBack?: 'allowed' | 'refused'
  /** The body as text, where it is readable; else rejects with a TypeError. */
  text (): Promise<string>
}

/** One HTTP request, as it reaches a server. */
export interface Exchange {
  readonly method: string
  /** Absolute, without fragment and user info. */
  readonly url: string
  /** Names in lower case. A browser sends each name once. */
  readonly headers: HeaderLines
  readonly body: Buffer | undefined
}

/** One HTTP response, as it leaves a server. */
export interface Answer {
  /** 200 to 599. */
  readonly status: number
  /** In order, a repeated header once for each line: a browser judges a doubled line differently. */
  readonly headers: HeaderLines
  /** @default empty */
  readonly body?: string | Uint8Array | AsyncIterable<Uint8Array>
}

/**
 * A server of any kind. A throw, or a promise that rejects, is a failure of the network:
 * the browser gets no answer.
 */
export type Target = (exchange: Exchange) => Answer | Promise<Answer>

/** A Fastify instance; two of its methods are used. */
export interface App {
  ready (): PromiseLike<unknown>
  inject (options: InjectOptions): PromiseLike<LightMyRequestResponse>
}
