import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** So many of 10,000 lines hold about 200 mutants. */
const PER_10_000 = 228

/** Lines of the files in a folder, as StrykerJS takes them: the same ones for as long as what is in them stays the same. */
export function sampleOf (folder) {
  return readdirSync(folder, { recursive: true }).filter((file) => file.endsWith('.ts') && file !== 'index.ts' && file !== 'browser/reasons.ts').sort().flatMap((file) => {
    const path = join(folder, file)
    return readFileSync(path, 'utf8').split('\n').flatMap((line, index) => isChosen(path, line.trim()) ? [`${path}:${index + 1}-${index + 1}`] : [])
  })
}

function isChosen (path, line) {
  return !/^(?:$|\/?\*|\/\/|import |\}|\]|\))/.test(line) && createHash('sha256').update(`${path} ${line}`).digest().readUInt32BE() % 10_000 < PER_10_000
}
