import { importTests } from './fixtures/import-tests.ts'

await importTests('fetch', 'options', 'origins', 'validate', 'compile', 'live')
