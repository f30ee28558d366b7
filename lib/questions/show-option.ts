import { show } from '../text/show.ts'

const MAX_ITEMS = 3

/** The value of an option, as a report shows it. */
export function showOption (value: unknown): string {
  if (!Array.isArray(value)) return show(value)
  const items = value.slice(0, MAX_ITEMS).map(show)
  if (value.length > MAX_ITEMS) items.push(`… ${value.length - MAX_ITEMS} more`)
  return `[${items.join(', ')}]`
}
