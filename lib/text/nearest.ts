const MAX_COMPARED_LENGTH = 64

/** The word that `text` was most likely meant to be, if one is near. */
export function nearest (text: string, words: Iterable<string>): string | undefined {
  if (text.length > MAX_COMPARED_LENGTH) return undefined
  let best: string | undefined
  let bestDistance = Math.max(1, Math.floor(text.length / 3)) + 1
  for (const word of words) {
    if (word.length > MAX_COMPARED_LENGTH) continue
    const far = distance(text.toLowerCase(), word.toLowerCase())
    if (far < bestDistance) {
      best = word
      bestDistance = far
    }
  }
  return best
}

/** How many letters must be added, dropped, replaced or swapped to turn `a` into `b`. */
export function distance (a: string, b: string): number {
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = at(row, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1)
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const swapped = isSwapped ? at(before, j - 2) + 1 : Infinity
      next.push(Math.min(replaced, swapped, at(row, j) + 1, at(next, j - 1) + 1))
    }
    before = row
    row = next
  }
  return at(row, b.length)
}

const at = (row: readonly number[], index: number): number => row[index] as number
