import { createHash } from 'node:crypto'

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
