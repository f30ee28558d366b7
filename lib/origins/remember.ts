/** So many origins use an application at a time, few being the rule. */
const MAX_ORIGINS = 256

/** The longest that a browser sends for a host that DNS can hold. */
const MAX_LENGTH = 300

/**
 * The same function, which knows the answers that it gave last: an application
 * is used from few origins, and to find one again is cheaper than to match it.
 * What strangers send cannot make it hold more than 256 short strings.
 */
export function remember (matches: (origin: string) => boolean): (origin: string) => boolean {
  const known = new Map<string, boolean>()
  return (origin) => {
    const before = known.get(origin)
    if (before !== undefined) return before
    const isMatch = matches(origin)
    if (origin.length <= MAX_LENGTH) {
      if (known.size === MAX_ORIGINS) known.clear()
      known.set(origin, isMatch)
    }
    return isMatch
  }
}
