import type { Column, Setup } from '../setup.ts'
import { element } from './element.ts'
import { KINDS, type Kind } from './kinds.ts'
import { tryKind, type Trial } from './trial.ts'

/** Where a key leads to from a place in the grid. */
type Move = (row: number, column: number, last: readonly [row: number, column: number]) => readonly [row: number, column: number]

const MOVES: Readonly<Record<string, Move>> = {
  ArrowUp: (row, column) => [row - 1, column],
  ArrowDown: (row, column) => [row + 1, column],
  ArrowLeft: (row, column) => [row, column - 1],
  ArrowRight: (row, column) => [row, column + 1],
  Home: (row) => [row, 0],
  End: (row, _column, last) => [row, last[1]],
  'Ctrl+Home': () => [0, 0],
  'Ctrl+End': (_row, _column, last) => last
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
  readonly #onSelect: (trial: Trial, button: HTMLElement) => void
  #selected: Cell | undefined

  constructor (table: HTMLElement, setup: Setup, onSelect: (trial: Trial, button: HTMLElement) => void) {
    this.#setup = setup
    this.#onSelect = onSelect
    this.#rows = KINDS.map((kind) => setup.columns.map((column) => this.#cell(kind, column)))
    const heads = setup.columns.map(({ label }) => element('th', { scope: 'col' }, element('span', {}, label)))
    table.append(
      element('thead', {}, element('tr', {}, element('th', { scope: 'col' }, 'Request'), ...heads)),
      element('tbody', {}, ...this.#rows.map((cells, row) => element('tr', {},
        element('th', { scope: 'row' }, KINDS[row]?.label ?? ''),
        ...cells.map(({ button }) => element('td', { role: 'gridcell' }, button)))))
    )
    this.#rows[0]?.[0]?.button.setAttribute('tabindex', '0')
    table.addEventListener('keydown', (event) => { this.#move(event) })
  }

  /** Runs every cell, the cells of a row together, and tells how many are done. */
  async runAll (onProgress: (done: number, all: number, allowed: number) => void): Promise<void> {
    const all = this.#rows.flat().length
    let [done, allowed] = [0, 0]
    for (const cells of this.#rows) {
      await Promise.all(cells.map(async (cell) => {
        const { outcome } = await this.#run(cell)
        if (outcome.verdict === 'allowed') allowed++
        onProgress(++done, all, allowed)
      }))
    }
  }

  /** Shows a cell as if it had been pressed. */
  async select (kindId: string, columnId: string): Promise<void> {
    const cell = this.#rows.flat().find(({ kind, column }) => kind.id === kindId && column.id === columnId)
    if (cell !== undefined) await this.#select(cell)
  }

  get hasSelection (): boolean {
    return this.#selected !== undefined
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
    // On a small screen there is room for the sign alone.
    button.replaceChildren(verdict === 'allowed' ? '✓' : '✕', element('span', {}, ` ${verdict}`))
    button.setAttribute('aria-label', `${kind.label}, ${column.label}: ${verdict}`)
    return trial
  }

  async #select (cell: Cell): Promise<void> {
    this.#selected?.button.setAttribute('aria-pressed', 'false')
    this.#selected = cell
    this.#focusable(cell)
    cell.button.setAttribute('aria-pressed', 'true')
    const trial = cell.trial ?? await this.#run(cell)
    if (this.#selected === cell) this.#onSelect(trial, cell.button)
  }

  #focusable ({ button }: Cell): void {
    for (const other of this.#rows.flat()) other.button.setAttribute('tabindex', '-1')
    button.setAttribute('tabindex', '0')
  }

  #move (event: KeyboardEvent): void {
    const move = MOVES[event.ctrlKey ? `Ctrl+${event.key}` : event.key]
    const row = this.#rows.findIndex((cells) => cells.some(({ button }) => button === event.target))
    const column = this.#rows[row]?.findIndex(({ button }) => button === event.target) ?? -1
    if (move === undefined || row === -1) return
    event.preventDefault()
    const [toRow, toColumn] = move(row, column, [this.#rows.length - 1, this.#setup.columns.length - 1])
    const cell = this.#rows[toRow]?.[toColumn]
    if (cell === undefined) return
    this.#focusable(cell)
    cell.button.focus()
  }
}
