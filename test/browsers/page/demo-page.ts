import { element } from '../../../examples/demo/page/element.ts'
import { KINDS } from '../../../examples/demo/page/kinds.ts'
import type { Case, Surroundings } from './case.ts'
import { verdictsOf } from './matrix.ts'

const WIDTHS = [390, 768, 1280, 1440]
const HEIGHT = 844

/** The page of the demo in a frame: what it shows, how it fits, and what keys and buttons do. */
export function demoPageCases ({ columns, engine }: Surroundings): Case[] {
  const split = columns.findIndex(({ id }) => id === 'split')
  const put = KINDS.findIndex(({ id }) => id === 'put')
  const wanted = KINDS.map(({ id }) => verdictsOf(id))
  // WebKitGTK loads fonts without CORS.
  if (engine === 'webkit') wanted[KINDS.findIndex(({ id }) => id === 'font')] = columns.map(() => 'allowed')
  const cells = async (width: number): Promise<HTMLElement[][]> => {
    const { document } = await demoAt(width)
    return [...document.querySelectorAll('#matrix tbody tr')].map((row) => [...row.querySelectorAll<HTMLElement>('td button')])
  }
  const cell = async (width: number, row: number, column: number): Promise<HTMLElement> => (await cells(width))[row]?.[column] as HTMLElement
  const policyShown = async (width: number): Promise<string> => (await demoAt(width)).document.getElementById('policy')?.textContent ?? 'none'

  const cases: ReadonlyArray<readonly [name: string, outcome: string, run: () => Promise<string>]> = [
    ['every cell is judged on load', wanted.map((row) => row.join(' ')).join('\n'), async () =>
      (await cells(1280)).map((row) => row.map(({ dataset }) => dataset['verdict']).join(' ')).join('\n')],
    ['a cell is selected from the start', 'PUT', async () => {
      const { document } = await demoAt(1280)
      return /^fetch (PUT)/.exec(document.querySelector('#verdict h2')?.textContent ?? '')?.[1] ?? 'none'
    }],
    ...WIDTHS.map((width) => [`everything is in sight at ${width} pixels`, 'all', async () => {
      const { document, frame } = await demoAt(width)
      const outside = [...document.querySelectorAll('#matrix th, #matrix td, .card, pre, button, select, textarea')]
        .filter((each) => each.getClientRects().length > 0 && each.getBoundingClientRect().right > frame.clientWidth)
      const isTooWide = document.documentElement.scrollWidth > frame.clientWidth
      return outside.length > 0 || isTooWide ? `too wide: ${outside.map(({ outerHTML }) => outerHTML.slice(0, 60)).join()}` : 'all'
    }] as const),
    ['a cell shows the code of its policy', policyOf(columns[split], 'PUT'), async () => {
      (await cell(1280, put, split)).click()
      return await policyShown(1280)
    }],
    ['what is copied', `${policyOf(columns[split], 'PUT')}\ncurl -sS\nimport test`, async () => {
      const copied = await pressCopies(async (_text) => {})
      return [copied[0], copied[1]?.slice(0, 8), copied[2]?.slice(0, 11)].join('\n')
    }],
    ['where copying is refused, the text is selected', 'true true true', async () => {
      const { window } = await demoAt(1280)
      const seen: boolean[] = []
      await pressCopies(async () => { throw new Error('no permission') }, (text) => { seen.push(window.getSelection()?.toString().trim() === text.trim()) })
      return seen.join(' ')
    }],
    ['there is one tab stop, and keys move it', '1: 0,0 0,1 1,1 1,7 1,0 23,7 23,7 0,0', async () => {
      const { document } = await demoAt(1280)
      const rows = await cells(1280)
      const place = (): string => rows.flatMap((row, index) => row.flatMap((each, column) => each === document.activeElement ? [`${index},${column}`] : [])).join()
      rows[0]?.[0]?.focus()
      const places = [place()]
      for (const [key, ctrlKey] of [['ArrowRight'], ['ArrowDown'], ['End'], ['Home'], ['End', true], ['ArrowDown'], ['Home', true]] as const) {
        document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key, ctrlKey: ctrlKey ?? false, bubbles: true, cancelable: true }))
        places.push(place())
      }
      return `${document.querySelectorAll('#matrix [tabindex="0"]').length}: ${places.join(' ')}`
    }],
    ...[['its button', ({ document }: Demo) => { document.getElementById('close')?.click() }], ['Escape', ({ document }: Demo) => {
      document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }))
    }]].map(([how, close]) => [`on a phone the details are closed by ${String(how)}, and the cell is where it was`, 'block none, focus, still', async () => {
      const demo = await demoAt(390)
      const { document, window } = demo
      const shown = (): string => window.getComputedStyle(document.getElementById('details') as HTMLElement).display
      const button = await cell(390, 0, split)
      button.focus()
      const before = window.scrollY
      button.click()
      await settled()
      const open = shown();
      (close as (demo: Demo) => void)(demo)
      return `${open} ${shown()}, ${document.activeElement === button ? 'focus' : 'no focus'}, ${window.scrollY === before ? 'still' : 'moved'}`
    }] as const),
    ['on a phone the details do not hide their cell', 'above', async () => {
      const { document, window } = await demoAt(390)
      const button = await cell(390, KINDS.length - 1, 0)
      button.focus()
      button.click()
      await settled()
      const details = (document.getElementById('details') as HTMLElement).getBoundingClientRect()
      const { top, bottom } = button.getBoundingClientRect()
      const head = (document.querySelector('#matrix thead') as HTMLElement).querySelector('th')?.getBoundingClientRect().bottom ?? 0
      document.getElementById('close')?.click()
      return bottom <= details.top && top >= head && details.bottom <= window.innerHeight ? 'above' : `${top} to ${bottom}, details from ${details.top}, head to ${head}`
    }],
    ['methods and routes are lists', `8 methods, ${columns.reduce((sum, { routes }) => sum + new Set(routes.map(({ url }) => url)).size, 1)} routes`, async () => {
      const { document } = await demoAt(1280)
      return `${document.querySelectorAll('#own-method option').length} methods, ${document.querySelectorAll('#own-path optgroup option').length} routes`
    }],
    ['an own request is sent and judged', 'GET /page/data blocked', async () => {
      const { document } = await demoAt(1280)
      const form = document.getElementById('own') as HTMLFormElement
      setField(form, 'method', 'GET')
      setField(form, 'path', '/page/data')
      setField(form, 'headers', 'X-Demo: 1')
      const shown = changeOf(document.getElementById('verdict') as HTMLElement)
      form.requestSubmit()
      await shown
      return [...document.querySelectorAll('#verdict h2, #verdict .verdict')].map(({ textContent }) => textContent?.replace('✕ ', '')).join(' ')
    }],
    ['a header without a colon is refused in words', "A header is written 'Name: value': 'X-Demo' has no colon.", async () => {
      const { document } = await demoAt(1280)
      const form = document.getElementById('own') as HTMLFormElement
      const problem = document.getElementById('own-problem') as HTMLElement
      setField(form, 'headers', 'X-Demo')
      const shown = changeOf(problem)
      form.requestSubmit()
      await shown
      return problem.textContent ?? ''
    }]
  ]
  return cases.map(([name, outcome, run]): Case => ({ name: `demo: ${name}`, outcome, run }))
}

