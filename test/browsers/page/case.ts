import type { Setup } from '../../../examples/demo/setup.ts'

export type Engine = 'chromium' | 'firefox' | 'webkit'

/** Another outcome in one engine, and why. */
export interface Difference {
  readonly outcome: string
  readonly reason: string
}

/** What the contract demands of a request, as a page sees it. */
export interface Case {
  readonly name: string
  readonly outcome: string
  readonly run: () => Promise<string>
  readonly differs?: Partial<Readonly<Record<Engine, Difference>>>
}

/** What became of a case in this browser. */
export interface Result {
  readonly name: string
  readonly wanted: string
  readonly got: string
  readonly difference?: string
}

/** Where the cases run, and between which origins. */
export interface Surroundings extends Setup {
  readonly engine: Engine
}
