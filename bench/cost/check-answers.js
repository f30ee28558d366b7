import { deepStrictEqual, strictEqual } from 'node:assert/strict'

/** Throws where the compared apps do not answer a request alike. */
export function checkAnswers (label, answers) {
  const { alone, plugin } = answers
  for (const kind of ['hand-written', 'plugin with 2 origins', 'live', 'live with key'].filter((kind) => kind in answers)) {
    deepStrictEqual(normalized(plugin), normalized(answers[kind]), `${label}: the plugin and ${kind} differ`)
  }
  for (const [kind, { statusCode, body }] of Object.entries(answers)) {
    strictEqual(statusCode, alone.statusCode, `${label}: the status of ${kind}`)
    strictEqual(body, alone.body, `${label}: the body of ${kind}`)
  }
  deepStrictEqual(corsHeaders(alone), {}, `${label}: Fastify alone answers with CORS headers`)
  if (answers['fastify-cors'] !== undefined) checkGrants(label, plugin, answers['fastify-cors'])
}

/**
 * The other package sends credentials and lists to denied origins too, and
 * says less in `Vary`. Whom they grant what is the same.
 */
function checkGrants (label, plugin, other) {
  const mine = corsHeaders(plugin)
  const its = corsHeaders(other)
  const granted = mine['access-control-allow-origin']
  strictEqual(its['access-control-allow-origin'], granted, `${label}: the origin that @fastify/cors allows`)
  if (granted === undefined) return
  deepStrictEqual({ ...its, vary: mine.vary }, { ...mine, vary: mine.vary }, `${label}: what @fastify/cors grants`)
}

function corsHeaders (answer) {
  const { head } = normalized(answer)
  return Object.fromEntries(Object.entries(head).filter(([name]) => name === 'vary' || name.startsWith('access-control-')))
}

function normalized ({ statusCode, head, body }) {
  const entries = Object.entries(head).map(([name, value]) => [name.toLowerCase(), String(value).replaceAll(/, */g, ', ')])
  return { statusCode, head: Object.fromEntries(entries.sort()), body }
}
