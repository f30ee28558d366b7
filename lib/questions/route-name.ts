import type { Route } from '../routes/route.ts'
import { escapeText, show } from '../text/show.ts'
import type { CorsRouteName } from './types.ts'

export function nameOf ({ methods, url, constraints }: Route): CorsRouteName {
  return { methods: [...methods], url, constraints: { ...constraints } }
}

/** `PUT /orders/:id`, `GET /feed (host 'api.example.com')` */
export function titleOf ({ methods, url, constraints }: CorsRouteName): string {
  return `${methods.map(escapeText).join(', ')} ${escapeText(url)}${constraintsOf(constraints)}`
}

function constraintsOf (constraints: CorsRouteName['constraints']): string {
  const entries = Object.entries(constraints).map(([name, value]) => `${name} ${show(value)}`)
  return entries.length === 0 ? '' : ` (${entries.join(', ')})`
}
