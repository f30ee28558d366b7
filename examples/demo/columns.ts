import type { CorsPolicy, RouteCors } from 'fastify-route-cors'

import type { Column, Origins } from './setup.ts'

/** What the routes of a column have in `config.cors`, by method. */
export interface ColumnRoutes extends Column {
  /** Whether the plugin covers these routes at all. */
  readonly plugin: boolean
  readonly read?: RouteCors
  readonly write?: RouteCors
}

const EXPOSED = 'X-Request-Id'

/** The policies of the API, one a column. */
export function columnsFor ({ page, other }: Origins): readonly ColumnRoutes[] {
  const port = new URL(page).port
  const list = [page, `http://*.localhost:${port}`]
  return [
    { id: 'none', label: 'No CORS', code: '// the plugin is not registered here', plugin: false },
    same('any', '*', { origin: '*', exposedHeaders: '*' }),
    same('this', 'This origin only', { origin: page as `http://${string}`, allowedHeaders: ['Content-Type', 'Authorization'], exposedHeaders: [EXPOSED] }),
    same('other', 'Another origin only', { origin: other as `http://${string}`, exposedHeaders: [EXPOSED] }),
    same('list', 'A list with a subdomain pattern', { origin: list as `http://${string}`[] }),
    same('credentials', 'Credentials', { origin: page as `http://${string}`, credentials: true, exposedHeaders: [EXPOSED] }),
    split({ origin: '*', exposedHeaders: [EXPOSED] }, { origin: other as `http://${string}` }),
    { id: 'opted-out', label: 'Opted out', code: 'cors: false', plugin: true, read: false, write: false }
  ]
}

function same (id: string, label: string, policy: CorsPolicy): ColumnRoutes {
  return { id, label, code: `cors: ${show(policy)}`, plugin: true, read: policy, write: policy }
}

function split (read: CorsPolicy, write: CorsPolicy): ColumnRoutes {
  const code = `GET   cors: ${show(read)}\nothers cors: ${show(write)}`
  return { id: 'split', label: 'GET for all, PUT for another origin', code, plugin: true, read, write }
}

/** As one would write it in code. */
function show (policy: CorsPolicy): string {
  return JSON.stringify(policy, null, 1)
    .replace(/\n\s*/g, ' ')
    .replace(/"(\w+)":/g, '$1:')
    .replaceAll('"', "'")
}
