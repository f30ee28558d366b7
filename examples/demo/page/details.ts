import type { Exchange } from '../setup.ts'
import { withoutId } from './copy.ts'
import { element, find } from './element.ts'
import { isPreflight } from './explain.ts'
import type { Trial } from './trial.ts'

/** Shows a trial: verdict, reason, policy, the requests on the wire, and each of it to copy. */
export function showTrial ({ title, outcome, exchanges, policy, reason, curl, test }: Trial): void {
  // The only part that is read out as it changes.
  find('verdict').replaceChildren(
    element('h2', {}, title),
    element('span', { class: 'verdict', 'data-verdict': outcome.verdict }, outcome.verdict === 'allowed' ? '✓ allowed' : '✕ blocked'),
    element('p', {}, reason)
  )
  find('evidence').replaceChildren(
    element('p', { class: 'quiet' }, `The page was told: ${outcome.detail}`),
    heading('Policy of the route', copyButton('Copy policy', policy)),
    element('pre', { id: 'policy' }, policy),
    heading(`On the wire: ${exchanges.length} request${exchanges.length === 1 ? '' : 's'}`, ...(curl === '' ? [] : [copyButton('Copy as curl', curl)])),
    ...exchanges.map(showExchange),
    heading('In your tests', copyButton('Copy as test', test)),
    element('p', { class: 'quiet' }, 'The same request and policy, judged by the package’s model of a browser.')
  )
}

function heading (title: string, ...buttons: readonly HTMLElement[]): HTMLElement {
  return element('div', { class: 'heading' }, element('h3', {}, title), ...buttons)
}

function copyButton (label: string, text: string): HTMLElement {
  const button = element('button', { type: 'button', class: 'copy' }, label)
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(text)
      find('copied').textContent = button.textContent = 'Copied'
    } catch {
      // Not allowed to: the text, selected, for the keyboard or the menu of a phone.
      const shown = element('pre', {}, text)
      button.parentElement?.after(shown)
      button.remove()
      getSelection()?.selectAllChildren(shown)
    }
  })
  return button
}

function showExchange (exchange: Exchange): HTMLElement {
  const { method, url, requestHeaders, status, responseHeaders } = exchange
  return element('pre', {},
    element('b', {}, `${method} ${withoutId(url)}`), isPreflight(exchange) ? '  (preflight)' : '',
    ...lines(requestHeaders),
    element('span', { class: 'answer' }, element('b', {}, String(status ?? 'no answer')), ...lines(responseHeaders)))
}

function lines (headers: Readonly<Record<string, string>>): string[] {
  return Object.entries(headers).map(([name, value]) => `\n${name}: ${value}`)
}
