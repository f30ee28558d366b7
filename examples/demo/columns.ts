import type { RouteCors } from 'fastify-route-cors'

import type { Column, Origins } from './setup.ts'

/** What the routes of a column have in `config.cors`, by method. */
export interface ColumnRoutes extends Column {
  /** Whether the plugin covers these routes at all. */
  readonly plugin: boolean
  readonly read?: RouteCors
  readonly write?: RouteCors
}

type Text = `http://${string}`

const EXPOSED = 'X-Request-Id'
const NOT_REGISTERED = '// the plugin is not registered here'

/** The policies of the API, one a column. */
export function columnsFor ({ page, other }: Origins): readonly ColumnRoutes[] {
  const port = new URL(page).port
  const list = [page, `http://*.localhost:${port}`]
  return [
    { id: 'none', label: 'No CORS', reading: NOT_REGISTERED, writing: NOT_REGISTERED, plugin: false },
    column('any', '*', { origin: '*', exposedHeaders: '*' }),
    column('this', 'This origin only', { origin: page as Text, allowedHeaders: ['Content-Type', 'Authorization'], exposedHeaders: [EXPOSED] }),
    column('other', 'Another origin only', { origin: other as Text, exposedHeaders: [EXPOSED] }),
    column('list', 'A list with a subdomain pattern', { origin: list as Text[] }),
    column('credentials', 'Credentials', { origin: page as Text, credentials: true, exposedHeaders: [EXPOSED] }),
    column('split', 'GET for all, PUT for another origin', { origin: '*', exposedHeaders: [EXPOSED] }, { origin: other as Text }),
    column('opted-out', 'Opted out', false)
  ]
}

function column (id: string, label: string, read: RouteCors, write = read): ColumnRoutes {
  return { id, label, reading: show(read), writing: show(write), plugin: true, read, write }
}

/** As one would write it in code. */
function show (cors: RouteCors): string {
  if (typeof cors !== 'object') return `cors: ${String(cors)}`
  const lines = Object.entries(cors).map(([name, value]) => {
    return `  ${name}: ${JSON.stringify(value).replaceAll('"', "'").replaceAll("','", "', '")}`
  })
  return `cors: {\n${lines.join(',\n')}\n}`
}
