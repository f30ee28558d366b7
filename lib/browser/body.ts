import { throws } from './errors.ts'
import type { Profile } from './profile.ts'
import type { Mode, SimulateRequest } from './types.ts'

/** A request's body, and what follows from its kind. */
export interface RequestBody {
  readonly bytes: Buffer
  /** The Content-Type that the browser adds where the script set none. */
  readonly contentType: string | null
  /** It can be sent once only, and forces a preflight. */
  readonly isStream: boolean
}

/**
 * The bytes and the type of what a script passes as body.
 * @see https://fetch.spec.whatwg.org/#concept-bodyinit-extract
 */
export async function extractBody (
  { body, duplex }: SimulateRequest, mode: Mode, profile: Profile
): Promise<RequestBody | undefined> {
  if (body === undefined || body === null) return undefined
  const isStream = body instanceof ReadableStream
  if (isStream && profile.streamBody === 'not-supported') throw throws('STREAM_NOT_SUPPORTED')
  if (isStream && profile.streamBody === 'preflighted' && (duplex !== 'half' || mode === 'no-cors')) {
    throw throws('STREAM_INVALID')
  }
  const isStringified = isStream && profile.streamBody === 'stringified'
  const extracted = new Response(isStringified ? String(body) : body)
  return {
    bytes: Buffer.from(await extracted.arrayBuffer()),
    contentType: extracted.headers.get('content-type'),
    isStream: isStream && !isStringified
  }
}
