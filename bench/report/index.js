import { mkdirSync, writeFileSync } from 'node:fs'

import { isMissed, liveFiguresOf, news, ratiosOf, startUpRatiosOf } from '../targets.js'
import { barChart, lineChart } from './charts.js'
import { writeSummary } from './summary.js'

const FOLDER = new URL('../', import.meta.url)
const KiB = 1024

/** Draws the charts, and writes the page that shows them. */
export function writeReport (results) {
  mkdirSync(new URL('charts/', FOLDER), { recursive: true })
  const sections = [
    costSection(results.cost),
    results.growth && growthSection(results.growth),
    results.live && liveSection(results.live),
    results.http && httpSection(results.http),
    results['start-up'] && startUpSection(results['start-up'])
  ]
  const page = `# What CORS costs

\`npm run bench\` measures all of this anew, \`npm run bench -- cost\` one part (\`cost\`, \`growth\`, \`http\`,
\`live\`, \`start-up\`), and \`npm run bench -- --quick\` checks the ratios below within a minute. What was tried, and what it did,
stands in [NOTES.md](NOTES.md); every figure is in [results.json](results.json).

${sections.filter(Boolean).join('\n')}`
  writeFileSync(new URL('README.md', FOLDER), page)
  writeSummary(results)
}

function costSection ({ on, at, results }) {
  const names = { list: 'cost-list', any: 'cost-any', one: 'cost-one', pattern: 'cost-pattern' }
  const charts = Object.entries(names).map(([policy, file]) => chart(file, barChart({
    title: `Cost over Fastify alone, policy “${policy}”`,
    unit: 'ns of processor time per request',
    groups: results.filter((each) => each.policy === policy).map(({ request, over }) => ({
      name: request,
      bars: Object.entries(over).map(([kind, { low, median, high }]) => ({ kind, value: median, low, high }))
    }))
  })))
  const rows = ratiosOf(results).map((each) => {
    const { name, ratio, low, high, limit } = each
    return `| ${name} | ${ratio.toFixed(2)} | ${low.toFixed(2)} to ${high.toFixed(2)} | ${limit.toFixed(2)} | ${isMissed(each) ? 'missed' : 'held'} |`
  })
  const exempt = results.find(({ request }) => request === 'get-exempt')
  return `## Cost per request

${when({ on, at })} In process: requests go through \`app.routing\` with minimal request and response objects. Each app is a
process of its own; all take turns in ${results[0].rounds} rounds. Figures are medians of what a request takes more than
in the same app without CORS (Fastify alone: ${Math.round(results[0].alone.median)} ns); the whiskers span the middle half
of the rounds. *Hand-written* is a pair of hooks for that one policy, *plugin* this package.

${charts.join('\n')}
| request (policy) | ratio | middle half of the rounds | at most | |
|---|---|---|---|---|
${rows.join('\n')}

A route with \`cors: false\`: ${nanoseconds(exempt.over)}.
`
}

function growthSection ({ on, at, results: { origins, patterns, routes, headers, drift } }) {
  const { byCount, byShape } = routes
  const many = byCount.at(-1)
  const slowdown = (kind) => (many[kind].nanoseconds.preflight / byCount[0][kind].nanoseconds.preflight).toFixed(2)
  return `## Growth

${when({ on, at })} Whole requests, Fastify's own part included; each case in a fresh process.

${chart('growth-origins', lineChart({
    title: 'A request, by the number of exact origins and of patterns',
    unit: 'ns',
    xLabel: 'origins or patterns',
    series: [
      { name: 'GET, exact origins', points: points(origins, 'get') },
      { name: 'preflight, exact origins', points: points(origins, 'preflight') },
      { name: 'GET, patterns', points: points(patterns, 'get') }
    ]
  }))}
${chart('growth-boot', lineChart({
    title: 'Boot, by the number of routes',
    unit: 'ms of processor time',
    xLabel: 'routes',
    series: ['plugin', 'hand-written', 'without'].map((name) => ({ name, points: byCount.map((each) => [each.count, each[name].bootMs]) }))
  }))}
${chart('growth-headers', lineChart({
    title: 'A request, by the length of a header',
    unit: 'ns',
    xLabel: 'bytes of Origin, or of Access-Control-Request-Headers',
    series: [
      { name: 'GET with that Origin', points: headers.map(({ length, nanoseconds }) => [length, nanoseconds.origin]) },
      { name: 'preflight that asks for it', points: headers.map(({ length, nanoseconds }) => [length, nanoseconds.requested]) }
    ]
  }))}
| | |
|---|---|
| heap of a policy with 100,000 origins | ${(origins.at(-1).heap / KiB / KiB).toFixed(1)} MiB (at most 25) |
| boot of 10,000 routes, next to the app with its OPTIONS routes written by hand | ${(many.plugin.bootMs / many['hand-written'].bootMs).toFixed(2)} × (at most 1.5) |
| preflight with 10,000 routes, next to one route | ${slowdown('plugin')} × (with OPTIONS routes written by hand ${slowdown('hand-written')} ×) |
| heap after one million mixed requests, less that before | ${(drift / KiB).toFixed(0)} KiB (at most 1024) |

Heap per route at 10,000 routes, in bytes. A URL has one OPTIONS route, which its methods share; all but the last column is
what Fastify needs for it, whoever declares it.

| the app has | over the same app without the plugin | over that app with OPTIONS routes written by hand |
|---|---|---|
${byShape.map(shapeRow).join('\n')}
`
}

const SHAPES = {
  rest: 'five methods on two URLs for each resource (at most 2048)',
  single: 'one method on each URL, `/name/:id`',
  static: 'one method on each URL, `/name`'
}

