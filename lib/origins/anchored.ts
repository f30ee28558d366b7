/** What is known of the alternatives of a group, or of the whole source. */
interface Group {
  readonly kind: 'group' | 'lookaround' | 'multiline'
  /** Whether all alternatives before the current one start and end anchored. */
  starts: boolean
  ends: boolean
  current: Alternative
}

interface Alternative {
  /** Whether anything but assertions was seen. */
  begun: boolean
  starts: boolean
  ends: boolean
}

/**
 * Whether a RegExp can only match a whole text: each of its alternatives starts
 * with `^` and ends with `$`, itself or in a group.
 */
export function isAnchored (source: string, flags: string): boolean {
  if (flags.includes('m')) return false
  const outer: Group[] = []
  let group = openGroup('group')
  for (let i = 0; i < source.length; i++) {
    const character = source[i]
    if (character === '(') {
      outer.push(group)
      const opening = /^\?(?:<?[=!]|<[^>]*>|[a-z-]*:)/.exec(source.slice(i + 1, i + 64))?.[0] ?? ''
      group = openGroup(kindOfGroup(opening))
      i += opening.length
    } else if (character === ')') {
      const closed = closeAlternative(group)
      group = outer.pop() as Group
      addGroup(group.current, closed, '*+?{'.includes(source[i + 1] ?? ' '))
    } else if (character === '|') {
      group = closeAlternative(group)
    } else {
      addAtom(group.current, character)
      if (character === '\\') i++
      if (character === '[') i = endOfClass(source, i, flags.includes('v'))
    }
  }
  const whole = closeAlternative(group)
  return whole.starts && whole.ends
}

function openGroup (kind: Group['kind']): Group {
  return { kind, starts: true, ends: true, current: newAlternative() }
}

function newAlternative (): Alternative {
  return { begun: false, starts: false, ends: false }
}

function kindOfGroup (opening: string): Group['kind'] {
  if (/[=!]$/.test(opening)) return 'lookaround'
  return /^\?[a-z]*m/.test(opening) ? 'multiline' : 'group'
}

function closeAlternative (group: Group): Group {
  return {
    ...group,
    starts: group.starts && group.current.starts,
    ends: group.ends && group.current.ends,
    current: newAlternative()
  }
}

function addAtom (alternative: Alternative, character: string | undefined): void {
  if (character === '^' && !alternative.begun) alternative.starts = true
  alternative.ends = character === '$'
  alternative.begun = true
}

function addGroup (alternative: Alternative, group: Group, isQuantified: boolean): void {
  if (group.kind === 'lookaround') return
  const counts = group.kind === 'group' && !isQuantified
  if (!alternative.begun) alternative.starts = counts && group.starts
  alternative.ends = counts && group.ends
  alternative.begun = true
}

/** The index of the `]` that closes the class at `start`; classes nest with the flag v. */
function endOfClass (source: string, start: number, nests: boolean): number {
  let depth = 1
  let i = start
  while (depth > 0) {
    i++
    if (source[i] === '\\') i++
    else if (source[i] === ']') depth--
    else if (source[i] === '[' && nests) depth++
  }
  return i
}
