/** Lists of origins as a source gives them: text that nobody has looked at before. */
export const ALLOWED = 'https://app.example.com'

/** One item after the other, none of which is kept. Those up to `changed` are other ones in each generation. */
export function * origins (count, { generation = 0, changed = 0 } = {}) {
  yield received(ALLOWED)
  for (let i = 1; i < count; i++) yield received(`https://tenant-${i}.example.${i <= changed ? `gen-${generation}` : 'net'}`)
}

/** The same by tenants of ten; the host that the requests go to is one of them. */
export function * tenants (count, options) {
  let index = 0
  for (const origin of origins(count, options)) {
    yield [received(index < 10 ? 'api.example.com' : `tenant-${Math.floor(index / 10)}.example.com`), origin]
    index++
  }
}

function received (text) {
  const bytes = Buffer.from(text, 'latin1')
  return bytes.latin1Slice(0, bytes.length)
}