interface Demo {
  readonly frame: HTMLIFrameElement
  readonly window: Window
  readonly document: Document
}

let opened: Promise<Demo> | undefined

/** The page, loaded once and judged to the end, in a frame of that width. */
async function demoAt (width: number): Promise<Demo> {
  opened ??= openDemo()
  const demo = await opened
  if (demo.frame.width !== String(width)) {
    demo.frame.width = String(width)
    await settled()
  }
  return demo
}

async function openDemo (): Promise<Demo> {
  const frame = element('iframe', { src: '/', width: '1280', height: String(HEIGHT) }) as HTMLIFrameElement
  const loaded = new Promise((resolve) => { frame.addEventListener('load', resolve, { once: true }) })
  document.body.append(frame)
  await loaded
  const demo = { frame, window: frame.contentWindow as Window, document: frame.contentDocument as Document }
  const evidence = demo.document.getElementById('evidence') as HTMLElement
  // The last thing that happens on load is that a cell is shown.
  if (evidence.childElementCount === 0) await changeOf(evidence)
  return demo
}

async function changeOf (place: HTMLElement): Promise<void> {
  await new Promise<void>((resolve) => {
    const observer = new MutationObserver(() => {
      observer.disconnect()
      resolve()
    })
    observer.observe(place, { childList: true, characterData: true, subtree: true })
  })
}

/** When what was asked for has been laid out. */
async function settled (): Promise<void> {
  await new Promise((resolve) => requestAnimationFrame(() => { requestAnimationFrame(resolve) }))
}

/** Presses each button that copies, with a clipboard of ours, and gives the texts that it got. */
async function pressCopies (write: (text: string) => Promise<void>, after: (text: string) => void = () => {}): Promise<string[]> {
  const { document, window } = await demoAt(1280)
  const texts: string[] = []
  Object.defineProperty(window.navigator, 'clipboard', {
    configurable: true,
    value: {
      writeText: async (text: string) => {
        texts.push(text)
        await write(text)
      }
    }
  })
  for (const button of document.querySelectorAll<HTMLElement>('.copy')) {
    const changed = changeOf(document.getElementById('details') as HTMLElement)
    button.click()
    await changed
    after(texts.at(-1) ?? '')
  }
  return texts
}

function setField (form: HTMLFormElement, name: string, value: string): void {
  (form.elements.namedItem(name) as HTMLInputElement).value = value
}

function policyOf (column: Surroundings['columns'][number] | undefined, method: string): string {
  return [column?.registration, column?.routes.find(({ methods }) => methods.includes(method))?.code].join('\n\n')
}