function shapeRow ({ shape, count, plugin, without, 'hand-written': handWritten }) {
  const over = (other) => Math.round((plugin.heap - other.heap) / count)
  return `| ${SHAPES[shape]} | ${over(without)} | ${over(handWritten)} |`
}

function liveSection ({ on, at, results }) {
  const MiB = (bytes) => (bytes / KiB / KiB).toFixed(1)
  const figure = ({ low, median, high }) => `${median.toFixed(0)} (${low.toFixed(0)} to ${high.toFixed(0)})`
  const listOf = (isKeyed) => isKeyed ? '10,000 tenants of ten' : 'one list'
  const reloadRows = results.flatMap(({ isKeyed, reloads }) => Object.keys(news).map((what) => {
    const { held, cpu } = reloads[what]
    return `| ${listOf(isKeyed)} | ${news[what]} | ${held.median.toFixed(1)} | ${held.max.toFixed(1)} | ${figure(cpu)} |`
  }))
  const heapRows = results.map(({ isKeyed, heap }) =>
    `| ${listOf(isKeyed)} | ${MiB(heap.held)} | ${MiB(heap.during)} | ${(heap.during / heap.held).toFixed(2)} × (at most 2) | ${MiB(heap.afterwards)} |`)
  const nothing = results.map(({ reloads }) => reloads.nothing.held.max.toFixed(1))
  const missed = liveFiguresOf(results).filter(isMissed).map(({ name }) => name)
  return `## Live origins

${when({ on, at })} A \`liveOrigins\` list of 100,000 origins is loaded anew while another process asks over HTTP, with
${results.map(({ load }) => load.requests.toLocaleString('en')).join(' and ')} requests of which none failed. How long the event loop was held is what \`perf_hooks.monitorEventLoopDelay\` saw (it may be 20
milliseconds; where nothing was loaded, at most ${nothing.join(' and ')}); processor time is that of the reload and of the requests meanwhile. What
\`load\` itself takes is not in it.

| list | new of it | held, median (ms) | held, at most (ms) | processor time (ms) |
|---|---|---|---|---|
${reloadRows.join('\n')}

Heap after collection, in MiB; during a reload is at its end, when both lists are there.

| list | of the list | during a reload | | afterwards |
|---|---|---|---|---|
${heapRows.join('\n')}

${missed.length === 0 ? 'All limits are held' : `Missed: ${missed.join('; ')}`}. A look-up stands under [cost per request](#cost-per-request).
`
}

function httpSection ({ on, at, results }) {
  const charts = ['get-allowed', 'preflight'].map((request) => chart(`http-${request}`, barChart({
    title: `Over HTTP, ${request}`,
    unit: 'requests per second',
    groups: results.filter((each) => each.request === request).map(({ kind, perSecond: { low, median, high } }) => ({
      name: kind === 'alone' ? 'Fastify alone' : kind,
      bars: [{ kind: kind === 'plugin' ? 'plugin' : 'others', value: median, low, high }]
    }))
  })))
  const rows = results.map(({ kind, request, perSecond, p99 }) =>
    `| ${kind} | ${request} | ${Math.round(perSecond.median)} | ${Math.round(perSecond.low)} to ${Math.round(perSecond.high)} | ${p99.median} |`)
  return `## Over HTTP

${when({ on, at })} autocannon with 20 connections on the same machine, servers in turn, medians of the rounds. The load
generator needs a core too. Where the middle halves overlap, the figures do not tell the servers apart.

${charts.join('\n')}
| server | request | requests per second | middle half | p99 (ms) |
|---|---|---|---|---|
${rows.join('\n')}
`
}

function startUpSection ({ on, at, results }) {
  const figure = ({ low, median, high }) => `${median.toFixed(1)} (${low.toFixed(1)} to ${high.toFixed(1)})`
  const rows = results.flatMap(({ routes, kind, other, added, ratio, wholeRatio }, index) => [other, kind].map((each) => {
    const { import: imported, ready, total } = added[each]
    const limit = startUpRatiosOf(results)[index].limit
    const limited = limit === 2 ? `${ratio.toFixed(2)} (at most 2)` : `${ratio.toFixed(2)}; of the whole start ${wholeRatio.toFixed(2)} (at most ${limit})`
    const comparison = each === kind ? limited : ''
    return `| ${routes} | ${each} | ${figure(imported)} | ${figure(ready)} | ${figure(total)} | ${comparison} |`
  }))
  return `## Start-up

${when({ on, at })} What is added to Fastify alone, in milliseconds of processor time, until \`ready()\` has settled: medians of
${results[0].rounds} rounds with a fresh process for each, and the middle half of them. *Pattern* is one \`*.\` pattern with credentials, which needs the
list of public suffixes. With 1,000 routes the plugin declares 1,000 OPTIONS routes, and is compared with an application that has them by hand.

| routes | | import | register and ready | both | of the row above |
|---|---|---|---|---|---|
${rows.join('\n')}
`
}

function points (cases, name) {
  return cases.map(({ count, nanoseconds }) => [count, nanoseconds[name]])
}

function chart (name, content) {
  writeFileSync(new URL(`charts/${name}.svg`, FOLDER), content)
  return `![${name}](charts/${name}.svg)\n`
}

function nanoseconds (over) {
  return Object.entries(over).map(([kind, { median }]) => `${kind} ${Math.round(median)} ns`).join(', ')
}

function when ({ on, at }) {
  return `On ${on}; ${at.slice(0, 10)}.`
}
