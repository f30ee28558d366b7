import type { Exchange } from '../setup.ts'
import { element } from './element.ts'
import { isPreflight } from './explain.ts'
import type { Trial } from './trial.ts'

/** Shows a trial: verdict, reason, policy, and the requests on the wire. */
export function showTrial (place: HTMLElement, { title, outcome, exchanges, policy, reason }: Trial): void {
  place.replaceChildren(
    element('h2', {}, title),
    element('span', { class: 'verdict', 'data-verdict': outcome.verdict }, outcome.verdict === 'allowed' ? '✓ allowed' : '✕ blocked'),
    element('p', {}, reason),
    element('p', { class: 'quiet' }, `The page was told: ${outcome.detail}`),
    element('h3', {}, 'Policy that answered'),
    element('pre', {}, policy),
    element('h3', {}, `On the wire: ${exchanges.length} request${exchanges.length === 1 ? '' : 's'}`),
    ...exchanges.map(showExchange)
  )
}

function showExchange (exchange: Exchange): HTMLElement {
  const { method, url, requestHeaders, status, responseHeaders } = exchange
  const path = url.replace(/[?&]id=[^&]*/, '')
  return element('pre', {},
    element('b', {}, `${method} ${path}`), isPreflight(exchange) ? '  (preflight)' : '',
    ...lines(requestHeaders),
    element('span', { class: 'answer' }, element('b', {}, String(status ?? 'no answer')), ...lines(responseHeaders)))
}

function lines (headers: Readonly<Record<string, string>>): string[] {
  return Object.entries(headers).map(([name, value]) => `\n${name}: ${value}`)
}
