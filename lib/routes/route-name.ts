import { escapeText, show } from '../text.ts'

/** Which route is meant. */
export interface CorsRouteName {
  readonly methods: readonly string[]
  readonly url: string
  readonly constraints: Readonly<Record<string, unknown>>
}

/** Of a route, a copy that its owner may hand out. */
export function nameOf ({ methods, url, constraints }: CorsRouteName): CorsRouteName {
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
