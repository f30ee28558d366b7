import type { Setup } from '../setup.ts'
import { showTrial } from './details.ts'
import { find } from './element.ts'
import { Matrix } from './matrix.ts'
import { setUpOwnRequest } from './own-request.ts'
import type { Trial } from './trial.ts'

const NARROW = '(max-width: 64rem)'

const setup = await (await fetch('/setup.json')).json() as Setup
const here = location.origin
const there = here === setup.page ? setup.other : setup.page

find('here').textContent = here
find('api').textContent = setup.api
find<HTMLAnchorElement>('there').href = there

const matrix = new Matrix(find('matrix'), setup, show)
setUpOwnRequest(setup, show)

const button = find<HTMLButtonElement>('run-all')
const progress = find<HTMLProgressElement>('progress')
button.addEventListener('click', runAll)

function show (trial: Trial): void {
  const details = find('details')
  showTrial(details, trial)
  // On a small screen the details are out of sight.
  if (matchMedia(NARROW).matches) details.scrollIntoView({ block: 'start' })
}

async function runAll (): Promise<void> {
  button.disabled = true
  try {
    await matrix.runAll((done, all, allowed) => {
      progress.max = all
      progress.value = done
      find('count').textContent = `${done} of ${all}: ${allowed} allowed, ${done - allowed} blocked`
    })
  } finally {
    button.disabled = false
  }
}
