/** The three origins of the demo. */
export interface Origins {
  /** Where the page is served. */
  readonly page: string
  /** Where the API is. */
  readonly api: string
  /** Someone else's site. It serves the same page, and the API treats it as another origin. */
  readonly other: string
}

/** One column of the matrix: a part of the API that has one policy. */
export interface Column {
  /** First segment of the URLs. */
  readonly id: string
  readonly label: string
  /** The options of the routes that serve GET, as a user would write them. */
  readonly reading: string
  /** The options of those that serve other methods. */
  readonly writing: string
}

/** What the page needs to know. */
export interface Setup extends Origins {
  readonly columns: readonly Column[]
}

/** A request that reached the API, and the CORS headers of the answer. */
export interface Exchange {
  readonly method: string
  readonly url: string
  /** `Origin`, `Access-Control-Request-*`, `Cookie`, `Authorization` and `Content-Type`, where sent. */
  readonly requestHeaders: Readonly<Record<string, string>>
  /** Missing while the request is not answered. */
  status?: number
  /** `Access-Control-*`, `Vary` and `Location`. */
  responseHeaders: Readonly<Record<string, string>>
}
