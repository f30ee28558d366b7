/** The three origins of the demo. */
export interface Origins {
  /** Where the page is served. */
  readonly page: string
  /** Where the API is. */
  readonly api: string
  /** Someone else's site. It serves the same page, and the API treats it as another origin. */
  readonly other: string
}

/** One column of the matrix: a part of the API that has one policy for reading and one for writing. */
export interface Column {
  /** First segment of the URLs. */
  readonly id: string
  /** What the policy means for the page that shows it. */
  readonly label: string
  /** How the plugin is registered for these routes, as code. */
  readonly registration: string
  readonly routes: readonly Route[]
}

export interface Route {
  readonly methods: readonly string[]
  readonly url: string
  /** The declaration, with its policy, as code. */
  readonly code: string
}

/** What the page needs to know. */
export interface Setup extends Origins {
  readonly columns: readonly Column[]
}

/** A request that reached the API, and the CORS headers of the answer. */
export interface Exchange {
  readonly method: string
  readonly url: string
  /** What CORS or the page has set: not what every request of a browser has. */
  readonly requestHeaders: Readonly<Record<string, string>>
  /** Missing while the request is not answered. */
  status?: number
  /** `Access-Control-*`, `Vary` and `Location`. */
  responseHeaders: Readonly<Record<string, string>>
}
