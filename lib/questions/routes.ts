import type { Application } from '../application.ts'
import type { Policy } from '../compile.ts'
import type { Route } from '../routes/route.ts'
import { policyHeaders } from './policy-headers.ts'
import { provenanceOf } from './provenance.ts'
import type { CorsRoute } from './types.ts'

type Methods = Array<readonly [method: string, policy: Policy | undefined]>

/** Every route that the application declared, one entry for each of its methods. */
export function describeRoutes (application: Application): CorsRoute[] {
  const declared = application.recording.routes.filter((route) => !route.generated)
  const methodsByUrl = new Map<string, Methods>()
  for (const route of declared) {
    const methods = methodsByUrl.get(keyOf(route)) ?? []
    methodsByUrl.set(keyOf(route), methods)
    for (const method of route.methods) methods.push([method, route.policy])
  }
  return declared.flatMap((route) => {
    const { url, constraints, cors, policy, choices, instance } = route
    const effective = policy === undefined ? undefined : provenanceOf(cors, application.chainOf(instance))
    const shared = (methodsByUrl.get(keyOf(route)) as Methods).filter(([, other]) => other === policy).map(([method]) => method)
    const headers = policy === undefined ? undefined : policyHeaders(policy, [...new Set(shared)], choices?.selector.vary)
    const selectable = [...choices?.byName.keys() ?? []].filter((name) => name !== undefined)
    return route.methods.map((method) => ({
      method,
      url,
      constraints: { ...constraints },
      ...(effective !== undefined && { policy: effective }),
      ...(selectable.length > 0 && { selectable }),
      ...(headers !== undefined && { headers })
    }))
  })
}

function keyOf ({ url, constraints }: Route): string {
  return `${url} ${String(constraints['host'])}`
}
