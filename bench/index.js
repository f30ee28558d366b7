// npm run bench              everything, some fifteen minutes; renews results.json, README.md and docs/cost.md
// npm run bench -- --quick   the cost per request, within a minute
// npm run bench -- start-up  one part: cost, growth, http, live, start-up
// It fails where a limit is missed.
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'

import { measureCost } from './cost/index.js'
import { measureGrowth } from './growth/index.js'
import { measureHttp } from './http/index.js'
import { measureLive } from './live/index.js'
import { writeReport } from './report/index.js'
import { measureStartUp } from './start-up/index.js'
import { isMissed, lineOf, liveFiguresOf, ratiosOf, startUpRatiosOf } from './targets.js'

const RESULTS = new URL('results.json', import.meta.url)
const isQuick = process.argv.includes('--quick')
const only = process.argv.slice(2).filter((argument) => !argument.startsWith('--'))
const log = isQuick ? () => {} : (line) => { process.stderr.write(`${line}\n`) }

const parts = {
  cost: () => measureCost({ seconds: 200, batch: 4000, generations: 5, log }),
  growth: () => measureGrowth({ log }),
  http: () => measureHttp({ log }),
  live: () => measureLive({ log }),
  'start-up': () => measureStartUp({ log })
}

if (isQuick) {
  printRatios(ratiosOf(await measureCost({ seconds: 45, batch: 3000, generations: 3, policies: ['list', 'any', 'pattern', 'large-list'] })))
} else {
  // Parts that are not asked for keep their last results.
  const results = readResults()
  const measured = only.length > 0 ? only : Object.keys(parts)
  for (const name of measured) {
    results[name] = { on: machine(), at: new Date().toISOString(), results: await parts[name]() }
    writeFileSync(RESULTS, `${JSON.stringify(results, null, 2)}\n`)
  }
  writeReport(results)
  if (measured.includes('cost')) printRatios(ratiosOf(results.cost.results))
  if (measured.includes('live')) printRatios(liveFiguresOf(results.live.results))
  if (measured.includes('start-up')) printRatios(startUpRatiosOf(results['start-up'].results))
}

function printRatios (ratios) {
  for (const ratio of ratios) console.log(lineOf(ratio) + (isMissed(ratio) ? ' MISSED' : ''))
  if (ratios.some(isMissed)) process.exitCode = 1
}

function readResults () {
  try {
    return JSON.parse(readFileSync(RESULTS, 'utf8'))
  } catch {
    return {}
  }
}

function machine () {
  return `${cpus().length} × ${cpus()[0].model}, Node.js ${process.version}, ${process.platform} ${process.arch}`
}
