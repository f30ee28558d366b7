// `npm run test:mutants`, all of it, as far as it has changed since it was run last; `-- --sample`, about 200 mutants, always the same;
// `-- lib/policy/merge.ts,lib/live/**/*.ts`, those in some files. What was found stands in build/mutants/, as a page too.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

import { printScore } from './mutants/score.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const [what] = process.argv.slice(2)
const isSample = what === '--sample'
const { status } = spawnSync('npx', ['stryker', 'run'], {
  cwd: root,
  env: { ...process.env, ...(isSample ? { MUTANTS: 'sample' } : what === undefined ? {} : { MUTANTS: what }) },
  stdio: 'inherit',
  timeout: 3 * 3600_000
})
const isEnough = status === 0 && printScore(new URL(`../build/mutants/${isSample ? 'sample' : 'all'}.json`, import.meta.url), isSample)
process.exitCode = isEnough ? 0 : 1
