import type { Setup } from '../setup.ts'
import { showTrial } from './details.ts'
import { find } from './element.ts'
import { Matrix } from './matrix.ts'
import { setUpOwnRequest } from './own-request.ts'
import type { Trial } from './trial.ts'

/** Where the details lie over the page, as a sheet that can be closed. */
const NARROW = matchMedia('(max-width: 64rem)')
const GAP_PX = 12
/** What is shown first: a URL that everybody may GET, and only another origin may PUT. */
const FIRST = ['put', 'split'] as const

const setup = await (await fetch('/setup.json')).json() as Setup
const here = location.origin

find('here').textContent = here
find('api').textContent = setup.api
find<HTMLAnchorElement>('there').href = here === setup.page ? setup.other : setup.page

const matrix = new Matrix(find('matrix'), setup, show)
setUpOwnRequest(setup, show)

const details = find('details')
const button = find<HTMLButtonElement>('run-all')
const progress = find<HTMLProgressElement>('progress')
let opener: HTMLElement | undefined

button.addEventListener('click', runAll)
find('close').addEventListener('click', close)
document.addEventListener('keydown', ({ key }) => { if (key === 'Escape') close() })

await runAll()
if (!NARROW.matches && !matrix.hasSelection) await matrix.select(...FIRST)

function show (trial: Trial, pressed: HTMLElement): void {
  opener = pressed
  showTrial(trial)
  details.scrollTop = 0
  details.classList.add('open')
  if (NARROW.matches) uncover(pressed)
}

/** A sheet must not hide what it is about. */
function uncover (pressed: HTMLElement): void {
  const hidden = pressed.getBoundingClientRect().bottom + GAP_PX - details.getBoundingClientRect().top
  if (hidden > 0) scrollBy(0, hidden)
}

function close (): void {
  if (!NARROW.matches || !details.classList.contains('open')) return
  details.classList.remove('open')
  opener?.focus()
}

async function runAll (): Promise<void> {
  button.disabled = true
  progress.hidden = false
  find('count').textContent = ''
  try {
    await matrix.runAll((done, all, allowed) => {
      progress.max = all
      progress.value = done
      if (done === all) find('count').textContent = `${allowed} allowed, ${all - allowed} blocked`
    })
  } finally {
    button.disabled = false
    progress.hidden = true
  }
}
