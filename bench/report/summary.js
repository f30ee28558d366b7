import { readFileSync, writeFileSync } from 'node:fs'

import { ratiosOf, startUpRatiosOf } from '../targets.js'

const PAGE = new URL('../../docs/cost.md', import.meta.url)
const PLACE = /(<!-- What a request costs, from bench\/ -->\n)[^]*?(<!-- end -->)/

const rows = {
  'GET, origin allowed': /^get-allowed/,
  'GET without an `Origin`': /^get-without-origin/,
  'GET, origin denied': /^get-denied/,
  preflight: /^preflight/
}

/** Puts the ratios, over all policies that were measured, into the page about costs. */
export function writeSummary ({ cost: { on, at, results }, 'start-up': startUp }) {
  const ratios = ratiosOf(results)
  const lines = Object.entries(rows).map(([name, request]) => {
    const of = (other) => range(ratios.filter((each) => request.test(each.name) && each.name.endsWith(other)))
    return `| ${name} | ${of('vs hand-written')} | ${of('vs @fastify/cors')} | ${of('vs 2')} |`
  })
  const starts = startUpRatiosOf(startUp.results).filter(({ name }) => name.startsWith('start with 20 routes'))
  lines.push(`| a start: import, \`register\`, \`ready()\` | | ${range(starts)} | |`)
  const summary = `
| what it adds | of hand-written hooks | of @fastify/cors | with 100,000 origins, of itself with 2 |
|---|---|---|---|
${lines.join('\n')}

Medians of processor time over the same application without CORS, in one run; the least and the most of four policies
(any origin, one, a list, a pattern). A start is that of 20 routes in a fresh process, with a list and with a pattern. On ${on}; ${at.slice(0, 10)}.

`
  writeFileSync(PAGE, readFileSync(PAGE, 'utf8').replace(PLACE, (_, start, end) => `${start}${summary}${end}`))
}

function range (ratios) {
  const values = ratios.map(({ ratio }) => ratio)
  return [...new Set([Math.min(...values), Math.max(...values)])].map((value) => value.toFixed(2)).join(' to ')
}
