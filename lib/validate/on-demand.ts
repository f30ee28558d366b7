// One file of what is published, which an application that needs none of it does not load.
export { broadMatches } from './broad-regexp.ts'
export { sharedSuffix } from './public-suffix.ts'
export { originRegExpProblem } from './regexps.ts'
