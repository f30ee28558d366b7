import type { Line, PageRequest } from '../../fixtures/page-request.ts'

/** A request that a page has to make. */
export interface PageCase {
  readonly id: string
  readonly url: string
  readonly request: PageRequest
}

/** All that a page's script gets to know. */
export interface Observed {
  readonly id: string
  readonly verdict: string
  readonly status: number
  readonly url: string
  readonly headers: readonly Line[]
  readonly text: string
  /** What XMLHttpRequest does not tell. */
  readonly type?: string
  readonly redirected?: boolean
}
