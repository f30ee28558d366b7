import type { Origins } from '../../../examples/demo/setup.ts'

/** A navigation of the whole window, before the cases begin. */
export interface Step {
  readonly name: string
  /** In the log of the API. */
  readonly id: string
  readonly from: string
  readonly url: string
  readonly kind: 'get' | 'post' | 'link'
  /** The method and the status. */
  readonly outcome: string
}

const PAGE = '/cases/test/browsers/page/navigate.html'

/** From an allowed page, from a page of the same site and of another one that are not allowed, and from the API's own. */
export function navigations ({ page, other, api }: Origins): Step[] {
  const places = { 'an allowed page': page, 'the same site': other, 'another site': page.replace('localhost', '127.0.0.1'), 'the own page': api }
  const rows: ReadonlyArray<readonly [from: keyof typeof places, kind: Step['kind'], outcome: string, query?: string]> = [
    ['an allowed page', 'post', 'POST 200'],
    ['the same site', 'link', 'GET 200'],
    ['the same site', 'get', 'GET 200'],
    ['the same site', 'post', 'POST 403'],
    ['the same site', 'post', 'POST 403', '?no-referrer'],
    ['another site', 'link', 'GET 200'],
    ['another site', 'post', 'POST 403'],
    ['another site', 'post', 'POST 403', '?no-referrer'],
    ['the own page', 'link', 'GET 200'],
    ['the own page', 'post', 'POST 200'],
    ['the own page', 'post', 'POST 200', '?no-referrer']
  ]
  return rows.map(([from, kind, outcome, query = ''], index) => ({
    name: `${kind === 'link' ? 'a link' : `a form sent with ${kind.toUpperCase()}`} from ${from}${query === '' ? '' : ', which hides where it comes from'}`,
    id: `navigation-${index}`,
    from: `${places[from]}${PAGE}${query}`,
    url: `${api}/cases/enforce/list/?id=navigation-${index}`,
    kind,
    outcome
  }))
}

/** Where to begin, to make all of them and then come to `end`. */
export function startOf (steps: readonly Step[], end: string): string {
  const url = new URL(steps[0]?.from ?? end)
  url.searchParams.set('steps', JSON.stringify(steps.map(({ from, url, kind }) => ({ from, url, kind }))))
  url.searchParams.set('end', end)
  return url.href
}
