import type { FastifyInstance } from 'fastify'

import type { Answer } from './decision.ts'
import type { Registration } from './registration.ts'
import { scopesOf } from './routes/instances.ts'
import type { Route } from './routes/route.ts'

/** What is checked: the requests to a route, or those to no route of a context. */
interface Checked {
  readonly instance: FastifyInstance
  readonly answer: Answer | undefined
}

/**
 * Where all that a registration is responsible for is checked alike, its hook
 * need not find out which route a request has reached: that costs more than
 * the check.
 */
export function shareChecks (registrations: readonly Registration[], routes: readonly Route[]): void {
  for (const registration of registrations) registration.sharedAnswer = registration.answer
  const byInstance = new Map(registrations.map((registration) => [registration.instance, registration]))
  for (const checked of registrations) withdraw(checked, byInstance)
  for (const route of routes) {
    if (!isOptionsRoute(route)) withdraw(route, byInstance)
  }
}

function withdraw ({ instance, answer }: Checked, registrations: ReadonlyMap<FastifyInstance, Registration>): void {
  for (const scope of scopesOf(instance)) {
    const registration = registrations.get(scope)
    if (registration !== undefined && registration.answer !== answer) registration.sharedAnswer = undefined
  }
}

/** OPTIONS requests are looked at more closely anyway. */
function isOptionsRoute ({ methods }: Route): boolean {
  return methods.length === 1 && methods[0] === 'OPTIONS'
}
