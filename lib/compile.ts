export type { Policy } from './compile/policy.ts'
export { PolicyCache } from './compile/policy-cache.ts'
export { withSchemaHeaders } from './compile/with-schema-headers.ts'
