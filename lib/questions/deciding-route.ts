import type { ReasonCode } from '../browser/reasons.ts'
import type { Seen } from '../browser/types.ts'
import type { Governed } from '../decision/select.ts'
import type { OriginRule } from '../policy/origin-rule.ts'
import type { Policy } from '../policy/policy.ts'
import type { Route } from '../routes/route.ts'
import type { Snapshot } from '../snapshot.ts'

/** What a browser did not find. */
interface Wanted {
  readonly code: ReasonCode
  readonly origin: string
  readonly method: string
  readonly header: string
}

interface Asked {
  readonly origin: string
  /** The name that `select` gave, if any. */
  readonly selected: string | undefined
}

/**
 * The route whose policy decides: the one that the request reaches, or, where
 * the preflight is refused, the one of those it may be about that refuses it.
 * The plugin's own OPTIONS routes decide nothing.
 */
export function decidingRoute (
  snapshot: Snapshot, { reason }: Seen, { origin, selected }: Asked, reached: Route | undefined, candidates: readonly Route[]
): Route | undefined {
  const [first] = candidates
  if (reason !== undefined && first !== undefined) {
    const wanted = { code: reason.code, origin, method: reason.method ?? '', header: reason.header ?? '' }
    return candidates.find((route) => refuses(policyOf(snapshot.governing(route), selected), wanted)) ?? first
  }
  return reached?.generated === true ? undefined : reached
}

function policyOf (governed: Governed | undefined, selected: string | undefined): Policy | undefined {
  return governed?.choices === undefined ? governed?.policy : governed.choices.byName.get(selected)?.policy
}

function refuses (policy: Policy | undefined, { code, origin, method, header }: Wanted): boolean {
  if (policy === undefined) return true
  if (code === 'METHOD_NOT_ALLOWED') return policy.methods?.includes(method) === false
  if (code === 'HEADER_NOT_ALLOWED' || code === 'AUTHORIZATION_NEEDS_EXPLICIT') {
    return policy.allowedHeaders !== true && !policy.allowedHeaders.some((name) => name.toLowerCase() === header)
  }
  if (code.endsWith('ACAC_NOT_TRUE')) return !policy.credentials
  return refusesOrigin(policy.origin, origin)
}

function refusesOrigin (rule: OriginRule, origin: string): boolean {
  if (rule.kind === 'match') return !rule.matches(origin)
  return rule.kind === 'ask' || (rule.kind === 'one' && rule.origin !== origin)
}
