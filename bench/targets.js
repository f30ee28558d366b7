/** What the plugin may cost at most, as a part of what the others cost. */
const LIMITS = {
  get: { 'hand-written': 0.80, 'fastify-cors': 0.30 },
  preflight: { 'hand-written': 0.60, 'fastify-cors': 0.20 }
}

const LARGE_LIST_LIMIT = 1.2

/** What the plugin may add to a start at most, as a part of what the other adds. */
const START_UP_LIMIT = 2

/** What all of a start with many routes may take at most, as a part of the same with OPTIONS routes by hand. */
const BOOT_LIMIT = 1.5
const MANY_ROUTES = 1000

const names = { 'hand-written': 'hand-written', 'fastify-cors': '@fastify/cors' }

/** The ratios of the cost per request that have a limit. */
export function ratiosOf (cost) {
  return cost.filter(({ policy }) => policy !== 'exempt').flatMap(({ policy, request, ratios }) =>
    Object.entries(ratios).map(([kind, { low, median, high }]) => ({
      name: policy === 'large-list' ? `${request} with 100,000 origins vs 2` : `${request} (${policy}) vs ${names[kind]}`,
      ratio: median,
      low,
      high,
      limit: policy === 'large-list' ? LARGE_LIST_LIMIT : LIMITS[request.split('-')[0]][kind]
    })))
}

/** The ratios of what is added to a start, and of all of it where nearly all is routes. */
export function startUpRatiosOf (startUp) {
  return startUp.map(({ routes, kind, other, ratio, wholeRatio }) => {
    const what = `start with ${routes} ${routes === 1 ? 'route' : 'routes'} (${kind}) vs ${other}`
    return routes < MANY_ROUTES ? { name: what, ratio, limit: START_UP_LIMIT } : { name: `all of a ${what}`, ratio: wholeRatio, limit: BOOT_LIMIT }
  })
}

export function isMissed ({ ratio, limit }) {
  return !(ratio <= limit)
}

export function lineOf ({ name, ratio, limit }) {
  return `${name} ${ratio.toFixed(2)} (at most ${limit.toFixed(2)})`
}
