export function median (values) {
  return quantile(values, 0.5)
}

export function quantile (values, q) {
  const sorted = [...values].sort((a, b) => a - b)
  const position = (sorted.length - 1) * q
  const below = Math.floor(position)
  const above = Math.ceil(position)
  return sorted[below] + (sorted[above] - sorted[below]) * (position - below)
}

/** The middle, and the quarter of the values on either side of it. */
export function spread (values) {
  return { low: quantile(values, 0.25), median: median(values), high: quantile(values, 0.75) }
}
