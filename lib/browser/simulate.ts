import { createHash } from 'node:crypto'

import { checkArguments } from './arguments.ts'
import { mainFetch, type FetchResponse } from './fetch.ts'
import { closeUnread, type Network } from './network.ts'
import type { Profile } from './profiles.ts'
import { networkError, RequestFailure } from './reasons.ts'
import { constructRequest, currentUrl, type FetchRequest } from './request.ts'
import { seenFailure, seenResponse } from './seen.ts'
import type { Answer, App, Seen, SimulateOptions, SimulateRequest, Target } from './types.ts'

/**
 * Does what a browser does when a page makes this request, and tells what the page gets.
 *
 * What a browser's API refuses (a forbidden method, a body with GET) has the verdict `throws` and the
 * construction code as its reason. An app that can't boot passes its error on.
 *
 * @param target a Fastify instance, which answers for one origin (`options.base`, or that of an absolute
 *   `url`), or a function, which gets every exchange
 * @throws SimulateError, a TypeError with a `code`, where the call itself is wrong: no `from`, an
 *   unknown profile, a `url` that is none, an answer of another shape
 * @see https://fetch.spec.whatwg.org/#fetch-method
 */
export async function simulate (
  target: App | Target, request: SimulateRequest, options: SimulateOptions = {}
): Promise<Seen> {
  const { url, apps, ...settings } = checkArguments(target, request, options)
  for (const app of apps) await app.ready()
  const network: Network = { ...settings, trace: [], notes: [], unread: new Set() }
  return await fetchAndSee(request, url, network).finally(() => closeUnread(network))
}

async function fetchAndSee (request: SimulateRequest, url: URL, network: Network): Promise<Seen> {
  let fetchRequest: FetchRequest | undefined
  try {
    fetchRequest = await constructRequest(request, url, network.profile, network.notes)
    const response = await mainFetch(fetchRequest, network)
    const text = await textOf(fetchRequest, response, network.profile)
    if (fetchRequest.api !== 'eventsource') network.unread.delete(response.answer)
    return seenResponse(fetchRequest, response, network, text)
  } catch (error) {
    if (!(error instanceof RequestFailure)) throw error
    return seenFailure(request.api ?? 'fetch', error, fetchRequest, network)
  }
}

/** Reads the body when it is asked for, or now, where its integrity is at stake. */
async function textOf (request: FetchRequest, { answer, type }: FetchResponse, profile: Profile): Promise<() => Promise<string>> {
  const isEmpty = type === 'opaqueredirect' && !profile.needsIntegrityOfRedirect
  let bytes: Promise<Buffer> | undefined
  const read = (): Promise<Buffer> => (bytes ??= readBody(request.method === 'HEAD' || isEmpty ? '' : answer.body))
  if (request.integrity !== '' && ((type.startsWith('opaque') && !isEmpty) || !matchesIntegrity(await read(), request.integrity))) {
    throw networkError('INTEGRITY', { url: currentUrl(request).href })
  }
  return async () => (await read()).toString()
}

async function readBody (body: Answer['body'] = ''): Promise<Buffer> {
  if (typeof body === 'string' || body instanceof Uint8Array) return Buffer.from(body)
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks)
}

const strength = ['sha256', 'sha384', 'sha512']

/**
 * Whether the bytes have one of the hashes of the strongest kind that is given. What is no hash is
 * skipped, and without any hash everything fits.
 *
 * @see https://w3c.github.io/webappsec-subresource-integrity/#does-response-match-metadatalist
 */
export function matchesIntegrity (bytes: Uint8Array, metadata: string): boolean {
  const given = metadata.split(/[\t\n\f\r ]+/).flatMap((item) => {
    const [, algorithm, digest] = /^(sha256|sha384|sha512)-([^?]+)/.exec(item) ?? []
    return algorithm === undefined || digest === undefined ? [] : [{ algorithm, digest }]
  })
  const strongest = strength.findLast((algorithm) => given.some((hash) => hash.algorithm === algorithm))
  if (strongest === undefined) return true
  const actual = createHash(strongest).update(bytes).digest('base64url')
  return given.some(({ algorithm, digest }) =>
    algorithm === strongest && Buffer.from(digest, 'base64').toString('base64url') === actual)
}
