/** What the plugin may cost at most, as a part of what the others cost. */
const LIMITS = {
  get: { 'hand-written': 0.80, 'fastify-cors': 0.30 },
  preflight: { 'hand-written': 0.60, 'fastify-cors': 0.20 }
}

/** With 100,000 origins, as a part of the same with 2; with as many in a live list, as a part of that. */
const LARGE_LIST_LIMIT = 1.2

/** What a live list of 100,000 origins may do while it is loaded anew. */
const HELD_LIMIT = 20
const HEAP_LIMIT = 2

/** What the plugin may add to a start at most, as a part of what the other adds. */
const START_UP_LIMIT = 2

/** What all of a start with many routes may take at most, as a part of the same with OPTIONS routes by hand. */
const BOOT_LIMIT = 1.5
const MANY_ROUTES = 1000

const large = {
  plugin: 'with 100,000 origins vs 2',
  live: 'with 100,000 live origins vs fixed',
  'live with key': 'with 100,000 live origins with key vs fixed'
}

export const news = { all: 'all new', hundredth: 'one in a hundred new', none: 'nothing new' }

const names = { 'hand-written': 'hand-written', 'fastify-cors': '@fastify/cors' }

/** The ratios of the cost per request that have a limit. */
export function ratiosOf (cost) {
  return cost.filter(({ policy }) => policy !== 'exempt').flatMap(({ policy, request, ratios }) =>
    ratios.map(({ kind, other, low, median, high }) => ({
      name: policy === 'large-list' ? `${request} ${large[kind]}` : `${request} (${policy}) vs ${names[other]}`,
      ratio: median,
      low,
      high,
      limit: policy === 'large-list' ? LARGE_LIST_LIMIT : LIMITS[request.split('-')[0]][other]
    })))
}

/** The figures of live lists that have a limit: milliseconds, and ratios. */
export function liveFiguresOf (live) {
  return live.flatMap(({ isKeyed, heap, reloads }) => {
    const list = `100,000 live origins${isKeyed ? ' with key' : ''}`
    return [
      ...['all', 'hundredth', 'none'].map((what) => (
        { name: `${list}: event loop held while loaded anew, ${news[what]} (ms)`, ratio: reloads[what].held.max, limit: HELD_LIMIT })),
      { name: `${list}: heap while loaded anew vs before`, ratio: heap.during / heap.held, limit: HEAP_LIMIT },
      { name: `${list}: a reload of the same vs of all new`, ratio: reloads.none.cpu.median / reloads.all.cpu.median, limit: 1 }
    ]
  })
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
