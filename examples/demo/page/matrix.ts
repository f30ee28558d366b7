import type { Column, Setup } from '../setup.ts'
import { element } from './element.ts'
import { KINDS, type Kind } from './kinds.ts'
import { tryKind, type Trial } from './trial.ts'

const STEPS: Readonly<Record<string, readonly [row: number, column: number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1]
}

interface Cell {
  readonly kind: Kind
  readonly column: Column
  readonly button: HTMLElement
  trial?: Trial
}

/** The table of kinds and policies: one button a cell, one tab stop in all. */
export class Matrix {
  readonly #setup: Setup
  readonly #rows: Cell[][]
  readonly #onSelect: (trial: Trial) => void
  #selected: Cell | undefined

  constructor (table: HTMLElement, setup: Setup, onSelect: (trial: Trial) => void) {
    this.#setup = setup
    this.#onSelect = onSelect
    this.#rows = KINDS.map((kind) => setup.columns.map((column) => this.#cell(kind, column)))
    const heads = setup.columns.map(({ label }) => element('th', { scope: 'col' }, label))
    table.append(
      element('thead', {}, element('tr', {}, element('th', { scope: 'col' }, 'Request'), ...heads)),
      element('tbody', {}, ...this.#rows.map((cells, row) => element('tr', {},
        element('th', { scope: 'row' }, KINDS[row]?.label ?? ''),
        ...cells.map(({ button }) => element('td', { role: 'gridcell' }, button)))))
    )
    this.#rows[0]?.[0]?.button.setAttribute('tabindex', '0')
    table.addEventListener('keydown', (event) => { this.#move(event) })
  }

  /** Runs every cell, row by row, and tells how many are done. */
  async runAll (onProgress: (done: number, all: number, allowed: number) => void): Promise<void> {
    const cells = this.#rows.flat()
    let allowed = 0
    for (const [index, cell] of cells.entries()) {
      const { outcome } = await this.#run(cell)
      if (outcome.verdict === 'allowed') allowed++
      onProgress(index + 1, cells.length, allowed)
    }
  }

  #cell (kind: Kind, column: Column): Cell {
    const button = element('button', { type: 'button', tabindex: '-1', 'aria-pressed': 'false', 'aria-label': `${kind.label}, ${column.label}: not run yet` }, '·')
    const cell: Cell = { kind, column, button }
    button.addEventListener('click', () => { this.#select(cell) })
    return cell
  }

  async #run (cell: Cell): Promise<Trial> {
    const { kind, column, button } = cell
    const trial = await tryKind(this.#setup, kind, column)
    const { verdict } = trial.outcome
    cell.trial = trial
    button.dataset['verdict'] = verdict
    button.textContent = verdict === 'allowed' ? '✓ allowed' : '✕ blocked'
    button.setAttribute('aria-label', `${kind.label}, ${column.label}: ${verdict}`)
    return trial
  }

  async #select (cell: Cell): Promise<void> {
    this.#selected?.button.setAttribute('aria-pressed', 'false')
    this.#selected?.button.setAttribute('tabindex', '-1')
    this.#selected = cell
    this.#focusable(cell)
    cell.button.setAttribute('aria-pressed', 'true')
    const trial = cell.trial ?? await this.#run(cell)
    if (this.#selected === cell) this.#onSelect(trial)
  }

  #focusable ({ button }: Cell): void {
    for (const other of this.#rows.flat()) other.button.setAttribute('tabindex', '-1')
    button.setAttribute('tabindex', '0')
  }

  #move (event: KeyboardEvent): void {
    const step = STEPS[event.key]
    const row = this.#rows.findIndex((cells) => cells.some(({ button }) => button === event.target))
    const column = this.#rows[row]?.findIndex(({ button }) => button === event.target) ?? -1
    if (step === undefined || row === -1) return
    event.preventDefault()
    const cell = this.#rows[row + step[0]]?.[column + step[1]]
    if (cell === undefined) return
    this.#focusable(cell)
    cell.button.focus()
  }
}
