// Runs the test files that @fastify/cors ships against this plugin, and compares the
// outcome with differences.json: an unlisted difference fails, and so does a listed one
// that is none any more.
import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const require = createRequire(import.meta.url)
const redirect = fileURLToPath(new URL('redirect.cjs', import.meta.url))
const differences = JSON.parse(await readFile(new URL('differences.json', import.meta.url), 'utf8'))
/** vary.test.js is left out: it tests a function inside of that package. */
const FILES = ['cors', 'hooks', 'preflight']

/** The outcome of each test of a file, by name; names that come twice are numbered. */
async function outcomesOf (file) {
  const path = require.resolve(`@fastify/cors/test/${file}.test.js`)
  const { NODE_OPTIONS, ...env } = process.env
  const child = spawn(process.execPath, ['--require', redirect, '--test-reporter=tap', path], {
    env, stdio: ['ignore', 'pipe', 'inherit'], timeout: 60_000
  })
  let tap = ''
  for await (const chunk of child.stdout) tap += chunk
  const outcomes = new Map()
  for (const [, not, title] of tap.matchAll(/^(not )?ok \d+ - (.*?)(?: # .*)?$/gm)) {
    const seen = [...outcomes.keys()].filter((name) => name.startsWith(`${file}: ${title}`)).length
    outcomes.set(`${file}: ${title}${seen > 0 ? ` (${seen + 1})` : ''}`, not === undefined)
  }
  return outcomes
}

const outcomes = new Map((await Promise.all(FILES.map(outcomesOf))).flatMap((found) => [...found]))
const listed = new Map(differences.map((difference) => [difference.test, difference]))
const complaints = [
  ...[...outcomes].filter(([test, passed]) => !passed && !listed.has(test)).map(([test]) => `differs, but is not listed: ${test}`),
  ...[...outcomes].filter(([test, passed]) => passed && listed.has(test)).map(([test]) => `is listed, but passes: ${test}`),
  ...[...listed.keys()].filter((test) => !outcomes.has(test)).map((test) => `is listed, but there is no such test: ${test}`),
  ...differences.filter(({ reason, instead }) => !reason || !instead).map(({ test }) => `lacks a reason, or what to do instead: ${test}`)
]
const passed = [...outcomes.values()].filter(Boolean).length
const byReason = groupByReason()
for (const [reason, { length }] of byReason) console.log(`${String(length).padStart(3)}  ${reason}`)
for (const complaint of complaints) console.error(complaint)
console.log(`${passed} of ${outcomes.size} tests of @fastify/cors pass; ${listed.size} differ for a reason that is listed`)
if (complaints.length > 0 || outcomes.size === 0) process.exitCode = 1

function groupByReason () {
  const groups = new Map()
  for (const difference of differences) groups.set(difference.reason, [...(groups.get(difference.reason) ?? []), difference])
  return groups
}
