import { readFileSync } from 'node:fs'

/** Mutants that make no difference, with the reason: by file, the line that they are in, and what becomes what. */
const { reasons, mutants: listed } = JSON.parse(readFileSync(new URL('equivalent.json', import.meta.url), 'utf8'))
/** What decides who may read what. */
const CORE = ['decision', 'fetch', 'policy', 'routes', 'on-request.ts']
const LIMIT = 90
const LIMIT_OF_CORE = 95

/** Prints how many mutants were noticed, folder by folder, and those that were not and are not listed. Tells whether there are too many. */
export function printScore (report, isSample) {
  const { files } = JSON.parse(readFileSync(report, 'utf8'))
  const groups = new Map()
  const unlisted = []
  const seen = new Set()
  for (const [path, { source, mutants }] of Object.entries(files)) {
    const lines = source.split('\n')
    for (const mutant of mutants) {
      if (!['Killed', 'Timeout', 'Survived', 'NoCoverage'].includes(mutant.status)) continue
      const name = nameOf(path, lines, mutant)
      const reason = listed[path]?.[name.line]?.[name.change]
      const isNoticed = mutant.status === 'Killed' || mutant.status === 'Timeout'
      if (reason !== undefined && !isNoticed) seen.add(`${path} ${name.line} ${name.change}`)
      if (reason === undefined && !isNoticed) unlisted.push(`${path}:${mutant.location.start.line}  ${name.line}\n    ${name.change}${mutant.status === 'NoCoverage' ? '  (no test comes by)' : ''}`)
      for (const group of groupsOf(path)) count(groups, group, isNoticed ? mutant.status : reason === undefined ? 'Unlisted' : 'Listed')
    }
  }
  for (const each of unlisted) console.log(each)
  console.log('\nmutants in         all  noticed   hung  make no difference  not noticed   of all   of those that make one')
  for (const [group, counts] of groups) console.log(rowOf(group, counts))
  // A sample is too few for a share.
  if (isSample) return unlisted.length === 0
  for (const stale of staleOf(seen, files)) console.log(`is listed, and is noticed or not there: ${stale}`)
  return scoreOf(groups.get('all of it')) >= LIMIT && scoreOf(groups.get('the core')) >= LIMIT_OF_CORE
}

export function nameOf (path, lines, { location: { start, end }, replacement = '' }) {
  const line = lines[start.line - 1]
  const original = start.line === end.line ? line.slice(start.column - 1, end.column - 1) : `${line.slice(start.column - 1)} …`
  return { line: line.trim(), change: `${original} → ${replacement.replace(/\s+/g, ' ')}` }
}

function groupsOf (path) {
  const [, folder] = path.split('/')
  const name = folder.endsWith('.ts') ? 'lib' : folder
  return [name, ...(CORE.includes(folder) ? ['the core'] : []), 'all of it']
}

function count (groups, group, status) {
  const counts = groups.get(group) ?? { Killed: 0, Timeout: 0, Listed: 0, Unlisted: 0 }
  counts[status]++
  // What sums others up stands below them.
  if (['the core', 'all of it'].includes(group)) groups.delete(group)
  groups.set(group, counts)
}

function scoreOf ({ Killed, Timeout, Listed, Unlisted }, isOfAll = true) {
  const noticed = Killed + Timeout
  return 100 * noticed / (noticed + Unlisted + (isOfAll ? Listed : 0))
}

function rowOf (group, counts) {
  const { Killed, Timeout, Listed, Unlisted } = counts
  const numbers = [Killed + Timeout + Listed + Unlisted, Killed, Timeout, Listed, Unlisted].map(String)
  const widths = [8, 8, 6, 19, 12]
  return `${group.padEnd(14)}${numbers.map((number, index) => number.padStart(widths[index])).join(' ')}  ${scoreOf(counts).toFixed(1).padStart(5)} %  ${scoreOf(counts, false).toFixed(1).padStart(5)} %`
}

function staleOf (seen, files) {
  const all = Object.entries(listed).filter(([path]) => path in files).flatMap(([path, lines]) => Object.entries(lines).flatMap(([line, changes]) => Object.keys(changes).map((change) => `${path} ${line} ${change}`)))
  return all.filter((each) => !seen.has(each))
}

for (const [path, lines] of Object.entries(listed)) {
  for (const changes of Object.values(lines)) {
    for (const reason of Object.values(changes)) if (!(reason in reasons)) throw new Error(`${path}: no reason is called ${reason}`)
  }
}
