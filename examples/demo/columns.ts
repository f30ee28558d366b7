import type { RouteCors } from 'fastify-route-cors'

import { codeOf } from './page/code.ts'
import type { Column, Origins, Route } from './setup.ts'

/** A column, with what the server needs to serve it. */
export interface ServedColumn extends Column {
  /** Whether the plugin covers these routes at all. */
  readonly plugin: boolean
  readonly routes: readonly ServedRoute[]
}

export interface ServedRoute extends Route {
  /** Last segment of the URL. */
  readonly path: string
  /** What the route has in `config`: the very object that its code is written from. */
  readonly config: { readonly cors?: RouteCors }
}

type Text = `http://${string}`

const WRITING = ['POST', 'PUT', 'PATCH', 'DELETE']
const PATHS = ['data', 'redirect', 'error', 'module.js', 'font.woff', 'image.png', 'events']
const EXPOSED = 'X-Request-Id'

/** The policies of the API, one a column; the labels are for whoever looks at them from `seenFrom`. */
export function columnsFor ({ page, other }: Origins, seenFrom = page): readonly ServedColumn[] {
  const list = [page, `http://*.localhost:${new URL(page).port}`]
  const nameOf = (origin: string): string => origin === seenFrom ? 'this origin' : 'another origin'
  return [
    column('none', 'No CORS'),
    column('any', 'Any origin', { origin: '*', exposedHeaders: '*' }),
    column('page', `Only ${nameOf(page)}`, { origin: page as Text, allowedHeaders: ['Content-Type', 'Authorization'], exposedHeaders: [EXPOSED] }),
    column('other', `Only ${nameOf(other)}`, { origin: other as Text, exposedHeaders: [EXPOSED] }),
    column('list', 'A list with a pattern', { origin: list as Text[] }),
    column('credentials', `${upperFirst(nameOf(page))}, credentials`, { origin: page as Text, credentials: true, exposedHeaders: [EXPOSED] }),
    column('split', `GET any, PUT ${nameOf(other)}`, { origin: '*', exposedHeaders: [EXPOSED] }, { origin: other as Text }),
    column('opted-out', 'Opted out', false)
  ]
}

function column (id: string, label: string, read?: RouteCors, write = read): ServedColumn {
  const plugin = read !== undefined
  const registration = plugin ? 'await app.register(cors, { global: false })' : '// the plugin is not registered here'
  const routes = [
    ...PATHS.map((path) => route(id, path, ['GET'], read)),
    route(id, 'data', WRITING, write)
  ]
  return { id, label, plugin, registration, routes }
}

function route (id: string, path: string, methods: readonly string[], cors: RouteCors | undefined): ServedRoute {
  const config = cors === undefined ? {} : { cors }
  const url = `/${id}/${path}`
  const lines = Object.entries({ method: methods.length === 1 ? methods[0] : methods, url, ...(cors !== undefined && { config }) })
    .map(([name, value]) => `  ${name}: ${codeOf(value, '  ')},\n`)
  return { path, methods, url, config, code: `app.route({\n${lines.join('')}  handler\n})` }
}

function upperFirst (text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
