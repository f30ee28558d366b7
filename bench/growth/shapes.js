/** The route tables that are measured: which routes stand for a number of them. */
const shapes = {
  // Two URLs and five methods for each resource, as of a REST API.
  rest: (index) => {
    const url = `/resource-${Math.floor(index / 5)}`
    return [
      { method: 'GET', url: `${url}/:id` },
      { method: 'PUT', url: `${url}/:id` },
      { method: 'DELETE', url: `${url}/:id` },
      { method: 'GET', url },
      { method: 'POST', url }
    ][index % 5]
  },
  // A single method on each URL, with a parameter or without: the most OPTIONS routes there can be.
  single: (index) => ({ method: 'GET', url: `/resource-${index}/:id` }),
  static: (index) => ({ method: 'GET', url: `/resource-${index}` })
}

export const SHAPES = Object.keys(shapes)

export function declarations (shape, count) {
  return Array.from({ length: count }, (_, index) => shapes[shape](index))
}

/** A URL that the route of that index serves. */
export function urlOf (shape, index) {
  return shapes[shape](index).url.replace(':id', '7')
}
