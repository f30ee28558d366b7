export type { Policy } from './compile/policy.ts'
export { PolicyCache } from './compile/policy-cache.ts'
