import { importTests } from './fixtures/import-tests.ts'

await importTests('answers', 'decisions', 'routes', 'warnings', 'known-failures')
