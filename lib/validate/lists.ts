/** An item of a list, and its index if the user wrote an array. */
export interface ListItem {
  readonly text: string
  readonly index: number | undefined
}

/**
 * The items of a list that a user wrote as an array or as a string with commas.
 * Empty items are no items, and an item that is no string is a problem of the shape.
 */
export function listItems (list: string | readonly unknown[]): ListItem[] {
  const texts = typeof list === 'string' ? list.split(',') : list
  const items: ListItem[] = []
  for (const [index, text] of texts.entries()) {
    const trimmed = typeof text === 'string' ? text.trim() : ''
    if (trimmed !== '') items.push({ text: trimmed, index: typeof list === 'string' ? undefined : index })
  }
  return items
}
