import { importTests } from './fixtures/import-tests.ts'

await importTests('others')
