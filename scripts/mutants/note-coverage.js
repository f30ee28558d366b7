// Loaded by processes that tests start, while StrykerJS finds out which tests come by which mutants.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

const { MUTANT_COVERAGE } = process.env
if (MUTANT_COVERAGE !== undefined) {
  process.on('exit', () => {
    writeFileSync(join(MUTANT_COVERAGE, `${process.pid}.json`), JSON.stringify(globalThis.__stryker__?.mutantCoverage?.static ?? {}))
  })
}
