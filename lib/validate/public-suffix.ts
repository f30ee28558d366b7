import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

/** Whether anyone can register a name directly below `host`, as with `github.io` or `co.uk`. */
export function isPublicSuffix (host: string): boolean {
  // Loaded here: only a pattern with credentials needs the list, which is long.
  const { parse } = require('tldts') as typeof import('tldts')
  // The list also says that each child of some hosts is a suffix: those are no better.
  return [host, `x.${host}`].some(candidate => {
    const { publicSuffix, isIcann, isPrivate } = parse(candidate, { allowPrivateDomains: true })
    return publicSuffix === candidate && (isIcann === true || isPrivate === true)
  })
}
